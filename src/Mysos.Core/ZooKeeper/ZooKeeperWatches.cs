using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// Keeps one-shot watches armed: after each that fired and after each reconnect, arm again, then tell the observer what was there, so
/// that this, and what it reads next, is no older than the watch.
/// </summary>
internal sealed class ZooKeeperWatches
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Subscription>> _byPath = [];

    /// <param name="arm">Sets the watch; fails as any call.</param>
    /// <returns>What <paramref name="arm"/> found.</returns>
    internal IObservable<T> Watch<T>(string path, Func<Task<T>> arm) => Observable.Create<T>(observer =>
    {
        var subscription = new Subscription<T>(observer, arm, ended => Remove(path, ended));
        lock (_lock)
        {
            if (!_byPath.TryGetValue(path, out var list))
                _byPath[path] = list = [];
            list.Add(subscription);
        }
        subscription.Signal();
        return Disposable.Create(subscription, ended => ended.End());
    });

    /// <summary>A watch on this path fired.</summary>
    internal void Fired(string path)
    {
        lock (_lock)
        {
            if (_byPath.TryGetValue(path, out var list))
                list.ForEach(s => s.Signal());
        }
    }

    /// <summary>The session is connected again, or it has ended (then arming tells so).</summary>
    internal void SessionChanged()
    {
        lock (_lock)
        {
            foreach (var list in _byPath.Values)
                list.ForEach(s => s.Signal());
        }
    }

    private void Remove(string path, Subscription subscription)
    {
        lock (_lock)
        {
            if (_byPath.TryGetValue(path, out var list) && list.Remove(subscription) && list.Count == 0)
                _byPath.Remove(path);
        }
    }

    private abstract class Subscription
    {
        internal abstract void Signal();
    }

    private sealed class Subscription<T>(IObserver<T> observer, Func<Task<T>> arm, Action<Subscription> ended) : Subscription
    {
        private readonly Lock _lock = new();
        private bool _running;
        private bool _again;
        private bool _over;

        /// <summary>Returns at once; what follows runs on the thread pool, never twice at a time.</summary>
        internal override void Signal()
        {
            lock (_lock)
            {
                _again = true;
                if (_running || _over)
                    return;
                _running = true;
            }
            ThreadPool.QueueUserWorkItem(static s => s.Run(), this, preferLocal: false);
        }

        internal void End()
        {
            lock (_lock)
                _over = true;
            ended(this);
        }

        // async void: an exception of the observer is a bug that must not be swallowed.
        private async void Run()
        {
            while (Continue())
            {
                Exception? failure = null;
                T found = default!;
                try
                {
                    found = await arm().ConfigureAwait(false);
                }
                catch (ZooKeeperException e) when (e.Error is ZooKeeperError.ConnectionLoss or ZooKeeperError.Timeout)
                {
                    // The next connect signals.
                    continue;
                }
                catch (Exception e) when (e is ZooKeeperException or ObjectDisposedException)
                {
                    failure = e;
                }
                if (_over)
                    continue;
                if (failure is null)
                {
                    observer.OnNext(found);
                    continue;
                }
                End();
                if (failure is ObjectDisposedException)
                    observer.OnCompleted();
                else
                    observer.OnError(failure);
            }
        }

        private bool Continue()
        {
            lock (_lock)
            {
                _running = _again && !_over;
                _again = false;
                return _running;
            }
        }
    }
}
