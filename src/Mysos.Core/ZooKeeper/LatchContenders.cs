using System.Collections.Immutable;
using System.Reactive.Linq;

namespace Mysos.Core.ZooKeeper;

/// <summary>Who takes part in the election of a <see cref="LeaderLatch"/>.</summary>
public static class LatchContenders
{
    /// <summary>
    /// The contenders, the leader first: as soon as they are known, then each time that they are others. It is silent while ZooKeeper
    /// is, and watches again with the next session. For one watcher: each change wakes it up.
    /// </summary>
    public static IObservable<ImmutableArray<LeaderData>> Watch(ZooKeeperConnection connection, string path)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Func<CancellationToken, Task<IZooKeeper>> connect = connection.SessionAsync;
        return connect.ReadChildren(path, (session, nodes) => ReadAsync(session, path, nodes), connection.Time)
            .DistinctUntilChanged(found => string.Join(' ', found));
    }

    private static async Task<ImmutableArray<LeaderData>> ReadAsync(IZooKeeper session, string path, IReadOnlyList<string> nodes)
    {
        var found = ImmutableArray.CreateBuilder<LeaderData>();
        foreach (var name in nodes.Where(n => LeaderLatch.Sequence(n) is not null).OrderBy(LeaderLatch.Sequence))
        {
            // One that has just gone is told of by the watch.
            if (await session.GetAsync($"{path}/{name}").ConfigureAwait(false) is { } node && LeaderData.FromJson(node.Data) is { } data)
                found.Add(data);
        }
        return found.ToImmutable();
    }
}
