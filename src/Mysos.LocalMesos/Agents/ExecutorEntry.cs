using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

internal enum ExecutorState
{
    /// <summary>Its container starts, or runs and has not subscribed yet.</summary>
    Registering,
    /// <summary>It has subscribed; its stream may be away for a while.</summary>
    Running,
    /// <summary>It was told to end, or is being killed.</summary>
    Terminating,
}

/// <summary>One executor from its first task until its container is gone. Mutable; only the agent's desks touch it.</summary>
internal sealed class ExecutorEntry(FrameworkId frameworkId, ExecutorInfo info, ContainerId containerId)
{
    public FrameworkId FrameworkId { get; } = frameworkId;
    public ExecutorInfo Info { get; } = info;
    public ContainerId ContainerId { get; } = containerId;
    public ExecutorId Id => Info.ExecutorId;
    /// <summary>It stands for a task that is a command: the agent speaks for it.</summary>
    public bool IsCommand { get; init; }
    public ExecutorState State { get; set; } = ExecutorState.Registering;
    public string? Stream { get; set; }
    public int? Pid { get; set; }
    /// <summary>Start time of <see cref="Pid"/>, as in <c>/proc/&lt;pid&gt;/stat</c>.</summary>
    public long? StartTime { get; set; }
    public TimeSpan? RegisterBefore { get; set; }
    public TimeSpan? KillAt { get; set; }
    /// <summary>Its command was killed because the scheduler wanted that.</summary>
    public bool Killed { get; set; }
    /// <summary>Why it ends, where that is not simply its exit.</summary>
    public Termination? Termination { get; set; }
    /// <summary>Tasks that it has not got yet.</summary>
    public List<TaskInfo> Queued { get; } = [];
    /// <summary>Tasks that it has got and that have not ended.</summary>
    public Dictionary<TaskId, TaskInfo> Launched { get; } = [];
    /// <summary>Tasks that have ended and whose last update is not acknowledged.</summary>
    public Dictionary<TaskId, TaskInfo> Ended { get; } = [];

    public bool Knows(TaskId task) =>
        Launched.ContainsKey(task) || Ended.ContainsKey(task) || Queued.Exists(queued => queued.TaskId == task);
}

/// <summary>What the updates of the tasks of a dead executor say.</summary>
internal sealed record Termination(string State, string Reason, string Message);
