using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Mysos.Dashboard.Live;

internal static class Coalescing
{
    /// <summary>
    /// At most one value per <paramref name="interval"/>: a value after a quiet interval passes at once; of those that
    /// come sooner only the newest passes, when the interval is over. The last value always passes.
    /// </summary>
    /// <remarks>Unlike <c>Sample</c> it does not delay the first value, and unlike <c>Throttle</c> a steady stream of
    /// values cannot hold it back for ever.</remarks>
    public static IObservable<T> Coalesce<T>(this IObservable<T> source, TimeSpan interval, IScheduler scheduler) =>
        Observable.Create<T>(observer =>
        {
            var gate = new Lock();
            var timer = new SerialDisposable();
            var waiting = false;
            var last = DateTimeOffset.MinValue;
            T newest = default!;

            void Emit()
            {
                T value;
                lock (gate)
                {
                    waiting = false;
                    last = scheduler.Now;
                    value = newest;
                }
                observer.OnNext(value);
            }

            var subscription = source.Subscribe(
                value =>
                {
                    TimeSpan wait;
                    lock (gate)
                    {
                        newest = value;
                        if (waiting)
                        {
                            return;
                        }
                        waiting = true;
                        var now = scheduler.Now;
                        wait = now - last >= interval ? TimeSpan.Zero : last + interval - now;
                    }
                    // Even without a wait: what follows is rendering, and the source's thread has better things to do.
                    timer.Disposable = scheduler.Schedule(wait, Emit);
                },
                observer.OnError);
            return new CompositeDisposable(subscription, timer);
        }).Synchronize();
}
