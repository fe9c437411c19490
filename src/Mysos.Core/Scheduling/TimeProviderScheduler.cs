using System.Reactive.Concurrency;
using System.Reactive.Disposables;

namespace Mysos.Core.Scheduling;

/// <summary>Rx timers on an injected clock.</summary>
public sealed class TimeProviderScheduler(TimeProvider time) : LocalScheduler
{
    public override DateTimeOffset Now => time.GetUtcNow();

    public override IDisposable Schedule<TState>(TState state, TimeSpan dueTime, Func<IScheduler, TState, IDisposable> action)
    {
        var inner = new SingleAssignmentDisposable();
        var timer = time.CreateTimer(_ => inner.Disposable = action(this, state), null, Scheduler.Normalize(dueTime), Timeout.InfiniteTimeSpan);
        return new CompositeDisposable(timer, inner);
    }
}
