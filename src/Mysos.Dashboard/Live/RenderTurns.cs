namespace Mysos.Dashboard.Live;

/// <summary>
/// Dashboards are drawn a few at a time. When a view changes all that are open want to be at once; the threads that they would take then are
/// those that Mesos and the executors are heard and answered on.
/// </summary>
internal sealed class RenderTurns(TimeProvider time)
{
    public static readonly int AtATime = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>A tab that is busy with something else keeps nobody waiting longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<Func<Task>> _waiting = new();
    private int _taken;

    /// <summary>Renders now, on this thread, or when others have.</summary>
    public void Take(Func<Task> render)
    {
        lock (_gate)
        {
            if (_taken == AtATime)
            {
                _waiting.Enqueue(render);
                return;
            }
            _taken++;
        }
        _ = RunAsync(render);
    }

    private async Task RunAsync(Func<Task>? render)
    {
        while (render is not null)
        {
            var rendering = BeginAsync(render);
            if (!rendering.IsCompleted)
                await rendering.WaitAsync(Longest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out render))
                    _taken--;
            }
        }
    }

    /// <summary>What it throws is in the task too.</summary>
    private static async Task BeginAsync(Func<Task> render) => await render().ConfigureAwait(false);
}
