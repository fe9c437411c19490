using Mysos.Core.ZooKeeper;

namespace Mysos.Core.State;

/// <summary>Documents as nodes under <c>&lt;zk_url&gt;/state/</c>; a document's version is its node's.</summary>
public sealed class ZooKeeperStateStore(IZooKeeperConnection connection) : IStateStore
{
    /// <summary>ZooKeeper takes requests of 1 MB; some of it is path and access list.</summary>
    public const int LargestDocument = 900_000;

    private const int PipelinedReads = 1000;

    private readonly string _root = connection.Url.At("state");

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, StoredDocument>> LoadAsync(CancellationToken cancellation) =>
        connection.RetryAsync(LoadAsync, cancellation);

    /// <inheritdoc/>
    public Task<int> WriteAsync(string key, byte[] json, int expectedVersion, CancellationToken cancellation)
    {
        StateKey.Check(key);
        ArgumentNullException.ThrowIfNull(json);
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        if (json.Length > LargestDocument)
            throw new ArgumentException(
                $"State document '{key}' has {json.Length} bytes; ZooKeeper stores at most {LargestDocument} in one node.", nameof(json));
        var path = $"{_root}/{key}";
        var uncertain = false;
        return connection.RetryAsync(async zooKeeper =>
        {
            try
            {
                return await WriteAsync(zooKeeper, path, json, expectedVersion).ConfigureAwait(false);
            }
            catch (ZooKeeperException e) when (ZooKeeperConnection.IsLost(e))
            {
                uncertain = true;
                throw;
            }
            catch (ZooKeeperException e) when (e.Error is ZooKeeperError.NodeExists or ZooKeeperError.BadVersion or ZooKeeperError.NoNode)
            {
                // The attempt before may have been done although its answer was lost.
                if (uncertain && await zooKeeper.GetAsync(path).ConfigureAwait(false) is { } now
                    && now.Version == expectedVersion + 1 && now.Data.AsSpan().SequenceEqual(json))
                    return now.Version;
                throw new ConflictException(key);
            }
        }, cancellation);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, int expectedVersion, CancellationToken cancellation)
    {
        StateKey.Check(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(expectedVersion, -1);
        var path = $"{_root}/{key}";
        return connection.RetryAsync(async zooKeeper =>
        {
            if (expectedVersion < 0)
            {
                if (await zooKeeper.GetAsync(path).ConfigureAwait(false) is not null)
                    throw new ConflictException(key);
                return;
            }
            try
            {
                await zooKeeper.DeleteAsync(path, expectedVersion).ConfigureAwait(false);
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoNode)
            {
                // Gone: that was wanted.
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.BadVersion)
            {
                throw new ConflictException(key);
            }
        }, cancellation);
    }

    private async Task<IReadOnlyDictionary<string, StoredDocument>> LoadAsync(IZooKeeper zooKeeper)
    {
        // A new leader must see all that the one before was told is written, also when its server lags.
        await zooKeeper.BarrierAsync(_root).ConfigureAwait(false);
        var names = await zooKeeper.ChildrenAsync(_root).ConfigureAwait(false) ?? [];
        var below = await Task.WhenAll(names.Select(async name =>
            (await zooKeeper.ChildrenAsync($"{_root}/{name}").ConfigureAwait(false) ?? []).Select(child => $"{name}/{child}"))).ConfigureAwait(false);
        var documents = new Dictionary<string, StoredDocument>();
        foreach (var keys in names.Concat(below.SelectMany(keys => keys)).Chunk(PipelinedReads))
        {
            var nodes = await Task.WhenAll(keys.Select(key => zooKeeper.GetAsync($"{_root}/{key}"))).ConfigureAwait(false);
            foreach (var (key, node) in keys.Zip(nodes))
            {
                // Without data it is a group, not a document.
                if (node is { Data.Length: > 0 })
                    documents[key] = new StoredDocument(node.Data, node.Version);
            }
        }
        return documents;
    }

    private static async Task<int> WriteAsync(IZooKeeper zooKeeper, string path, byte[] json, int expectedVersion)
    {
        if (expectedVersion >= 0)
            return await zooKeeper.SetAsync(path, json, expectedVersion).ConfigureAwait(false);
        try
        {
            await zooKeeper.CreateAsync(path, json).ConfigureAwait(false);
        }
        catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoNode)
        {
            await zooKeeper.EnsurePathAsync(ZNodePath.Parent(path)).ConfigureAwait(false);
            await zooKeeper.CreateAsync(path, json).ConfigureAwait(false);
        }
        return 0;
    }
}
