using Mysos.Core.Mesos;

namespace Mysos.Core.Protocol;

/// <summary>
/// How long a task has to end after a KILL. An agent that is drained kills its tasks with no policy, with the task's own, or
/// with one that the operator made shorter: a longer one can only be the scheduler's.
/// </summary>
public static class KillPolicies
{
    /// <summary>In each task: what a mysqld may need to write its pages.</summary>
    public static KillPolicy OfTask { get; } = Seconds(15);

    /// <summary>In each KILL of the scheduler.</summary>
    public static KillPolicy OfScheduler { get; } = Seconds(16);

    public static bool IsOfScheduler(KillPolicy? policy) =>
        policy?.GracePeriod?.Nanoseconds > OfTask.GracePeriod!.Nanoseconds;

    private static KillPolicy Seconds(int seconds) => new(new DurationInfo(seconds * 1_000_000_000L));
}
