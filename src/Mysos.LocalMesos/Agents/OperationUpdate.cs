using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>The final status of an operation with an id, sent again like a task's update until it is acknowledged.</summary>
internal sealed class OperationUpdate(FrameworkId frameworkId, OperationStatus status, TimeSpan now)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    private TimeSpan _retry = FirstRetry;

    public FrameworkId FrameworkId { get; } = frameworkId;
    public OperationStatus Status { get; } = status;
    public TimeSpan RetryAt { get; private set; } = now + FirstRetry;

    public bool IsDue(TimeSpan now)
    {
        if (RetryAt > now)
            return false;
        _retry = _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
        RetryAt = now + _retry;
        return true;
    }

    public void Resume(TimeSpan now)
    {
        _retry = FirstRetry;
        RetryAt = now + _retry;
    }
}
