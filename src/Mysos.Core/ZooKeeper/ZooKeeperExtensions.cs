namespace Mysos.Core.ZooKeeper;

/// <summary>What takes more than one call.</summary>
public static class ZooKeeperExtensions
{
    /// <summary>
    /// Makes the node and all above it that are missing, without data. One round trip. Repeating it is harmless.
    /// </summary>
    public static async Task EnsurePathAsync(this IZooKeeper zooKeeper, string path)
    {
        ArgumentNullException.ThrowIfNull(zooKeeper);
        if (path == "/")
            return;
        var created = new List<Task<string>>();
        for (var end = path.IndexOf('/', 1); end > 0; end = path.IndexOf('/', end + 1))
            created.Add(zooKeeper.CreateAsync(path[..end], default));
        created.Add(zooKeeper.CreateAsync(path, default));
        // Only the last decides: above a node that we may use there can be some that we may not.
        ZooKeeperException? first = null;
        foreach (var task in created)
        {
            try
            {
                await task.ConfigureAwait(false);
                first = null;
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NodeExists)
            {
                first = null;
            }
            catch (ZooKeeperException e)
            {
                first ??= e;
            }
        }
        if (first is not null)
            throw first;
    }

    /// <summary>
    /// Removes the node and all below it, also while others add to it. Nothing there is not an error.
    /// </summary>
    public static async Task DeleteTreeAsync(this IZooKeeper zooKeeper, string path)
    {
        ArgumentNullException.ThrowIfNull(zooKeeper);
        while (await zooKeeper.ChildrenAsync(path).ConfigureAwait(false) is { } children)
        {
            await Task.WhenAll(children.Select(child => zooKeeper.DeleteTreeAsync($"{path}/{child}"))).ConfigureAwait(false);
            try
            {
                await zooKeeper.DeleteAsync(path).ConfigureAwait(false);
            }
            catch (ZooKeeperException e) when (e.Error is ZooKeeperError.NotEmpty or ZooKeeperError.NoNode)
            {
                // Somebody was faster; look again.
            }
        }
    }

    /// <summary>
    /// After this, reads see every write that was acknowledged before it, by whichever server. (A read alone may come
    /// from a follower that lags.)
    /// </summary>
    public static async Task BarrierAsync(this IZooKeeper zooKeeper, string path)
    {
        ArgumentNullException.ThrowIfNull(zooKeeper);
        try
        {
            // A check goes through the leader as a write does, and its answer brings the zxid to catch up with.
            await zooKeeper.TransactAsync([new ZooKeeperOperation.Check(path, -1)]).ConfigureAwait(false);
        }
        catch (ZooKeeperException e) when (e.Error is ZooKeeperError.NoNode)
        {
            // A refusal has gone through the leader too.
        }
    }
}
