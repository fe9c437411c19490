using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Mysos.Dashboard.Live;

/// <summary>Rx time from a <see cref="TimeProvider"/>, so that one clock drives everything, in tests by hand.</summary>
internal sealed class TimeProviderScheduler(TimeProvider time) : LocalScheduler, ISchedulerPeriodic
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

    // Without it Rx would count periods by a stopwatch of its own.
    public IDisposable SchedulePeriodic<TState>(TState state, TimeSpan period, Func<TState, TState> action)
    {
        var current = state;
        return time.CreateTimer(_ => current = action(current), null, period, period);
    }

    protected override object? GetService(Type serviceType) =>
        serviceType == typeof(ISchedulerPeriodic) ? this : base.GetService(serviceType);
}
