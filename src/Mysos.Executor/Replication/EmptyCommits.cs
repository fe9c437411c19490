using System.Data.Common;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// Commits that change nothing, behind those that wait for an acknowledgement: theirs ends all waits. One may not be acknowledged either, for the acker
/// was away; then the next one is.
/// </summary>
internal sealed class EmptyCommits(Func<long, string> sql, Account admin, ILogins logins, TimeProvider time, Log log)
{
    /// <summary>So many may wait before others are made more seldom.</summary>
    private const int MostWaiting = 8;
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(30);
    private int _waiting;
    private long _madeAt;

    /// <summary>Does not wait for it.</summary>
    public void Make(CancellationToken cancellation)
    {
        if (_waiting >= MostWaiting && time.GetElapsedTime(_madeAt) < Seldom)
            return;
        _madeAt = time.GetTimestamp();
        _ = MakeAsync(cancellation);
    }

    private async Task MakeAsync(CancellationToken cancellation)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            log.Write("Commits wait: another one is made behind them.");
            await logins.ExecuteAloneAsync(admin, sql(time.GetUtcNow().ToUnixTimeMilliseconds()), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DbException or OperationCanceledException)
        {
            log.Write($"No commit behind those that wait: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
