using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Agents;

/// <summary>What an agent is made of, apart from its state.</summary>
internal sealed record AgentSettings
{
    /// <summary>With its own resources, before any reservation.</summary>
    public required AgentInfo Info { get; init; }
    public required string Ip { get; init; }
    public TimeSpan ExecutorRegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);
    public TimeSpan ExecutorReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan ExecutorShutdownGracePeriod { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>The agent's tables, and the effects of the step at hand. Shared by the desks.</summary>
internal sealed class AgentState(AgentSettings settings, Func<byte[]> newUuid)
{
    public AgentSettings Settings { get; } = settings;
    public AgentId Id => Settings.Info.Id!.Value;
    /// <summary>What is reserved or a volume.</summary>
    public ResourceBag Reserved { get; set; } = ResourceBag.Empty;
    public Dictionary<FrameworkId, FrameworkInfo> Frameworks { get; } = [];
    /// <summary>Frameworks that were removed and whose executors still end: their updates lead nowhere.</summary>
    public HashSet<FrameworkId> Ending { get; } = [];
    public Dictionary<ContainerId, ExecutorEntry> Executors { get; } = [];
    public Dictionary<(FrameworkId FrameworkId, TaskId TaskId), TrackedTask> Tasks { get; } = [];
    public List<OperationUpdate> Operations { get; } = [];
    /// <summary>What ends on it says that this is why.</summary>
    public bool IsDraining { get; set; }
    public List<AgentEffect> Effects { get; } = [];

    public byte[] NewUuid() => newUuid();

    public ExecutorEntry? Executor(FrameworkId framework, ExecutorId executor) =>
        Executors.Values.FirstOrDefault(each => each.FrameworkId == framework && each.Id == executor);

    public ResourceBag Total
    {
        get
        {
            var own = ResourceBag.Of(Settings.Info.Resources);
            return own.Minus(Conversions.Origin(Reserved)).Plus(Reserved);
        }
    }

    public void Notify(MasterNotice notice) => Effects.Add(new AgentEffect.Notify(notice));

    public void Persist()
    {
        if (!Effects.Exists(effect => effect is AgentEffect.Persist))
            Effects.Add(new AgentEffect.Persist());
    }

    /// <summary>Sends to the executor's stream; without one the event is lost, as on the wire.</summary>
    public void Send(ExecutorEntry executor, ExecutorEvent value)
    {
        if (executor.Stream is { } stream)
            Effects.Add(new AgentEffect.Send(stream, value));
    }

    public bool IsPartitionAware(FrameworkId framework) => Has(framework, "PARTITION_AWARE");

    public bool Has(FrameworkId framework, string capability) =>
        Frameworks.TryGetValue(framework, out var info) && info.Has(capability);

    public IReadOnlyList<AgentEffect> TakeEffects()
    {
        if (Effects.Count == 0)
            return [];
        var taken = Effects.ToArray();
        Effects.Clear();
        return taken;
    }
}

/// <summary>A task whose last update is not acknowledged, or that has sent none yet.</summary>
/// <param name="ExecutorId">Its executor.</param>
/// <param name="Info">Null: an executor sent an update of a task that was never launched.</param>
/// <param name="Updates">Its updates.</param>
internal sealed record TrackedTask(ExecutorId ExecutorId, TaskInfo? Info, UpdateStream Updates);
