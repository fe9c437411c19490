using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// Tells a copy that is broken for good from one that only waits. A stopped thread is started again a few times first: its
/// error may have been of the moment.
/// </summary>
internal sealed class Divergence(TimeProvider time)
{
    /// <summary>MariaDB, strict mode: the sequence number has been used already.</summary>
    public const int OutOfOrder = 1950;

    /// <summary>The master has not got what this slave asks for; MySQL 8 wraps it.</summary>
    private static readonly int[] FatalReceive = [1236, 13114];
    private const int Tries = 3;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ProvenAfter = TimeSpan.FromSeconds(5);

    private int _restarts;
    private long _restartedAt;

    public void Reset() => _restarts = 0;

    /// <summary>It was started again after an error, and has not run for long enough since.</summary>
    public bool OnTrial => _restarts > 0;

    /// <summary>Whether stopped replication may be started now; counts the start when it follows an error.</summary>
    public bool MayRestart(ServerState state)
    {
        if (Error(state) is null)
            return true;
        if (_restarts > 0 && time.GetElapsedTime(_restartedAt) < BetweenTries)
            return false;
        _restarts++;
        _restartedAt = time.GetTimestamp();
        return true;
    }

    /// <summary>Why the copy can only be made anew; null while there is hope.</summary>
    public string? Judge(ServerState state)
    {
        // A thread that was started again runs for a moment before it meets the same error.
        if (state.Replica is { Follows: true } && _restarts > 0 && time.GetElapsedTime(_restartedAt) > ProvenAfter)
            Reset();
        return Error(state) is { } error && _restarts >= Tries ? error : null;
    }

    private static string? Error(ServerState state) => state.Replica switch
    {
        { Receiver: ReceiverState.Stopped } r when FatalReceive.Contains(r.ReceiveError) =>
            $"the master lacks what it would continue from ({r.ReceiveErrorText})",
        { Applying: false, ApplyError: > 0 } r => $"a change of the master cannot be applied ({r.ApplyError}: {r.ApplyErrorText})",
        _ => null,
    };
}
