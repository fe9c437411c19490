namespace Mysos.Core.Mesos;

/// <summary>A Mesos v1 <c>Resource</c>: `cpus` and `mem`, `disk` (MiB) are SCALAR, `ports` are RANGES.</summary>
public sealed record Resource
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public Scalar? Scalar { get; init; }
    public Ranges? Ranges { get; init; }
    public string? Role { get; init; }
    public AllocationInfo? AllocationInfo { get; init; }
    public IReadOnlyList<ReservationInfo>? Reservations { get; init; }
    /// <summary>The form before RESERVATION_REFINEMENT, together with <see cref="Role"/>.</summary>
    public ReservationInfo? Reservation { get; init; }
    public DiskInfo? Disk { get; init; }
    /// <summary>Of a resource that does not belong to the agent itself, such as a storage plugin's.</summary>
    public ResourceProviderId? ProviderId { get; init; }

    public const string ScalarType = "SCALAR";
    public const string RangesType = "RANGES";
}

public sealed record Scalar(double Value);

public sealed record Ranges(IReadOnlyList<PortRange> Range);

/// <summary>Both ends belong to the range.</summary>
public sealed record PortRange(ulong Begin, ulong End);

public sealed record AllocationInfo(string Role);

public sealed record ReservationInfo
{
    /// <summary><c>STATIC</c> or <c>DYNAMIC</c>.</summary>
    public string? Type { get; init; }
    public string? Role { get; init; }
    public string? Principal { get; init; }
    public Labels? Labels { get; init; }
}

public sealed record Labels([property: System.Text.Json.Serialization.JsonPropertyName("labels")] IReadOnlyList<Label> Items);

public sealed record Label(string Key, string? Value);

public sealed record DiskInfo
{
    public DiskPersistence? Persistence { get; init; }
    public Volume? Volume { get; init; }
    public DiskSource? Source { get; init; }
}

public sealed record DiskPersistence(string Id, string? Principal);

public sealed record Volume
{
    public required string ContainerPath { get; init; }
    /// <summary><c>RW</c> or <c>RO</c>.</summary>
    public required string Mode { get; init; }
}

public sealed record DiskSource
{
    /// <summary><c>PATH</c>, <c>MOUNT</c>, <c>BLOCK</c> or <c>RAW</c>.</summary>
    public string? Type { get; init; }
    public DiskRoot? Path { get; init; }
    public DiskRoot? Mount { get; init; }

    public const string PathType = "PATH";
    public const string MountType = "MOUNT";
}

public sealed record DiskRoot(string? Root);

public sealed record MesosAttribute
{
    public required string Name { get; init; }
    public required string Type { get; init; }
    public TextValue? Text { get; init; }
    public Scalar? Scalar { get; init; }
}

public sealed record TextValue(string Value);
