using System.Collections.Immutable;
using System.Reactive.Linq;
using Mysos.Core.Scheduling;

namespace Mysos.Core.ZooKeeper;

/// <summary>Who takes part in the election of a <see cref="LeaderLatch"/>.</summary>
public static class LatchContenders
{
    private static readonly TimeSpan WatchAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// The contenders, the leader first: as soon as they are known, then each time that they are others. It is silent while ZooKeeper
    /// is, and watches again with the next session. For one watcher: each change wakes it up.
    /// </summary>
    public static IObservable<ImmutableArray<LeaderData>> Watch(ZooKeeperConnection connection, string path)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Observable.FromAsync(connection.SessionAsync)
            .SelectMany(session => session.WatchChildren(path)
                .Select(_ => Observable.FromAsync(() => ReadAsync(session, path))).Switch()
                .Concat(Observable.Throw<ImmutableArray<LeaderData>>(new ZooKeeperException(ZooKeeperError.SessionExpired, path, "The session was closed."))))
            .RetryWhen(failures => failures.SelectMany(_ => Observable.Timer(WatchAgain, new TimeProviderScheduler(connection.Time))))
            .DistinctUntilChanged(found => string.Join(' ', found));
    }

    private static async Task<ImmutableArray<LeaderData>> ReadAsync(IZooKeeper session, string path)
    {
        var found = ImmutableArray.CreateBuilder<LeaderData>();
        var nodes = await session.ChildrenAsync(path).ConfigureAwait(false) ?? [];
        foreach (var name in nodes.Where(n => LeaderLatch.Sequence(n) is not null).OrderBy(LeaderLatch.Sequence))
        {
            // One that has just gone is told of by the watch.
            if (await session.GetAsync($"{path}/{name}").ConfigureAwait(false) is { } node && LeaderData.FromJson(node.Data) is { } data)
                found.Add(data);
        }
        return found.ToImmutable();
    }
}
