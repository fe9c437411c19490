using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>What a status says of its task.</summary>
internal enum Fate
{
    /// <summary>A state that this version does not know: nothing follows.</summary>
    Unchanged,
    Lives,
    /// <summary>Mesos has lost sight of the agent. The task may well run: nothing is given up.</summary>
    OutOfSight,
    /// <summary>The task is over; the node starts again where its volume is.</summary>
    Ended,
    /// <summary>The task is over and the agent will never come back, nor will what was on it.</summary>
    EndedWithItsData,
}

/// <summary>Whom an end is counted against: who fails again and again is tried less often.</summary>
internal enum Blame
{
    Nobody,
    /// <summary>The node; its agent too, if the executor never spoke.</summary>
    Node,
    /// <summary>The agent, and the node.</summary>
    Agent,
}

/// <summary>
/// The meaning of each <c>TaskState</c> with each <c>TaskStatus.Reason</c> of Mesos 1.12. The state says what became of the
/// task; the reason, whose fault it was, and, in a few cases, more about the agent.
/// </summary>
internal static class TaskFates
{
    public static Fate Of(string state, string? reason) => state switch
    {
        TaskState.Staging or TaskState.Starting or TaskState.Running or TaskState.Killing => Fate.Lives,
        TaskState.Unreachable => Fate.OutOfSight,
        TaskState.GoneByOperator => Fate.EndedWithItsData,
        // What MARK_AGENT_GONE gives frameworks that are not PARTITION_AWARE.
        TaskState.Lost when reason == "REASON_AGENT_REMOVED_BY_OPERATOR" => Fate.EndedWithItsData,
        // TASK_UNKNOWN: the master has forgotten the task with its agent. Should it run, it is killed when it shows up.
        TaskState.Finished or TaskState.Failed or TaskState.Killed or TaskState.Error or TaskState.Lost or TaskState.Dropped
            or TaskState.Gone or TaskState.Unknown => Fate.Ended,
        _ => Fate.Unchanged,
    };

    public static Blame BlameFor(string state, string? reason) => Of(state, reason) is not (Fate.Ended or Fate.EndedWithItsData)
        ? Blame.Nobody
        : (state, reason) switch
        {
            // Killed: because we asked for it, or an operator did by draining the agent.
            (TaskState.Killed or TaskState.GoneByOperator, _) => Blame.Nobody,

            (_, "REASON_CONTAINER_LAUNCH_FAILED" or "REASON_CONTAINER_UPDATE_FAILED" or "REASON_EXECUTOR_REGISTRATION_TIMEOUT"
                or "REASON_IO_SWITCHBOARD_EXITED" or "REASON_GC_ERROR" or "REASON_RESOURCES_UNKNOWN") => Blame.Agent,

            // The offer was taken back, the agent or the framework went, or Mesos only tells what it no longer knows.
            (_, "REASON_INVALID_OFFERS" or "REASON_AGENT_DISCONNECTED" or "REASON_AGENT_DRAINING" or "REASON_AGENT_REMOVED"
                or "REASON_AGENT_REMOVED_BY_OPERATOR" or "REASON_AGENT_REREGISTERED" or "REASON_AGENT_RESTARTED" or "REASON_AGENT_UNKNOWN"
                or "REASON_CONTAINER_PREEMPTED" or "REASON_EXECUTOR_REREGISTRATION_TIMEOUT" or "REASON_FRAMEWORK_REMOVED"
                or "REASON_INVALID_FRAMEWORKID" or "REASON_MASTER_DISCONNECTED" or "REASON_RECONCILIATION"
                or "REASON_TASK_KILLED_DURING_LAUNCH" or "REASON_TASK_UNKNOWN") => Blame.Nobody,

            (_, "REASON_COMMAND_EXECUTOR_FAILED" or "REASON_CONTAINER_LIMITATION" or "REASON_CONTAINER_LIMITATION_DISK"
                or "REASON_CONTAINER_LIMITATION_MEMORY" or "REASON_EXECUTOR_TERMINATED" or "REASON_EXECUTOR_UNREGISTERED"
                or "REASON_MAX_COMPLETION_TIME_REACHED" or "REASON_TASK_CHECK_STATUS_UPDATED" or "REASON_TASK_GROUP_INVALID"
                or "REASON_TASK_GROUP_UNAUTHORIZED" or "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED" or "REASON_TASK_INVALID"
                or "REASON_TASK_UNAUTHORIZED") => Blame.Node,

            // No reason, or a new one. TASK_DROPPED: "the task's executor never started running".
            (TaskState.Dropped, _) => Blame.Agent,
            (TaskState.Finished or TaskState.Failed or TaskState.Error, _) => Blame.Node,
            _ => Blame.Nobody,
        };

    /// <summary>The agent is being drained by its operators: it will take no new tasks.</summary>
    public static bool SaysDraining(string? reason) => reason == "REASON_AGENT_DRAINING";
}
