using System.Globalization;
using MySqlConnector;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Those who write to a server, when they must stop.</summary>
/// <param name="end">Kills mysqld.</param>
internal sealed class Clients(
    IFlavor flavor, Accounts accounts, ServerConnection connection, ILogins logins, AckReceiver ackReceiver, Action end, TimeProvider time, Log log)
{
    /// <summary>For which what runs may go on before its clients are cut off.</summary>
    private static readonly TimeSpan Orderly = TimeSpan.FromSeconds(1);
    /// <summary>For which it may go on in a master that is fenced.</summary>
    private static readonly TimeSpan Fenced = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AfterCut = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    /// <summary>In which an acker that follows has answered.</summary>
    private static readonly TimeSpan Acknowledged = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(2);
    /// <summary>How often a master looks whether commits wait in vain.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private const int NoSuchThread = 1094;
    private const string OwnIdSql = "SELECT CONNECTION_ID()";
    private readonly EmptyCommits? _emptyCommits = flavor.EmptyCommit is { } sql ? new(sql, accounts.Admin, logins, time, log) : null;
    private (long Epoch, long Acker) _eased;
    private long _lookedAt;
    private Stall? _stall;

    /// <summary>Commits wait that may do so in vain, and whether they do is not known yet.</summary>
    public bool Stalled => _stall is not null;

    public Task CutAsync(CancellationToken cancellation) => KillAsync(connection, flavor.ClientsSql(accounts), cancellation);

    /// <summary>Ends the connections with these ids.</summary>
    public static async Task KillAsync(ServerConnection connection, string idsSql, CancellationToken cancellation) =>
        await KillAsync(connection, await connection.NumbersAsync(idsSql, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    private static async Task KillAsync(ServerConnection connection, IEnumerable<long> ids, CancellationToken cancellation)
    {
        foreach (var id in ids)
        {
            try
            {
                await connection.ExecuteAsync($"KILL {id.ToString(CultureInfo.InvariantCulture)}", cancellation).ConfigureAwait(false);
            }
            catch (MySqlException e) when (e.Number == NoSuchThread)
            {
                // It went by itself.
            }
        }
    }

    /// <summary>
    /// What runs is given a second to end: read-only waits for it, and holds new commits back meanwhile; then it is cut off. But commits that wait for an
    /// acknowledgement are waited for, since any other end of that may tell their clients that they are done, while nobody else has them. Who is
    /// idle or between statements is cut off afterwards, so that nobody stays with a master that takes no writes.
    /// </summary>
    /// <param name="overtaken">There may be another order: when commits still wait, the server goes on as it was.</param>
    public async Task YieldAsync(Task overtaken, CancellationToken cancellation)
    {
        log.Write("Yielding: no more writes.");
        await using var own = await logins.OpenAsync(accounts.Admin, LoginTimeout, cancellation).ConfigureAwait(false);
        var id = (await own.NumbersAsync(OwnIdSql, cancellation).ConfigureAwait(false))[0];
        var stopping = own.ExecuteAsync(flavor.ReadOnly(true), cancellation);
        if (!await EndsWithinAsync(stopping, Orderly).ConfigureAwait(false))
        {
            await HeldBackAsync(stopping, id, cancellation).ConfigureAwait(false);
            // Commits that have begun come to their wait in a moment.
            await EndsWithinAsync(stopping, AfterCut).ConfigureAwait(false);
            await KillAsync(connection, await NotWaitingAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            await Task.WhenAny(stopping, overtaken).WaitAsync(cancellation).ConfigureAwait(false);
        }
        if (!stopping.IsCompleted)
        {
            log.Write("Taking writes again: commits wait for an acknowledgement that does not come.");
            await KillAsync(connection, [id], cancellation).ConfigureAwait(false);
            await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        await stopping.ConfigureAwait(false);
        await CutAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<long>> NotWaitingAsync(CancellationToken cancellation) =>
        [.. (await connection.NumbersAsync(flavor.ClientsSql(accounts), cancellation).ConfigureAwait(false))
            .Except(await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false))];

    /// <summary>
    /// Of a master that was replaced, or may have been. Commits that wait for an acknowledgement keep read-only waiting. Nobody is cut off from
    /// them: whose commit waits and is killed may be told that it is done (MariaDB), or goes on waiting (MySQL). mysqld is killed instead,
    /// which tells nobody anything.
    /// </summary>
    public async Task StopWritesAsync(CancellationToken cancellation)
    {
        await using var own = await logins.OpenAsync(accounts.Admin, LoginTimeout, cancellation).ConfigureAwait(false);
        var stopping = own.ExecuteAsync(flavor.ReadOnly(true), cancellation);
        if (!await EndsWithinAsync(stopping, Fenced).ConfigureAwait(false))
        {
            log.Write("mysqld is killed: what runs does not end, and may wait for an acknowledgement that nobody gives.");
            end();
        }
        await stopping.ConfigureAwait(false);
    }

    /// <summary>
    /// A commit that an acker got before its side was on is never acknowledged itself. On MySQL it ends with the acknowledgement of a later one, which is made for it.
    /// On MariaDB it keeps later ones from the binary log: such clients are cut off, as when a master is lost. But only where those who acknowledge are known to have all that waits: it may
    /// as well not have come to them yet. Who acknowledges may be another now, or the same one, started again unseen: so it is looked again and again.
    /// </summary>
    /// <param name="overtaken">As of <see cref="Reconciler.PassAsync"/>.</param>
    /// <returns>Clients were cut off, and the server is read-only now.</returns>
    public async Task<bool> EaseAsync(
        Directive directive, ServerState state, Func<CancellationToken, Task<ServerState>> observe, Task overtaken, CancellationToken cancellation)
    {
        var acker = directive is { Role: DirectedRole.Master, Ackers: > 0, Yield: false } ? (directive.Epoch, directive.Acker) : default;
        var isOther = acker != _eased;
        if (isOther)
            (_eased, _stall) = (acker, null);
        if (acker.Acker == 0)
            return false;
        if (isOther)
            await ackReceiver.ExpectAsync(cancellation).ConfigureAwait(false);
        else if (!Stalled && time.GetElapsedTime(_lookedAt) < LookEvery)
            return false;
        _lookedAt = time.GetTimestamp();
        var waiting = await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false);
        if (waiting.Count == 0)
        {
            _stall = null;
            return false;
        }
        if (_stall is { } stall)
        {
            _stall = stall.Next(state);
            if (_stall != stall || !AllHave(directive.AckersHave, state) || !await EndWaitsAsync(directive.AckersHave, observe, cancellation).ConfigureAwait(false))
                return false;
            _stall = null;
            return true;
        }
        // An empty commit does no harm where none is needed.
        if (isOther && _emptyCommits is not null)
        {
            _emptyCommits.Make(cancellation);
            return false;
        }
        await Task.WhenAny(time.PauseAsync(Acknowledged, cancellation), overtaken).ConfigureAwait(false);
        if (overtaken.IsCompleted)
        {
            _eased = default;
            return false;
        }
        var after = Stall.At(await observe(cancellation).ConfigureAwait(false));
        var still = await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false);
        // While a server goes on, its clients always wait for something.
        if (!still.Intersect(waiting).Any() || (!isOther && after != Stall.At(state)))
            return false;
        if (_emptyCommits is not null)
            _emptyCommits.Make(cancellation);
        else
            _stall = after;
        return false;
    }

    private static bool AllHave(IReadOnlyList<string> have, ServerState state)
    {
        var waits = GtidPosition.Parse(state.Executed).Union(GtidPosition.Parse(state.Unended));
        return have.Count > 0 && have.All(one => GtidPosition.Parse(one).Covers(waits));
    }

    /// <summary>
    /// What waits is on the acker. Read-only waits for the commits under way, which wait for an acknowledgement that never comes. Whoever keeps it waiting
    /// is cut off, once nobody new can commit, which is when read-only waits for its lock: else whoever is cut off could come back. The server goes on waiting for
    /// acknowledgements throughout: who is behind that lock commits when it is free.
    /// </summary>
    /// <returns>False: it could not be, and nothing has changed.</returns>
    private async Task<bool> EndWaitsAsync(IReadOnlyList<string> have, Func<CancellationToken, Task<ServerState>> observe, CancellationToken cancellation)
    {
        await using var own = await logins.OpenAsync(accounts.Admin, LoginTimeout, cancellation).ConfigureAwait(false);
        var id = (await own.NumbersAsync(OwnIdSql, cancellation).ConfigureAwait(false))[0];
        var stopping = own.ExecuteAsync(flavor.ReadOnly(true), cancellation);
        await HeldBackAsync(stopping, id, cancellation).ConfigureAwait(false);
        // What has begun to wait meanwhile is not known to be there: with its acknowledgement all before it have theirs.
        if (!AllHave(have, await observe(cancellation).ConfigureAwait(false)))
        {
            await KillAsync(connection, [id], cancellation).ConfigureAwait(false);
            await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
        log.Write("Commits wait that no acker will acknowledge: their clients are cut off.");
        await CutAsync(cancellation).ConfigureAwait(false);
        // An account that is being made may wait, too; it is made again.
        await KillAsync(connection, await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
        return true;
    }

    /// <summary>Returns when nobody new can commit.</summary>
    private async Task HeldBackAsync(Task stopping, long id, CancellationToken cancellation)
    {
        while (!stopping.IsCompleted && !await HoldsCommitsBackAsync(id, cancellation).ConfigureAwait(false))
            await EndsWithinAsync(stopping, LookAgain).ConfigureAwait(false);
    }

    /// <param name="id">Of the connection that asks for read-only.</param>
    private async Task<bool> HoldsCommitsBackAsync(long id, CancellationToken cancellation) => (await connection.NumbersAsync(string.Create(
        CultureInfo.InvariantCulture, $"SELECT id FROM information_schema.processlist WHERE id={id} AND state LIKE 'Waiting for%lock'"), cancellation)
        .ConfigureAwait(false)).Count > 0;

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan patience)
    {
        await task.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }
}
