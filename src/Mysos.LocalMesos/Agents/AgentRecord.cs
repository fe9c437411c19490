using System.Text.Json.Serialization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>What an agent keeps on disk: enough to find its executors, volumes and unacknowledged updates again.</summary>
internal sealed record AgentRecord
{
    public required AgentId AgentId { get; init; }
    public int Port { get; init; }
    /// <summary>First of the agent's block of ports.</summary>
    public int FirstPort { get; init; }
    /// <summary>The boot in which pids and start times were taken.</summary>
    public string? BootId { get; init; }
    public IReadOnlyList<Resource> Reserved { get; init; } = [];
    public IReadOnlyList<FrameworkInfo> Frameworks { get; init; } = [];
    public IReadOnlyList<ExecutorRecord> Executors { get; init; } = [];
    public IReadOnlyList<TaskRecord> Tasks { get; init; } = [];
    public IReadOnlyList<OperationRecord> Operations { get; init; } = [];

    public sealed record ExecutorRecord
    {
        public required FrameworkId FrameworkId { get; init; }
        public required ExecutorInfo Info { get; init; }
        public required ContainerId ContainerId { get; init; }
        public int? Pid { get; init; }
        public long? StartTime { get; init; }
        public IReadOnlyList<TaskInfo> Queued { get; init; } = [];
        public IReadOnlyList<TaskInfo> Launched { get; init; } = [];
    }

    public sealed record TaskRecord
    {
        public required FrameworkId FrameworkId { get; init; }
        public required ExecutorId ExecutorId { get; init; }
        public TaskInfo? Info { get; init; }
        public required string LatestState { get; init; }
        public IReadOnlyList<TaskStatus> Waiting { get; init; } = [];
        public TaskStatus? Last { get; init; }
    }

    public sealed record OperationRecord
    {
        public required FrameworkId FrameworkId { get; init; }
        public required OperationStatus Status { get; init; }
    }
}

/// <summary>What the whole keeps on disk beside its agents.</summary>
internal sealed record ClusterRecord
{
    public int MasterPort { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(MesosDoubleConverter)])]
[JsonSerializable(typeof(AgentRecord))]
[JsonSerializable(typeof(ClusterRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
