using System.Reactive;

namespace Mysos.Core.ZooKeeper;

/// <summary>A session that reads as ever, and writes only together with a check that the guard is there.</summary>
internal sealed class FencedSession(IZooKeeper session, string guard) : IZooKeeper
{
    public IObservable<SessionState> States => session.States;

    public SessionState State => session.State;

    public TimeSpan SessionTimeout => session.SessionTimeout;

    public Task<ZNode?> GetAsync(string path) => session.GetAsync(path);

    public Task<IReadOnlyList<string>?> ChildrenAsync(string path) => session.ChildrenAsync(path);

    public IObservable<IReadOnlyList<string>> WatchChildren(string path) => session.WatchChildren(path);

    public IObservable<Unit> WatchData(string path) => session.WatchData(path);

    public async Task<string> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateMode mode = CreateMode.Persistent)
    {
        if (mode.HasFlag(CreateMode.Sequential))
            throw new ArgumentException($"A transaction does not tell the name that it gave below '{path}'.", nameof(mode));
        await TransactAsync([new ZooKeeperOperation.Create(path, data, mode)]).ConfigureAwait(false);
        return path;
    }

    public async Task<int> SetAsync(string path, ReadOnlyMemory<byte> data, int version = -1)
    {
        if (version < 0)
            throw new ArgumentException($"A transaction does not tell the version that it made; say which one of '{path}' it replaces.", nameof(version));
        await TransactAsync([new ZooKeeperOperation.Set(path, data, version)]).ConfigureAwait(false);
        return version + 1;
    }

    public Task DeleteAsync(string path, int version = -1) => TransactAsync([new ZooKeeperOperation.Delete(path, version)]);

    public async Task TransactAsync(IReadOnlyList<ZooKeeperOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0)
            return;
        try
        {
            await session.TransactAsync([new ZooKeeperOperation.Check(guard, -1), .. operations]).ConfigureAwait(false);
        }
        catch (ZooKeeperException e) when (e is { FailedOperation: 0, Error: ZooKeeperError.NoNode })
        {
            throw new NotLeadingException($"Nothing was written to '{operations[0].Path}'");
        }
        catch (ZooKeeperException e) when (e.FailedOperation > 0)
        {
            throw new ZooKeeperException(e.Error, e.Path, e.Message) { FailedOperation = e.FailedOperation - 1 };
        }
    }

    /// <summary>The session belongs to its connection.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
