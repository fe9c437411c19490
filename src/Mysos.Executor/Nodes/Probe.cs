using System.Data.Common;
using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Asks mysqld for its state each second, on a connection of its own, and says so when it does not answer: a process that
/// lives is not yet a server.
/// </summary>
/// <param name="end">Kills mysqld.</param>
internal sealed class Probe(
    ServerProgram program, ILogins logins, Account admin, SourceWatch source, NodeStatus status, Orders orders, Action end, TimeProvider time, Log log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    /// <summary>While something may be wrong.</summary>
    private static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private const int TooManyConnections = 1040;

    private ServerConnection? _connection;
    private int _misses;
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
            await DisconnectAsync().ConfigureAwait(false);
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            _connection ??= await logins.OpenAsync(admin, Patience, either.Token).ConfigureAwait(false);
            var state = await _connection.QueryAsync(program.Flavor.ObserveSql, program.Flavor.ReadStateAsync, either.Token).ConfigureAwait(false);
            var unfollowed = orders.Current is { Role: DirectedRole.Master, Ackers: > 0 } && state.SemiSyncSource
                && (await _connection.RowAsync(program.Flavor.AckersConnectedSql, either.Token).ConfigureAwait(false))?.Number(1) == 0;
            _unfollowed.Set(unfollowed, time);
            Answered(state);
        }
        catch (MySqlException e) when (e.Number == TooManyConnections)
        {
            // It answers; and whoever is connected is served.
            _misses = 0;
            _silent.Set(false, time);
        }
        catch (Exception e) when (e is DbException or OperationCanceledException or InvalidOperationException)
        {
            cancellation.ThrowIfCancellationRequested();
            await DisconnectAsync().ConfigureAwait(false);
            _silent.Set(true, time);
            if (++_misses >= 2)
                Missed(deadline.IsCancellationRequested ? $"no answer within {Patience.TotalMilliseconds:F0} ms" : e.Message);
        }
    }

    private void Answered(ServerState state)
    {
        if (status.Current.Silent is not null)
            log.Write("mysqld answers again.");
        _misses = 0;
        _silent.Set(false, time);
        source.Look(state);
        status.Set(f => f with
        {
            Observed = state, Silent = null, SilentFor = null,
            UnfollowedFor = _unfollowed.For(time), MasterSilentFor = source.SilentFor, MasterRefuses = source.Refused,
        });
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

    private async Task DisconnectAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
        _connection = null;
    }

    /// <summary>Since when something is so.</summary>
    private struct Since
    {
        private long? _at;

        public void Set(bool so, TimeProvider time) => _at = so ? _at ?? time.GetTimestamp() : null;

        public readonly TimeSpan? For(TimeProvider time) => _at is { } at ? time.GetElapsedTime(at) : null;
    }
}
