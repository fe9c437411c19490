using Mysos.Core.Mesos;

namespace Mysos.LocalMesos;

/// <summary>What the master tells an agent.</summary>
internal abstract record AgentCommand
{
    public sealed record Launch(FrameworkInfo Framework, ExecutorInfo Executor, TaskInfo Task) : AgentCommand;
    public sealed record Kill(FrameworkId FrameworkId, TaskId TaskId, KillPolicy? Policy) : AgentCommand;
    public sealed record ShutdownExecutor(FrameworkId FrameworkId, ExecutorId ExecutorId) : AgentCommand;
    public sealed record ShutdownFramework(FrameworkId FrameworkId) : AgentCommand;
    public sealed record Acknowledge(FrameworkId FrameworkId, TaskId TaskId, byte[] Uuid) : AgentCommand;
    public sealed record AcknowledgeOperation(FrameworkId FrameworkId, byte[] Uuid) : AgentCommand;
    public sealed record ApplyOperation(FrameworkId FrameworkId, Operation Operation) : AgentCommand;
    public sealed record Message(FrameworkId FrameworkId, ExecutorId ExecutorId, byte[] Data) : AgentCommand;
    /// <summary>The tasks are to be killed, with at most this time to end; or draining is over.</summary>
    public sealed record Drain(DurationInfo? MaxGracePeriod, bool IsOver = false) : AgentCommand;
    /// <summary>The agent is to end.</summary>
    public sealed record ShutDown : AgentCommand;
    /// <summary>The framework (re)subscribed: what it has not acknowledged is sent again at once.</summary>
    public sealed record FrameworkSubscribed(FrameworkInfo Framework) : AgentCommand;
}

/// <summary>What an agent tells the master.</summary>
internal abstract record MasterNotice(FrameworkId FrameworkId)
{
    /// <param name="FrameworkId">Whose task.</param>
    /// <param name="Status">The oldest update that is not acknowledged.</param>
    /// <param name="LatestState">The newest state, which may be ahead of it; it decides about the task's resources.</param>
    public sealed record TaskUpdate(FrameworkId FrameworkId, TaskStatus Status, string LatestState) : MasterNotice(FrameworkId);
    public sealed record OperationUpdate(FrameworkId FrameworkId, OperationStatus Status) : MasterNotice(FrameworkId);
    public sealed record Message(FrameworkId FrameworkId, ExecutorId ExecutorId, byte[] Data) : MasterNotice(FrameworkId);
    public sealed record ExecutorExited(FrameworkId FrameworkId, ExecutorId ExecutorId, int Status) : MasterNotice(FrameworkId);
}

/// <summary>How an agent registers, for the first time or again, with all that it knows.</summary>
internal sealed record AgentRegistration
{
    public required AgentInfo Info { get; init; }
    public required string Ip { get; init; }
    public Operators.MachineId Machine => new(Info.Hostname, Ip);
    /// <summary>With reservations and volumes.</summary>
    public required Resources.ResourceBag Total { get; init; }
    public required IReadOnlyList<FrameworkInfo> Frameworks { get; init; }
    public required IReadOnlyList<RunningExecutor> Executors { get; init; }
    public required IReadOnlyList<KnownTask> Tasks { get; init; }
    public required IReadOnlyList<(FrameworkId FrameworkId, OperationStatus Status)> Operations { get; init; }

    public sealed record RunningExecutor(FrameworkId FrameworkId, ExecutorInfo Info);

    /// <param name="FrameworkId">Whose task.</param>
    /// <param name="Info">The task.</param>
    /// <param name="LatestState">The newest state.</param>
    /// <param name="SentState">The state of the oldest update that is not acknowledged, or else the newest.</param>
    /// <param name="Last">The last update; null: there was none.</param>
    public sealed record KnownTask(FrameworkId FrameworkId, TaskInfo Info, string LatestState, string SentState, TaskStatus? Last);
}
