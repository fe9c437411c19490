using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Mysos.Dashboard.Live;

/// <summary>Rx time from a <see cref="TimeProvider"/>, so that one clock drives everything, in tests by hand.</summary>
internal sealed class TimeProviderScheduler(TimeProvider time) : LocalScheduler
{
    public override DateTimeOffset Now => time.GetUtcNow();

    public override IDisposable Schedule<TState>(
        TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var inner = new SerialDisposable();
        var timer = time.CreateTimer(
            _ =>
            {
                if (!inner.IsDisposed)
                {
                    inner.Disposable = action(this, state);
                }
            },
            null,
            Scheduler.Normalize(dueTime),
            Timeout.InfiniteTimeSpan);
        return new CompositeDisposable(timer, inner);
    }
}
