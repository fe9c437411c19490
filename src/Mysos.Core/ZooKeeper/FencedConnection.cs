namespace Mysos.Core.ZooKeeper;

/// <summary>
/// A leader's way to ZooKeeper: each write is one transaction with a check that the leader's own node of the latch is
/// there. The next leader leads only once that node is gone, so no write of the one before is ever done after that,
/// however late it arrives and whatever its sender believes.
/// </summary>
/// <param name="node"><see cref="LatchState.Leading.Node"/>.</param>
public sealed class FencedConnection(ZooKeeperConnection connection, string node) : IZooKeeperConnection
{
    public ZooKeeperUrl Url => connection.Url;

    /// <inheritdoc/>
    /// <exception cref="NotLeadingException">The node is gone; nothing was written.</exception>
    public Task<T> RetryAsync<T>(Func<IZooKeeper, Task<T>> operation, CancellationToken cancellation) =>
        connection.RetryAsync(session => operation(new FencedSession(session, node)), cancellation);

    /// <inheritdoc cref="RetryAsync{T}"/>
    public Task RetryAsync(Func<IZooKeeper, Task> operation, CancellationToken cancellation) =>
        connection.RetryAsync(session => operation(new FencedSession(session, node)), cancellation);
}

/// <summary>What only a leader may do was not done, or not answered, because this scheduler does not lead any more.</summary>
public sealed class NotLeadingException(string what) : Exception($"{what}: this scheduler no longer leads.");
