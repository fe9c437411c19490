using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>
/// The status updates of one task on their way to the scheduler: in order, one in flight, again after 10, 20, 40 s … (at
/// most 10 minutes) until it is acknowledged. The acknowledgement of a terminal update ends the stream, whatever waits.
/// </summary>
internal sealed class UpdateStream
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    private readonly Queue<TaskStatus> _waiting = new();
    private readonly List<byte[]> _seen = [];
    private readonly List<TaskStatus> _statuses = [];
    private TimeSpan _retry = FirstRetry;

    public UpdateStream()
    {
    }

    /// <summary>A stream as it was on disk; nothing is in flight until <see cref="Resume"/>.</summary>
    public UpdateStream(string latestState, IEnumerable<TaskStatus> waiting, TaskStatus? last)
    {
        LatestState = latestState;
        Last = last;
        if (last is not null)
            _statuses.Add(last);
        foreach (var status in waiting)
        {
            _waiting.Enqueue(status);
            _seen.Add(status.Uuid!);
        }
    }

    /// <summary>The update in flight.</summary>
    public TaskStatus? Head => _waiting.TryPeek(out var head) ? head : null;
    /// <summary>The newest state that was added.</summary>
    public string LatestState { get; private set; } = TaskState.Staging;
    /// <summary>The update that was added last; null: none was.</summary>
    public TaskStatus? Last { get; private set; }
    /// <summary>When <see cref="Head"/> is sent again; null: nothing is in flight.</summary>
    public TimeSpan? RetryAt { get; private set; }
    /// <summary>A terminal update was acknowledged.</summary>
    public bool IsFinished { get; private set; }
    public IReadOnlyCollection<TaskStatus> Waiting => _waiting;
    /// <summary>The last update of each state that followed another; of those before a restart only the last.</summary>
    public IReadOnlyList<TaskStatus> Statuses => _statuses;

    /// <summary>Adds an update, which has a uuid.</summary>
    /// <returns>The update to send now, if any.</returns>
    public TaskStatus? Add(TaskStatus status, TimeSpan now)
    {
        if (_seen.Any(uuid => uuid.AsSpan().SequenceEqual(status.Uuid)))
            return null;
        _seen.Add(status.Uuid!);
        Last = status;
        if (_statuses is [.., var before] && before.State == status.State)
            _statuses.RemoveAt(_statuses.Count - 1);
        _statuses.Add(status);
        // A task that has ended stays ended, whatever its executor says later.
        if (!TaskState.IsTerminal(LatestState))
            LatestState = status.State;
        _waiting.Enqueue(status);
        return _waiting.Count == 1 ? Start(now) : null;
    }

    /// <summary>The next update to send, if the acknowledged one was in flight.</summary>
    /// <returns>False: another update is in flight, or none; the acknowledgement is void.</returns>
    public bool Acknowledge(byte[] uuid, TimeSpan now, out TaskStatus? next)
    {
        next = null;
        if (Head is not { } head || !head.Uuid.AsSpan().SequenceEqual(uuid))
            return false;
        _waiting.Dequeue();
        if (TaskState.IsTerminal(head.State))
        {
            IsFinished = true;
            _waiting.Clear();
        }
        next = Start(now);
        return true;
    }

    /// <summary>The update in flight, if it is due again.</summary>
    public TaskStatus? Retry(TimeSpan now)
    {
        if (RetryAt is not { } due || due > now)
            return null;
        _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
        RetryAt = now + _retry;
        return Head;
    }

    /// <summary>The update in flight, to be sent at once: the scheduler has come back.</summary>
    public TaskStatus? Resume(TimeSpan now) => Start(now);

    private TaskStatus? Start(TimeSpan now)
    {
        _retry = FirstRetry;
        RetryAt = Head is null ? null : now + _retry;
        return Head;
    }
}
