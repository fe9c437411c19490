namespace Mysos.Core.ZooKeeper;

/// <summary>
/// A ZooKeeper session, over Apache's C client. Paths are absolute, below the chroot of the connection string when it
/// has one. All calls are asynchronous and pipelined; order is kept. Errors are <see cref="ZooKeeperException"/>s that
/// name the path.
/// </summary>
public interface IZooKeeper : IAsyncDisposable
{
    /// <summary>The current state at once, then each change. <see cref="SessionState.Expired"/> is final.</summary>
    IObservable<SessionState> States { get; }
    SessionState State { get; }

    /// <summary>Negotiated session timeout.</summary>
    TimeSpan SessionTimeout { get; }

    Task<string> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateMode mode = CreateMode.Persistent);
    /// <summary>Null when there is no such node.</summary>
    Task<ZNode?> GetAsync(string path);
    /// <summary>Null when there is no such node. Sorted ordinally.</summary>
    Task<IReadOnlyList<string>?> ChildrenAsync(string path);
    /// <summary>Returns the new version. <paramref name="version"/> −1: whatever is there.</summary>
    Task<int> SetAsync(string path, ReadOnlyMemory<byte> data, int version = -1);
    Task DeleteAsync(string path, int version = -1);
    /// <summary>All or nothing. On failure <see cref="ZooKeeperException.FailedOperation"/> is the first that failed.</summary>
    Task TransactAsync(IReadOnlyList<ZooKeeperOperation> operations);
    /// <summary>The node's children (none: there is no such node) now and whenever they or its existence changed, also after a reconnect.</summary>
    IObservable<IReadOnlyList<string>> WatchChildren(string path);
    /// <summary>Emits once now and whenever the node's data or existence changed (also after a reconnect); the reader reads.</summary>
    IObservable<System.Reactive.Unit> WatchData(string path);
}

public enum SessionState { Connecting, Connected, Expired, AuthFailed, Closed }

[Flags]
public enum CreateMode { Persistent = 0, Ephemeral = 1, Sequential = 2, EphemeralSequential = 3 }

public sealed record ZNode(byte[] Data, int Version)
{
    /// <summary>When its data were last written, by ZooKeeper's clock.</summary>
    public DateTimeOffset Modified { get; init; }
}

public abstract record ZooKeeperOperation(string Path)
{
    public sealed record Create(string Path, ReadOnlyMemory<byte> Data, CreateMode Mode = CreateMode.Persistent) : ZooKeeperOperation(Path);
    public sealed record Set(string Path, ReadOnlyMemory<byte> Data, int Version = -1) : ZooKeeperOperation(Path);
    public sealed record Delete(string Path, int Version = -1) : ZooKeeperOperation(Path);
    public sealed record Check(string Path, int Version) : ZooKeeperOperation(Path);
}

public enum ZooKeeperError
{
    /// <summary>For a write in flight: its outcome is unknown.</summary>
    ConnectionLoss, Timeout, SessionExpired, NoNode, NodeExists, BadVersion, NotEmpty, NoAuth, AuthFailed, Other,
}

public sealed class ZooKeeperException(ZooKeeperError error, string path, string message) : Exception(message)
{
    public ZooKeeperError Error { get; } = error;
    public string Path { get; } = path;
    /// <summary>Index into the operations of a transaction; −1 otherwise.</summary>
    public int FailedOperation { get; init; } = -1;
}
