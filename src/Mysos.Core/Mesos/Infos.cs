namespace Mysos.Core.Mesos;

public sealed record FrameworkInfo
{
    public required string User { get; init; }
    public required string Name { get; init; }
    public FrameworkId? Id { get; init; }
    /// <summary>Seconds.</summary>
    public double? FailoverTimeout { get; init; }
    public bool? Checkpoint { get; init; }
    public string? Role { get; init; }
    public IReadOnlyList<string>? Roles { get; init; }
    public string? Hostname { get; init; }
    public string? Principal { get; init; }
    public string? WebuiUrl { get; init; }
    public IReadOnlyList<Capability>? Capabilities { get; init; }
}

public sealed record Capability(string Type);

public sealed record MasterInfo
{
    public string? Id { get; init; }
    public long? Ip { get; init; }
    public int? Port { get; init; }
    public string? Pid { get; init; }
    public string? Hostname { get; init; }
    public string? Version { get; init; }
    public Address? Address { get; init; }
    public IReadOnlyList<Capability>? Capabilities { get; init; }
}

public sealed record Address
{
    public string? Hostname { get; init; }
    public string? Ip { get; init; }
    public int Port { get; init; }
}

public sealed record Url
{
    public string? Scheme { get; init; }
    public Address? Address { get; init; }
    public string? Path { get; init; }
}

public sealed record AgentInfo
{
    public required string Hostname { get; init; }
    public int? Port { get; init; }
    public IReadOnlyList<Resource>? Resources { get; init; }
    public IReadOnlyList<MesosAttribute>? Attributes { get; init; }
    public AgentId? Id { get; init; }
}

public sealed record Offer
{
    public required OfferId Id { get; init; }
    public required FrameworkId FrameworkId { get; init; }
    public required AgentId AgentId { get; init; }
    public required string Hostname { get; init; }
    public Url? Url { get; init; }
    public DomainInfo? Domain { get; init; }
    public IReadOnlyList<Resource> Resources { get; init; } = [];
    public IReadOnlyList<MesosAttribute>? Attributes { get; init; }
    public IReadOnlyList<ExecutorId>? ExecutorIds { get; init; }
    public AllocationInfo? AllocationInfo { get; init; }
    public Unavailability? Unavailability { get; init; }
}

/// <summary>Where an agent is.</summary>
public sealed record DomainInfo
{
    public FaultDomainInfo? FaultDomain { get; init; }

    public sealed record FaultDomainInfo(Named Region, Named Zone);
    public sealed record Named(string Name);
}

public sealed record Unavailability
{
    public DurationInfo? Start { get; init; }
    public DurationInfo? Duration { get; init; }
}

public sealed record DurationInfo(long Nanoseconds);

public sealed record CommandInfo
{
    public IReadOnlyList<CommandUri>? Uris { get; init; }
    public EnvironmentInfo? Environment { get; init; }
    public bool? Shell { get; init; }
    public string? Value { get; init; }
    public IReadOnlyList<string>? Arguments { get; init; }
    public string? User { get; init; }
}

public sealed record CommandUri
{
    public required string Value { get; init; }
    public bool? Executable { get; init; }
    public bool? Extract { get; init; }
    public bool? Cache { get; init; }
    /// <summary>The file's name in the sandbox; absent: the last part of <see cref="Value"/>.</summary>
    public string? OutputFile { get; init; }
}

public sealed record EnvironmentInfo(IReadOnlyList<EnvironmentVariable> Variables);

public sealed record EnvironmentVariable(string Name, string? Value);

public sealed record ExecutorInfo
{
    /// <summary><c>CUSTOM</c> for an executor of the framework's own.</summary>
    public string? Type { get; init; }
    public required ExecutorId ExecutorId { get; init; }
    public FrameworkId? FrameworkId { get; init; }
    public CommandInfo? Command { get; init; }
    public IReadOnlyList<Resource>? Resources { get; init; }
    public string? Name { get; init; }
    public string? Source { get; init; }
    public byte[]? Data { get; init; }
    public DurationInfo? ShutdownGracePeriod { get; init; }
}

public sealed record TaskInfo
{
    public required string Name { get; init; }
    public required TaskId TaskId { get; init; }
    public required AgentId AgentId { get; init; }
    public IReadOnlyList<Resource> Resources { get; init; } = [];
    public ExecutorInfo? Executor { get; init; }
    public CommandInfo? Command { get; init; }
    public byte[]? Data { get; init; }
    public KillPolicy? KillPolicy { get; init; }
    public Labels? Labels { get; init; }
}

public sealed record KillPolicy(DurationInfo? GracePeriod);

public sealed record TaskStatus
{
    public required TaskId TaskId { get; init; }
    /// <summary>A <c>TaskState</c> by its name, e.g. <c>TASK_RUNNING</c>.</summary>
    public required string State { get; init; }
    public string? Message { get; init; }
    public string? Source { get; init; }
    public string? Reason { get; init; }
    public byte[]? Data { get; init; }
    public AgentId? AgentId { get; init; }
    public ExecutorId? ExecutorId { get; init; }
    /// <summary>Seconds since 1970.</summary>
    public double? Timestamp { get; init; }
    /// <summary>16 bytes; only updates that have one are to be acknowledged.</summary>
    public byte[]? Uuid { get; init; }
    public bool? Healthy { get; init; }
    public Labels? Labels { get; init; }
    public ContainerStatus? ContainerStatus { get; init; }
    public DurationInfo? UnreachableTime { get; init; }
}

public sealed record ContainerStatus
{
    public ContainerId? ContainerId { get; init; }
    public IReadOnlyList<NetworkInfo>? NetworkInfos { get; init; }
    public long? ExecutorPid { get; init; }
}

public sealed record NetworkInfo(IReadOnlyList<IpAddress>? IpAddresses);

public sealed record IpAddress(string? Protocol, [property: System.Text.Json.Serialization.JsonPropertyName("ip_address")] string? Value);
