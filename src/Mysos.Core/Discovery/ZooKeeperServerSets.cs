using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Discovery;

/// <summary>
/// Announces clusters under <c>&lt;zk_url&gt;/discover/</c>, as persistent nodes: the scheduler owns them. After its first
/// publish a change takes one round trip: a transaction on the versions that the last one left, and only when these do
/// not hold any more it reads again. Calls for one cluster must not overlap.
/// </summary>
public sealed partial class ZooKeeperServerSets(IZooKeeperConnection connection) : IServerSets
{
    private readonly string _root = connection.Url.At("discover");
    private readonly ConcurrentDictionary<string, Announced> _last = new();
    private volatile bool _rootIsThere;

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex ValidName { get; }

    /// <inheritdoc/>
    public Task PublishAsync(string cluster, ServerSet wanted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var path = PathOf(cluster);
        return connection.RetryAsync(async zooKeeper =>
        {
            // Whatever goes wrong: what was known is not known any more.
            var known = _last.TryRemove(cluster, out var last) ? last : null;
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                var now = known ?? await ReadAsync(zooKeeper, path).ConfigureAwait(false);
                var change = ServerSetDiff.Between(now, wanted, path);
                if (known is not null && change.Operations.IsEmpty)
                {
                    // Nothing to do by what we know; somebody may have removed it meanwhile.
                    known = null;
                    continue;
                }
                try
                {
                    await zooKeeper.TransactAsync(change.Operations).ConfigureAwait(false);
                    _last[cluster] = change.After;
                    return;
                }
                catch (ZooKeeperException e) when (e.Error is ZooKeeperError.NoNode or ZooKeeperError.NodeExists or ZooKeeperError.BadVersion)
                {
                    known = null;
                    _rootIsThere = false;
                }
                catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NotEmpty)
                {
                    // Nothing of ours is below a member.
                    foreach (var child in await zooKeeper.ChildrenAsync(e.Path).ConfigureAwait(false) ?? [])
                        await zooKeeper.DeleteTreeAsync($"{e.Path}/{child}").ConfigureAwait(false);
                    known = null;
                }
            }
        }, cancellation);
    }

    /// <inheritdoc/>
    public Task RemoveAsync(string cluster, CancellationToken cancellation)
    {
        var path = PathOf(cluster);
        _last.TryRemove(cluster, out _);
        return connection.RetryAsync(zooKeeper => zooKeeper.DeleteTreeAsync(path), cancellation);
    }

    private string PathOf(string cluster) => ValidName.IsMatch(cluster)
        ? $"{_root}/{cluster}"
        : throw new ArgumentException($"'{cluster}' is not the name of a cluster.", nameof(cluster));

    private async Task<Announced> ReadAsync(IZooKeeper zooKeeper, string path)
    {
        string[] groups = [ServerSetDiff.MasterGroup(path), ServerSetDiff.SlavesGroup(path)];
        var cluster = zooKeeper.GetAsync(path);
        var children = await Task.WhenAll(groups.Select(zooKeeper.ChildrenAsync)).ConfigureAwait(false);
        if (await cluster.ConfigureAwait(false) is null)
        {
            if (!_rootIsThere)
                await zooKeeper.EnsurePathAsync(_root).ConfigureAwait(false);
            _rootIsThere = true;
            return Announced.Nothing;
        }
        var members = groups.Zip(children).SelectMany(group => (group.Second ?? []).Select(name => $"{group.First}/{name}")).ToList();
        var nodes = await Task.WhenAll(members.Select(zooKeeper.GetAsync)).ConfigureAwait(false);
        return new Announced(
            [path, .. groups.Zip(children).Where(group => group.Second is not null).Select(group => group.First)],
            members.Zip(nodes).Where(member => member.Second is not null)
                .ToImmutableDictionary(member => member.First, member => member.Second!));
    }
}
