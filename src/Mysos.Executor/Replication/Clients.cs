using System.Globalization;
using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Those who write to a server, when they must stop.</summary>
/// <param name="end">Kills mysqld.</param>
internal sealed class Clients(
    IFlavor flavor, Accounts accounts, ServerConnection connection, ILogins logins, Action end, TimeProvider time, Log log)
{
    /// <summary>For which what runs may go on before its clients are cut off.</summary>
    private static readonly TimeSpan Orderly = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterCut = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);
    /// <summary>In which an acker that follows has answered.</summary>
    private static readonly TimeSpan Acknowledged = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(2);
    private const int NoSuchThread = 1094;

    public Task CutAsync(CancellationToken cancellation) => KillAsync(connection, flavor.ClientsSql(accounts), cancellation);

    /// <summary>Ends the connections with these ids.</summary>
    public static async Task KillAsync(ServerConnection connection, string idsSql, CancellationToken cancellation)
    {
        foreach (var id in await connection.NumbersAsync(idsSql, cancellation).ConfigureAwait(false))
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
    /// What runs is given a second to end: read-only waits for it, and holds new commits back meanwhile. Who is idle or
    /// between statements is cut off afterwards, so that nobody stays with a master that takes no writes.
    /// </summary>
    public async Task YieldAsync(CancellationToken cancellation)
    {
        log.Write("Yielding: no more writes.");
        await StopWritesAsync(Orderly, StopWaitingAsync, cancellation).ConfigureAwait(false);
        await CutAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Of a master that was replaced, or may have been. Where its commits go on waiting although their clients are cut off, as on MySQL,
    /// mysqld is killed: so nobody can be told that one is done.
    /// </summary>
    public Task StopWritesAsync(CancellationToken cancellation) => StopWritesAsync(AfterCut, _ =>
    {
        log.Write("mysqld is killed: commits wait that no acker will acknowledge.");
        end();
        return Task.CompletedTask;
    }, cancellation);

    /// <summary>
    /// A commit that the new acker got before its side was on is never acknowledged, and keeps all later ones waiting: such
    /// clients are cut off, as when a master is lost. False when nobody waits in vain; else the server is read-only now.
    /// </summary>
    public async Task<bool> EaseAsync(ServerState before, Func<CancellationToken, Task<ServerState>> observe, CancellationToken cancellation)
    {
        var waiting = await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false);
        if (waiting.Count == 0)
            return false;
        await time.PauseAsync(Acknowledged, cancellation).ConfigureAwait(false);
        var after = await observe(cancellation).ConfigureAwait(false);
        var still = await connection.NumbersAsync(flavor.WaitingSql, cancellation).ConfigureAwait(false);
        if (before.Executed != after.Executed || !still.Intersect(waiting).Any())
            return false;
        log.Write("Commits wait that no acker will acknowledge: their clients are cut off.");
        await StopWritesAsync(TimeSpan.Zero, StopWaitingAsync, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>
    /// Read-only waits for the commits under way, and these may wait for an acknowledgement that never comes. Whoever keeps it
    /// waiting is cut off, once nobody new can commit, which is when read-only waits for its lock: else whoever is cut off could
    /// come back. On MySQL a commit goes on waiting even so.
    /// </summary>
    /// <param name="release">What ends the waiting of commits whose clients are gone.</param>
    private async Task StopWritesAsync(TimeSpan patience, Func<CancellationToken, Task> release, CancellationToken cancellation)
    {
        await using var own = await logins.OpenAsync(accounts.Admin, LoginTimeout, cancellation).ConfigureAwait(false);
        var id = (await own.NumbersAsync("SELECT CONNECTION_ID()", cancellation).ConfigureAwait(false))[0];
        var stopping = own.ExecuteAsync(flavor.ReadOnly(true), cancellation);
        if (!await EndsWithinAsync(stopping, patience).ConfigureAwait(false))
        {
            while (!stopping.IsCompleted && !await HoldsCommitsBackAsync(id, cancellation).ConfigureAwait(false))
                await EndsWithinAsync(stopping, LookAgain).ConfigureAwait(false);
            await CutAsync(cancellation).ConfigureAwait(false);
            if (!await EndsWithinAsync(stopping, AfterCut).ConfigureAwait(false))
                await release(cancellation).ConfigureAwait(false);
        }
        await stopping.ConfigureAwait(false);
    }

    /// <summary>Of a master that stays, or whose last writes the next one is given: what waited may be done.</summary>
    private Task StopWaitingAsync(CancellationToken cancellation) => connection.ExecuteAsync(flavor.SemiSyncSource(false), cancellation);

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
