namespace Mysos.Executor;

internal static class Pauses
{
    /// <summary>
    /// As <see cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/>, but whoever cancels goes on with what waited, in its own
    /// thread: so that all that a node does has one order where one thread drives it.
    /// </summary>
    public static async Task PauseAsync(this TimeProvider time, TimeSpan length, CancellationToken cancellation)
    {
        await new TaskCompletionSource().Task.WaitAsync(length, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }
}
