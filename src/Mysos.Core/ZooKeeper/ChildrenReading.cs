using System.Reactive.Linq;
using Mysos.Core.Scheduling;

namespace Mysos.Core.ZooKeeper;

/// <summary>What is read below a node, again and again.</summary>
public static class ChildrenReading
{
    private static readonly TimeSpan WatchAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Reads as soon as there is a session, and each time that the node's children may be others, one after the other. It is silent while ZooKeeper
    /// is, and begins anew with the next session.
    /// </summary>
    /// <param name="connect">The session that is open, or the next one.</param>
    /// <param name="read">Is given the children, none when there is no such node.</param>
    public static IObservable<T> ReadChildren<T>(
        this Func<CancellationToken, Task<IZooKeeper>> connect, string path, Func<IZooKeeper, IReadOnlyList<string>, Task<T>> read, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(connect);
        return Observable.FromAsync(connect)
            .SelectMany(session => session.WatchChildren(path)
                .Select(children => Observable.FromAsync(() => read(session, children))).Concat()
                .Concat(Observable.Throw<T>(new ZooKeeperException(ZooKeeperError.SessionExpired, path, "The session was closed."))))
            .RetryWhen(failures => failures.SelectMany(_ => Observable.Timer(WatchAgain, new TimeProviderScheduler(time))));
    }
}
