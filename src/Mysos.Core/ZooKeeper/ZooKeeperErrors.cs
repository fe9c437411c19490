namespace Mysos.Core.ZooKeeper;

/// <summary>The C client's codes as errors that say what was done, where, and why it failed.</summary>
internal static class ZooKeeperErrors
{
    internal static ZooKeeperException Create(int code, SessionState state, string action, string path, int failedOperation = -1)
    {
        var (error, reason) = (code, state) switch
        {
            (-4, _) => (ZooKeeperError.ConnectionLoss, "the connection was lost; for a write, its outcome is unknown"),
            (-7, _) => (ZooKeeperError.Timeout, "the server did not answer in time; for a write, its outcome is unknown"),
            (-116, _) => (ZooKeeperError.ConnectionLoss, "the session was closed meanwhile; for a write, its outcome is unknown"),
            (-118, _) => (ZooKeeperError.ConnectionLoss, "the session has moved to another server"),
            (-9, SessionState.AuthFailed) or (-115, _) => (ZooKeeperError.AuthFailed, "the server refused the credentials"),
            (-9, _) or (-112, _) => (ZooKeeperError.SessionExpired, "the session has expired"),
            (-101, _) => (ZooKeeperError.NoNode, "there is no such node"),
            (-102, _) => (ZooKeeperError.NoAuth, "the node's access list does not allow it"),
            (-103, _) => (ZooKeeperError.BadVersion, "the node has another version"),
            (-110, _) => (ZooKeeperError.NodeExists, "the node exists already"),
            (-111, _) => (ZooKeeperError.NotEmpty, "the node has children"),
            (-108, _) => (ZooKeeperError.Other, "an ephemeral node cannot have children"),
            (-114, _) => (ZooKeeperError.Other, "the access list is not valid (no credentials were given)"),
            (-8, _) => (ZooKeeperError.Other, "the client does not take these arguments; is the path one?"),
            _ => (ZooKeeperError.Other, $"ZooKeeper error {code}"),
        };
        return new ZooKeeperException(error, path, $"Cannot {action} '{path}': {reason}.") { FailedOperation = failedOperation };
    }
}
