using System.Data.Common;
using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Asks mysqld for its state twice a second, on a connection of its own, and says so when it does not answer: a process that
/// lives is not yet a server. When all is well, each second answer is reported.
/// </summary>
/// <param name="end">Kills mysqld.</param>
internal sealed class Probe(
    ServerProgram program, ILogins logins, Account admin, SourceWatch source, NodeStatus status, Orders orders, Action end, TimeProvider time, Log log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    /// <summary>While something may be wrong.</summary>
    private static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private const int TooManyConnections = 1040;
    /// <summary>Connections are counted in one of so many answers.</summary>
    private const int CountEvery = 10;
    /// <summary>When a statement that nobody waits for any more ends.</summary>
    private const int GiveUpSeconds = 2;

    private ServerConnection? _connection;
    private int _misses;
    private int _asked;
    private bool _told;
    private Since _silent;
    private Since _unfollowed;
    private Since _open;

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                // After a miss at once, on a new connection: the old one may have been the trouble.
                if (_misses != 1)
                    await time.PauseAsync(_misses > 0 || source.SilentFor is not null ? Closely : Interval, cancellation).ConfigureAwait(false);
                await LookAsync(cancellation).ConfigureAwait(false);
                Consider();
            }
        }
        finally
        {
            if (_connection is not null)
                await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var asking = AskAsync(_connection);
        _connection = null;
        try
        {
            (_connection, var state, var unfollowed) = await asking.WaitAsync(Patience, time, cancellation).ConfigureAwait(false);
            _unfollowed.Set(unfollowed, time);
            Answered(state);
        }
        catch (MySqlException e) when (e.Number == TooManyConnections)
        {
            // It answers; and whoever is connected is served.
            _misses = 0;
            _silent.Set(false, time);
            status.Set(f => f with { Silent = null, SilentFor = null });
        }
        catch (Exception e) when (e is DbException or OperationCanceledException or InvalidOperationException or TimeoutException)
        {
            cancellation.ThrowIfCancellationRequested();
            _ = ForgetAsync(asking);
            _silent.Set(true, time);
            if (++_misses >= 2)
                Missed(e is DbException or InvalidOperationException ? e.Message : $"no answer within {Patience.TotalMilliseconds:F0} ms");
        }
    }

    /// <summary>It is left alone rather than cancelled: MySqlConnector, cancelled, blocks for seconds on a server that is frozen.</summary>
    /// <param name="connection">Null: a new one.</param>
    /// <returns>With the connection, which is open; and whether a master that waits for acknowledgements has too few who give them.</returns>
    private async Task<(ServerConnection Connection, ServerState State, bool Unfollowed)> AskAsync(ServerConnection? connection)
    {
        try
        {
            connection ??= await logins.OpenAsync(admin, Patience, CancellationToken.None).ConfigureAwait(false);
            var state = await connection.QueryAsync(program.Flavor.ObserveSql, program.Flavor.ReadStateAsync, CancellationToken.None, GiveUpSeconds).ConfigureAwait(false);
            var unfollowed = orders.Current is { Role: DirectedRole.Master, Ackers: > 0 } && state.AckersAwaited > 0
                && (await connection.RowAsync(program.Flavor.AckersConnectedSql, CancellationToken.None, GiveUpSeconds).ConfigureAwait(false))?.Number(1) < state.AckersAwaited;
            if (_asked++ % CountEvery == 0 && (await connection.RowAsync(program.Flavor.ConnectionsSql, CancellationToken.None, GiveUpSeconds).ConfigureAwait(false))?.Number(1) is { } count)
                status.Note(f => f with { Connections = (int)count });
            return (connection, state, unfollowed);
        }
        catch
        {
            if (connection is not null)
                await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An answer that comes too late is not used, and neither is its connection.</summary>
    private static async Task ForgetAsync(Task<(ServerConnection Connection, ServerState State, bool Unfollowed)> asking)
    {
        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (asking.IsCompletedSuccessfully)
            await asking.Result.Connection.DisposeAsync().ConfigureAwait(false);
    }

    private void Answered(ServerState state)
    {
        if (status.Current.Silent is not null)
            log.Write("mysqld answers again.");
        source.Look(state);
        NodeStatus.Facts With(NodeStatus.Facts f) => f with
        {
            Observed = state, Silent = null, SilentFor = null,
            UnfollowedFor = _unfollowed.For(time), MasterSilentFor = source.SilentFor, MasterRefuses = source.Refused,
        };
        var before = status.Current;
        var now = With(before);
        // One that is well, as it was, is heard of in a moment.
        _told = !_told || before.Serving != now.Serving || now.MasterSilentFor is not null || before.MasterSilentFor is not null || _misses > 0;
        _misses = 0;
        _silent.Set(false, time);
        if (_told)
            status.Set(With);
        else
            status.Note(With);
        // Something else than what was ordered: somebody, or the server itself, changed it.
        if (orders.Current is { } directive && !Plan.For(directive, state, ownerReady: true, followersReady: true).Holds)
            orders.Nudge();
    }

    private void Missed(string why)
    {
        if (status.Current.Silent is null)
            log.Write($"mysqld does not answer: {why}.");
        status.Set(f => f with { Silent = $"mysqld does not answer: {why}", SilentFor = _silent.For(time) });
    }

    /// <summary>What is done without being told.</summary>
    private void Consider()
    {
        var directive = orders.Current;
        _open.Set(Fencing.IsOpen(directive, status.Current.Observed), time);
        if (Fencing.MustEnd(_silent.For(time), _open.For(time), status.Current.DataGone && directive is { Role: not DirectedRole.Master }) is { } why)
        {
            log.Write($"mysqld is killed: {why}.");
            end();
        }
        var cutOff = directive is not null && Fencing.IsCutOff(directive, _unfollowed.For(time), orders.Unheard);
        if (cutOff == status.Current.CutOff)
            return;
        log.Write(cutOff ? "Cut off from slaves and schedulers: no more writes." : "No longer cut off.");
        status.Set(f => f with { CutOff = cutOff });
        orders.Nudge();
    }

    /// <summary>Since when something is so.</summary>
    private struct Since
    {
        private long? _at;

        public void Set(bool so, TimeProvider time) => _at = so ? _at ?? time.GetTimestamp() : null;

        public readonly TimeSpan? For(TimeProvider time) => _at is { } at ? time.GetElapsedTime(at) : null;
    }
}
