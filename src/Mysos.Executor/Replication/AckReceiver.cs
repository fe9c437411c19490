using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// The thread of MySQL's that hears acknowledgements. It waits for one for up to a second before it looks who acknowledges besides those it knows,
/// and whether it is to end; meanwhile commits wait, or the statement that ends it. An interrupt ends its wait.
/// </summary>
/// <param name="flavor">Whose server has such a thread, or none.</param>
internal sealed class AckReceiver(IFlavor flavor, ServerConnection connection, IServerProcess server, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    /// <summary>In which an acker is connected that has just been told to acknowledge.</summary>
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(2);

    /// <summary>Runs a statement that may end the thread.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        var thread = await FindAsync(cancellation).ConfigureAwait(false);
        var running = connection.ExecuteAsync(sql, cancellation);
        await InterruptAsync(thread, running).ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    /// <summary>Another acker is about to connect. Does not wait for it.</summary>
    public async Task ExpectAsync(CancellationToken cancellation)
    {
        var thread = await FindAsync(cancellation).ConfigureAwait(false);
        _ = InterruptAsync(thread, time.PauseAsync(Connecting, cancellation));
    }

    private async Task<int?> FindAsync(CancellationToken cancellation) => flavor.AckReceiverSql is { } sql
        && await connection.NumbersAsync(sql, cancellation).ConfigureAwait(false) is [var thread, ..] ? (int)thread : null;

    private async Task InterruptAsync(int? thread, Task until)
    {
        while (thread is { } found && !until.IsCompleted)
        {
            server.Interrupt(found);
            await until.WaitAsync(Interval, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
