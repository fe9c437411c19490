namespace Mysos.Core.ZooKeeper;

/// <summary>Does operations in whichever session there is.</summary>
public interface IZooKeeperConnection
{
    ZooKeeperUrl Url { get; }

    /// <summary>
    /// Does the operation, and again with growing pauses while the connection or the session is lost, so it must bear
    /// repetition: a write that failed so may have been done.
    /// </summary>
    Task<T> RetryAsync<T>(Func<IZooKeeper, Task<T>> operation, CancellationToken cancellation);

    /// <inheritdoc cref="RetryAsync{T}"/>
    Task RetryAsync(Func<IZooKeeper, Task> operation, CancellationToken cancellation);
}
