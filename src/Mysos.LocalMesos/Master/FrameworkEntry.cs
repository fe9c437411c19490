using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>What the master knows of one framework. Mutable; only the master's desks touch it.</summary>
internal sealed class FrameworkEntry(FrameworkId id, FrameworkInfo info)
{
    /// <summary>Mesos' <c>--max_completed_tasks_per_framework</c>.</summary>
    private const int MostCompletedTasks = 1000;

    public FrameworkId Id { get; } = id;
    public FrameworkInfo Info { get; set; } = info;
    /// <summary>The open stream; null while disconnected.</summary>
    public string? Stream { get; set; }
    public TimeSpan NextHeartbeat { get; set; }
    /// <summary>When the framework is removed unless it comes back before.</summary>
    public TimeSpan? RemoveAt { get; set; }
    public HashSet<string> Suppressed { get; } = [];
    public List<OfferFilter> Filters { get; } = [];
    /// <summary>Agents whose maintenance it has answered for, and until when it is not asked again.</summary>
    public Dictionary<AgentId, TimeSpan> InverseFilters { get; } = [];
    public Dictionary<TaskId, TaskEntry> Tasks { get; } = [];
    public Dictionary<(AgentId AgentId, ExecutorId ExecutorId), ExecutorInfo> Executors { get; } = [];
    public Dictionary<OperationId, OperationEntry> Operations { get; } = [];

    /// <summary>The last tasks that have ended, for operators.</summary>
    public Queue<TaskEntry> CompletedTasks { get; } = [];
    public DateTimeOffset RegisteredAt { get; init; }
    public DateTimeOffset ReregisteredAt { get; set; }

    public bool IsConnected => Stream is not null;
    /// <summary>The state of a lost task as this framework knows it.</summary>
    public string Lost(string taskState) => Info.Has("PARTITION_AWARE") ? taskState : TaskState.Lost;
    public bool IsMultiRole => Info.Has("MULTI_ROLE");
    public bool KnowsRefinement => Info.Has("RESERVATION_REFINEMENT");

    public IReadOnlyList<string> Roles => Info.RoleNames();

    /// <summary>Used on the agent by tasks that have not ended and by executors that run.</summary>
    public ResourceBag UsedOn(AgentId agent) => ResourceBag.Of(UsedBy(agent).SelectMany(each => each.Resources.Items));

    /// <summary>The same with the role that each was allocated to.</summary>
    public IEnumerable<(string Role, ResourceBag Resources)> UsedBy(AgentId agent) =>
        Tasks.Values.Where(task => task.AgentId == agent && !task.IsReleased).Select(task => (RoleOf(task.Info.Resources), task.Resources))
            .Concat(Executors.Where(executor => executor.Key.AgentId == agent)
                .Select(executor => (RoleOf(executor.Value.Resources), ResourceBag.Of(executor.Value.Resources))));

    public void Complete(TaskEntry task)
    {
        CompletedTasks.Enqueue(task);
        if (CompletedTasks.Count > MostCompletedTasks)
            CompletedTasks.Dequeue();
    }

    private string RoleOf(IReadOnlyList<Resource>? resources) =>
        resources?.FirstOrDefault()?.AllocationInfo?.Role ?? Roles.FirstOrDefault() ?? "*";
}

/// <summary>A task from its launch until its terminal update is acknowledged.</summary>
internal sealed class TaskEntry
{
    public required TaskInfo Info { get; init; }
    public required ExecutorId ExecutorId { get; init; }
    public required ResourceBag Resources { get; init; }
    /// <summary>The newest state that the agent told.</summary>
    public string LatestState { get; set; } = TaskState.Staging;
    /// <summary>The state last sent to the scheduler: what reconciliation answers.</summary>
    public string SentState { get; set; } = TaskState.Staging;
    public byte[]? SentUuid { get; set; }
    public ContainerStatus? Container { get; set; }
    /// <summary>The last update of each state.</summary>
    public List<TaskStatus> Statuses { get; } = [];
    /// <summary>Set while the agent is unreachable.</summary>
    public DurationInfo? UnreachableSince { get; set; }

    public void Note(TaskStatus status)
    {
        if (Statuses is [.., var last] && last.State == status.State)
            Statuses.RemoveAt(Statuses.Count - 1);
        Statuses.Add(status);
    }

    public AgentId AgentId => Info.AgentId;
    /// <summary>Its resources are free again.</summary>
    public bool IsReleased => TaskState.IsTerminal(LatestState) || UnreachableSince is not null;
}

/// <summary>A finished operation whose status is not acknowledged yet.</summary>
internal sealed record OperationEntry(OperationId Id, AgentId AgentId, string State);

/// <summary>Refused resources: an offer of a part of them is not made again before <paramref name="Until"/>.</summary>
internal sealed record OfferFilter(AgentId AgentId, string Role, ResourceBag Refused, TimeSpan Until);

internal sealed record OfferEntry(OfferId Id, FrameworkId FrameworkId, AgentId AgentId, string Role, ResourceBag Resources)
{
    /// <summary>As it was sent.</summary>
    public required Offer Message { get; init; }
}

internal static class FrameworkInfoExtensions
{
    public static bool Has(this FrameworkInfo info, string capability) =>
        info.Capabilities?.Any(each => each.Type == capability) == true;

    public static IReadOnlyList<string> RoleNames(this FrameworkInfo info) =>
        info.Has("MULTI_ROLE") ? info.Roles ?? [] : [info.Role ?? "*"];
}
