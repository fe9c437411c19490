using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// What applies received transactions. MySQL's, told to stop in the middle of one of which no more comes, waits a minute for the rest. Killed, it
/// ends at once, and rolls back what it had begun; but only if nobody has told it to stop yet.
/// </summary>
internal static class Applier
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    /// <summary>Before it is told to stop.</summary>
    public static async Task EndAsync(IFlavor flavor, ServerConnection connection, TimeProvider time, CancellationToken cancellation)
    {
        if (flavor.ApplierSql is not { } sql)
            return;
        var since = time.GetTimestamp();
        await Clients.KillAsync(connection, sql, cancellation).ConfigureAwait(false);
        while (time.GetElapsedTime(since) < Patience && (await connection.NumbersAsync(sql, cancellation).ConfigureAwait(false)).Count > 0)
            await time.PauseAsync(LookAgain, cancellation).ConfigureAwait(false);
    }
}
