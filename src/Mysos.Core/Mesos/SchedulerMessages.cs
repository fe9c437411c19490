namespace Mysos.Core.Mesos;

/// <summary>An event of the v1 scheduler API. The member that <see cref="Type"/> names is set.</summary>
public sealed record SchedulerEvent
{
    /// <summary><c>SUBSCRIBED</c>, <c>OFFERS</c>, <c>UPDATE</c> … or a name this version does not know; null when absent.</summary>
    public string? Type { get; init; }
    public SubscribedEvent? Subscribed { get; init; }
    public OffersEvent? Offers { get; init; }
    public InverseOffersEvent? InverseOffers { get; init; }
    public RescindEvent? Rescind { get; init; }
    public RescindInverseOfferEvent? RescindInverseOffer { get; init; }
    public UpdateEvent? Update { get; init; }
    public OperationStatusEvent? UpdateOperationStatus { get; init; }
    public MessageEvent? Message { get; init; }
    public FailureEvent? Failure { get; init; }
    public ErrorEvent? Error { get; init; }

    public sealed record SubscribedEvent
    {
        public required FrameworkId FrameworkId { get; init; }
        public double? HeartbeatIntervalSeconds { get; init; }
        public MasterInfo? MasterInfo { get; init; }
    }

    public sealed record OffersEvent(IReadOnlyList<Offer> Offers);
    public sealed record InverseOffersEvent(IReadOnlyList<InverseOffer> InverseOffers);
    public sealed record RescindEvent(OfferId OfferId);
    public sealed record RescindInverseOfferEvent(OfferId InverseOfferId);
    public sealed record UpdateEvent(TaskStatus Status);
    public sealed record OperationStatusEvent(OperationStatus Status);
    public sealed record MessageEvent(AgentId AgentId, ExecutorId ExecutorId, byte[]? Data);
    public sealed record FailureEvent(AgentId? AgentId, ExecutorId? ExecutorId, int? Status);
    public sealed record ErrorEvent(string Message);
}

public sealed record InverseOffer
{
    public required OfferId Id { get; init; }
    public Url? Url { get; init; }
    public FrameworkId? FrameworkId { get; init; }
    public AgentId? AgentId { get; init; }
    public Unavailability? Unavailability { get; init; }
}

public sealed record OperationStatus
{
    public OperationId? OperationId { get; init; }
    public required string State { get; init; }
    public string? Message { get; init; }
    /// <summary>An object here, but a plain string in ACKNOWLEDGE_OPERATION_STATUS (recorded from Mesos 1.12).</summary>
    public UuidValue? Uuid { get; init; }
    public AgentId? AgentId { get; init; }

    public sealed record UuidValue(byte[] Value);
}

/// <summary>A call of the v1 scheduler API. The member that <see cref="Type"/> names is set.</summary>
public sealed record SchedulerCall
{
    public FrameworkId? FrameworkId { get; init; }
    public string? Type { get; init; }
    public SubscribeCall? Subscribe { get; init; }
    public AcceptCall? Accept { get; init; }
    public DeclineCall? Decline { get; init; }
    public InverseOffersCall? AcceptInverseOffers { get; init; }
    public InverseOffersCall? DeclineInverseOffers { get; init; }
    public RolesCall? Revive { get; init; }
    public RolesCall? Suppress { get; init; }
    public KillCall? Kill { get; init; }
    public ShutdownCall? Shutdown { get; init; }
    public AcknowledgeCall? Acknowledge { get; init; }
    public AcknowledgeOperationCall? AcknowledgeOperationStatus { get; init; }
    public ReconcileCall? Reconcile { get; init; }
    public ReconcileOperationsCall? ReconcileOperations { get; init; }
    public MessageCall? Message { get; init; }

    public sealed record SubscribeCall(FrameworkInfo FrameworkInfo, IReadOnlyList<string>? SuppressedRoles = null);
    public sealed record AcceptCall(IReadOnlyList<OfferId> OfferIds, IReadOnlyList<Operation> Operations, Filters? Filters = null);
    public sealed record DeclineCall(IReadOnlyList<OfferId> OfferIds, Filters? Filters = null);
    public sealed record InverseOffersCall(IReadOnlyList<OfferId> InverseOfferIds, Filters? Filters = null);
    public sealed record RolesCall(IReadOnlyList<string>? Roles);
    public sealed record KillCall(TaskId TaskId, AgentId? AgentId = null, KillPolicy? KillPolicy = null);
    public sealed record ShutdownCall(ExecutorId ExecutorId, AgentId AgentId);
    public sealed record AcknowledgeCall(AgentId AgentId, TaskId TaskId, byte[] Uuid);
    public sealed record AcknowledgeOperationCall(AgentId? AgentId, byte[] Uuid, OperationId OperationId);
    public sealed record ReconcileCall(IReadOnlyList<ReconcileTask> Tasks);
    public sealed record ReconcileTask(TaskId TaskId, AgentId? AgentId = null);
    public sealed record ReconcileOperationsCall(IReadOnlyList<ReconcileOperation> Operations);
    public sealed record ReconcileOperation(OperationId OperationId, AgentId? AgentId = null);
    public sealed record MessageCall(AgentId AgentId, ExecutorId ExecutorId, byte[] Data);
}

/// <summary><paramref name="RefuseSeconds"/>: how long Mesos keeps the refused resources from us (its default is 5 s).</summary>
public sealed record Filters(double? RefuseSeconds);

/// <summary>An offer operation: <c>LAUNCH</c>, <c>LAUNCH_GROUP</c>, <c>RESERVE</c>, <c>UNRESERVE</c>, <c>CREATE</c> or <c>DESTROY</c>.</summary>
public sealed record Operation
{
    public required string Type { get; init; }
    public OperationId? Id { get; init; }
    public LaunchOperation? Launch { get; init; }
    public LaunchGroupOperation? LaunchGroup { get; init; }
    public ResourcesOperation? Reserve { get; init; }
    public ResourcesOperation? Unreserve { get; init; }
    public VolumesOperation? Create { get; init; }
    public VolumesOperation? Destroy { get; init; }

    public sealed record LaunchOperation(IReadOnlyList<TaskInfo> TaskInfos);
    public sealed record LaunchGroupOperation(ExecutorInfo Executor, TaskGroupInfo TaskGroup);
    public sealed record TaskGroupInfo(IReadOnlyList<TaskInfo> Tasks);
    public sealed record ResourcesOperation(IReadOnlyList<Resource> Resources);
    public sealed record VolumesOperation(IReadOnlyList<Resource> Volumes);
}
