using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Operators;

/// <summary>A call of the v1 operator API of the master. The member that <see cref="Type"/> names is set.</summary>
internal sealed record OperatorCall
{
    public string? Type { get; init; }
    public FrameworkCall? Teardown { get; init; }
    public DrainCall? DrainAgent { get; init; }
    public AgentCall? DeactivateAgent { get; init; }
    public AgentCall? ReactivateAgent { get; init; }
    public AgentCall? MarkAgentGone { get; init; }
    public ScheduleCall? UpdateMaintenanceSchedule { get; init; }
    public MachinesCall? StartMaintenance { get; init; }
    public MachinesCall? StopMaintenance { get; init; }
    public ResourcesCall? ReserveResources { get; init; }
    public ResourcesCall? UnreserveResources { get; init; }
    public VolumesCall? CreateVolumes { get; init; }
    public VolumesCall? DestroyVolumes { get; init; }

    /// <param name="body">JSON.</param>
    /// <param name="type">A call, or a part of one.</param>
    /// <param name="wrong">What is wrong with it.</param>
    /// <returns>Null: it is wrong.</returns>
    public static T? Parse<T>(byte[] body, JsonTypeInfo<T> type, out string wrong)
        where T : class
    {
        try
        {
            wrong = "Expecting a JSON object";
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException error)
        {
            wrong = $"Failed to parse body into JSON: {error.Message}";
            return null;
        }
    }

    public sealed record FrameworkCall(FrameworkId FrameworkId);
    public sealed record AgentCall(AgentId AgentId);
    public sealed record DrainCall(AgentId AgentId, ProtobufDuration? MaxGracePeriod = null, bool? MarkGone = null);
    public sealed record ScheduleCall(MaintenanceSchedule Schedule);
    public sealed record MachinesCall(IReadOnlyList<MachineId> Machines);
    public sealed record ResourcesCall(AgentId AgentId, IReadOnlyList<Resource> Resources);
    public sealed record VolumesCall(AgentId AgentId, IReadOnlyList<Resource> Volumes);
}

/// <summary>Protobuf's own duration, in which Mesos wants the grace period of draining: <c>nanoseconds</c> are not read.</summary>
internal sealed record ProtobufDuration(long? Seconds = null, int? Nanos = null)
{
    public DurationInfo ToDuration() => new((Seconds ?? 0) * 1_000_000_000 + (Nanos ?? 0));
}

/// <summary>A machine by hostname and address.</summary>
internal sealed record MachineId(string? Hostname, string? Ip);

/// <summary>When which machines are to be maintained.</summary>
internal sealed record MaintenanceSchedule(IReadOnlyList<MaintenanceWindow>? Windows);

internal sealed record MaintenanceWindow(IReadOnlyList<MachineId> MachineIds, Unavailability Unavailability);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(MesosDoubleConverter)])]
[JsonSerializable(typeof(OperatorCall))]
[JsonSerializable(typeof(MaintenanceSchedule))]
[JsonSerializable(typeof(MachineId[]))]
[JsonSerializable(typeof(Resource[]))]
internal sealed partial class OperatorJson : JsonSerializerContext;
