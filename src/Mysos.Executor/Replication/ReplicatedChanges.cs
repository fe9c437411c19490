using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// Changes of accounts, which slaves get by replication. Where the server waits for acknowledgements, such a commit waits too, and
/// its acker may be away: so it has a connection of its own, and nothing else here waits for it longer than for a moment.
/// </summary>
internal sealed class ReplicatedChanges(ILogins logins, Account admin, ServerConnection connection, TimeProvider time)
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);
    private string _sql = "";
    private Task? _running;

    /// <summary>One or more statements, which may be made again.</summary>
    /// <param name="mayWait">The server waits for acknowledgements.</param>
    /// <returns>False: not done yet; call it again later, until it is.</returns>
    public async Task<bool> MakeAsync(string sql, bool mayWait, CancellationToken cancellation)
    {
        if (_running is null && !mayWait)
        {
            await connection.ExecuteAsync(sql, cancellation).ConfigureAwait(false);
            return true;
        }
        if (_running is null)
            (_sql, _running) = (sql, logins.ExecuteAloneAsync(admin, sql, cancellation));
        await _running.WaitAsync(Moment, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        if (!_running.IsCompleted)
            return false;
        var ended = _running;
        _running = null;
        await ended.ConfigureAwait(false);
        return _sql == sql;
    }
}
