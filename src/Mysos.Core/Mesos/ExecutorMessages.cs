namespace Mysos.Core.Mesos;

/// <summary>An event of the v1 executor API. The member that <see cref="Type"/> names is set.</summary>
public sealed record ExecutorEvent
{
    /// <summary><c>SUBSCRIBED</c>, <c>LAUNCH</c>, <c>KILL</c>, <c>ACKNOWLEDGED</c>, <c>MESSAGE</c>, <c>SHUTDOWN</c>, <c>ERROR</c> …</summary>
    public string? Type { get; init; }
    public SubscribedEvent? Subscribed { get; init; }
    public LaunchEvent? Launch { get; init; }
    public KillEvent? Kill { get; init; }
    public AcknowledgedEvent? Acknowledged { get; init; }
    public MessageEvent? Message { get; init; }
    public SchedulerEvent.ErrorEvent? Error { get; init; }

    public sealed record SubscribedEvent
    {
        public required ExecutorInfo ExecutorInfo { get; init; }
        public required FrameworkInfo FrameworkInfo { get; init; }
        public required AgentInfo AgentInfo { get; init; }
        public ContainerId? ContainerId { get; init; }
    }

    public sealed record LaunchEvent(TaskInfo Task);
    public sealed record KillEvent(TaskId TaskId, KillPolicy? KillPolicy = null);
    public sealed record AcknowledgedEvent(TaskId TaskId, byte[] Uuid);
    public sealed record MessageEvent(byte[]? Data);
}

/// <summary>A call of the v1 executor API: <c>SUBSCRIBE</c>, <c>UPDATE</c> or <c>MESSAGE</c>.</summary>
public sealed record ExecutorCall
{
    public required FrameworkId FrameworkId { get; init; }
    public required ExecutorId ExecutorId { get; init; }
    public string? Type { get; init; }
    public SubscribeCall? Subscribe { get; init; }
    public UpdateCall? Update { get; init; }
    public MessageCall? Message { get; init; }

    public sealed record SubscribeCall(IReadOnlyList<TaskInfo> UnacknowledgedTasks, IReadOnlyList<UpdateCall> UnacknowledgedUpdates);
    public sealed record UpdateCall(TaskStatus Status);
    public sealed record MessageCall(byte[] Data);
}
