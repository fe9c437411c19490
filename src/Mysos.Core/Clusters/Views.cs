using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mysos.Core.Clusters.History;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

// The read model: immutable, a new one after each change of state. REST, dashboard and metrics read nothing else.

/// <summary>Everything that is shown.</summary>
public sealed record SchedulerView
{
    public static SchedulerView Empty { get; } = new();

    /// <summary>Whose view it is: rises from leader to leader. 0 while there is none.</summary>
    public long Term { get; init; }
    /// <summary>Rises with each change in a term.</summary>
    public long Version { get; init; }
    /// <summary>Null while it is live.</summary>
    public Staleness? Stale { get; init; }
    /// <summary>By name, in ordinal order.</summary>
    public ImmutableSortedDictionary<string, ClusterView> Clusters { get; init; } =
        ImmutableSortedDictionary.Create<string, ClusterView>(StringComparer.Ordinal);
    /// <summary>Those that are gone, in the order in which they went.</summary>
    public ImmutableList<PastCluster> Past { get; init; } = PastClusters.None.Clusters;
    public MesosView Mesos { get; init; } = new();
    public ZooKeeperView ZooKeeper { get; init; } = new();
    public ImmutableArray<AgentView> Agents
    {
        get => AgentsWhenAsked.Value;
        init => AgentsWhenAsked = new Lazy<ImmutableArray<AgentView>>(value);
    }
    /// <summary>There may be ten thousand of them, and most views are looked at by nobody.</summary>
    internal Lazy<ImmutableArray<AgentView>> AgentsWhenAsked { get; init; } = new([]);
    public Counters Counters { get; init; } = new();
}

public sealed record ClusterView
{
    public required string Name { get; init; }
    public required string User { get; init; }
    public required int NumNodes { get; init; }
    public required ClusterSize Size { get; init; }
    /// <summary><c>zk://host:port/path/discover/&lt;name&gt;</c>, without credentials.</summary>
    public required string ClusterUrl { get; init; }
    public required ClusterCondition State { get; init; }
    /// <summary>One sentence: why the state is what it is, and what it waits for. Empty when healthy.</summary>
    public required string Reason { get; init; }
    public required long Epoch { get; init; }
    /// <summary>See <see cref="ClusterVersion"/>.</summary>
    public string Version { get; init => field = value ?? ""; } = "";
    public ElectionView Election { get; init => field = value ?? new(); } = new();
    public MasterLossView? IfMasterDied { get; init; }
    public required DateTimeOffset Created { get; init; }
    /// <summary>Since when nothing is begun in it by itself; null while it is not paused.</summary>
    public DateTimeOffset? PausedSince { get; init; }
    /// <summary>Null: nothing is under way.</summary>
    public OperationView? Operation { get; init; }
    public ImmutableArray<NodeView> Nodes { get; init; } = [];
    public ImmutableArray<BackupView> Backups { get; init; } = [];
    /// <summary>Newest last; see <see cref="EventRetention"/>.</summary>
    public ImmutableArray<ClusterEvent> Events { get; init; } = [];

    [JsonIgnore]
    public NodeView? Master => Nodes.FirstOrDefault(n => n.Role == NodeRole.Master);

    [JsonIgnore]
    public int NodesServing => Nodes.Count(n => n.State == NodeState.Serving);

    /// <summary>Of the slave that is the furthest behind; null where no lag is known.</summary>
    [JsonIgnore]
    public double? WorstLagSeconds => Nodes.Where(n => n.Role == NodeRole.Slave).Max(n => n.LagSeconds);
}

/// <summary>What would follow if the master were lost now: see <see cref="Foresight"/>.</summary>
/// <param name="Heir">The node that would be the next master; null: none would be elected.</param>
/// <param name="MayLoseWrites">Acknowledged writes could be lost, should the master's data never come back.</param>
/// <param name="Text">One sentence.</param>
public sealed record MasterLossView(int? Heir, bool MayLoseWrites, string Text);

/// <summary>How the cluster's masters are elected.</summary>
public sealed record ElectionView
{
    public ElectionPolicy Policy { get; init; }
    /// <summary>A length of time: <c>60s</c>.</summary>
    public string Timeout { get; init => field = value ?? ""; } = "";
    /// <summary>It is the cluster's own, not the scheduler's. So is <see cref="OwnTimeout"/>.</summary>
    public bool OwnPolicy { get; init; }
    public bool OwnTimeout { get; init; }
    /// <summary>How many slaves are to acknowledge each write; on MariaDB one does.</summary>
    public int SyncReplicas { get; init; } = 1;
    public bool OwnSyncReplicas { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<ClusterCondition>))]
public enum ClusterCondition
{
    [JsonStringEnumMemberName("healthy")] Healthy,
    [JsonStringEnumMemberName("creating")] Creating,
    [JsonStringEnumMemberName("degraded")] Degraded,
    [JsonStringEnumMemberName("electing")] Electing,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("deleting")] Deleting,
}

public sealed record NodeView
{
    /// <summary>The Mesos task; empty while the node waits for an offer.</summary>
    public required string TaskId { get; init; }
    public required uint ServerId { get; init; }
    public required NodeRole Role { get; init; }
    public required NodeState State { get; init; }
    /// <summary>What the node waits for or why it is not serving; empty when it serves.</summary>
    public string Reason { get; init; } = "";
    public string? Host { get; init; }
    public int? Port { get; init; }
    /// <summary>A slave that holds every acknowledged write: the master waits for it.</summary>
    public bool Acker { get; init; }
    public Promotion Promotion { get; init; }
    /// <summary>As a slave it applies its master's writes so late, as its owner wants it; 0: at once.</summary>
    public int DelaySeconds { get; init; }
    /// <summary>The Mesos agent's id.</summary>
    public string? Agent { get; init; }
    /// <summary>The name of its ZNode in the ServerSet, <c>member_0000000001</c>; set once it is announced.</summary>
    public string? Member { get; init; }
    public string? Gtid { get; init; }
    /// <summary>Beyond <see cref="DelaySeconds"/>.</summary>
    public double? LagSeconds { get; init; }
    /// <summary><c>MariaDB 10.11.6</c>.</summary>
    public string? Server { get; init; }
    /// <summary>Null where it is not known.</summary>
    public bool? ReadOnly { get; init; }
    /// <summary>It has transactions that its master lacks, or cannot apply what its master has: its reason says which.</summary>
    public bool Diverged { get; init; }
    /// <summary>As of <see cref="AgentView.Zone"/>.</summary>
    public string? Zone { get; init; }
    /// <summary>Of clients, slaves and Mysos itself.</summary>
    public int? Connections { get; init; }
    /// <summary>MiB that the data take on the disk.</summary>
    public double? DataMb { get; init; }
    /// <summary>Of a node that waits for an agent: why the offers of the last round were not for it.</summary>
    public ImmutableArray<RefusalView> Refusals { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <param name="Offers">How many offers were refused for this reason.</param>
public sealed record RefusalView(string Reason, int Offers);

[JsonConverter(typeof(JsonStringEnumConverter<NodeRole>))]
public enum NodeRole
{
    [JsonStringEnumMemberName("none")] None,
    [JsonStringEnumMemberName("slave")] Slave,
    [JsonStringEnumMemberName("master")] Master,
}

[JsonConverter(typeof(JsonStringEnumConverter<NodeState>))]
public enum NodeState
{
    /// <summary>No agent has been found for it.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,
    /// <summary>Sent to an agent.</summary>
    [JsonStringEnumMemberName("launching")] Launching,
    [JsonStringEnumMemberName("restoring")] Restoring,
    [JsonStringEnumMemberName("starting")] Starting,
    /// <summary>mysqld answers; not announced.</summary>
    [JsonStringEnumMemberName("joining")] Joining,
    [JsonStringEnumMemberName("serving")] Serving,
    /// <summary>mysqld or its executor has ended; it is being started again.</summary>
    [JsonStringEnumMemberName("down")] Down,
    /// <summary>Its agent does not answer.</summary>
    [JsonStringEnumMemberName("unreachable")] Unreachable,
    [JsonStringEnumMemberName("stopping")] Stopping,
}

public sealed record BackupView
{
    public required string BackupId { get; init; }
    public required BackupState State { get; init; }
    public long? SizeBytes { get; init; }
    public double? Seconds { get; init; }
    public required DateTimeOffset Started { get; init; }
    public string? Error { get; init; }
}

/// <summary>One line of a cluster's history.</summary>
/// <param name="Kind">A stable word for programs, e.g. <c>master_elected</c>.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record ClusterEvent(DateTimeOffset Time, string Kind, string Text)
{
    /// <summary>Who asked for it, and from where; null when nobody did.</summary>
    public string? By { get; init; }
}

public sealed record MesosView
{
    public bool Connected { get; init; }
    /// <summary><c>host:port</c> of the leading master.</summary>
    public string? Master { get; init; }
    public string? Version { get; init; }
    public string? FrameworkId { get; init; }
    public DateTimeOffset? LastHeartbeat { get; init; }
    /// <summary>Why Mesos does not serve this framework, and what would be right; null while nothing is wrong.</summary>
    public string? Problem { get; init; }
}

public sealed record ZooKeeperView
{
    public bool Connected { get; init; }
    /// <summary>Without credentials.</summary>
    public string? Url { get; init; }
    /// <summary>The schedulers that take part in the election, the leader first; none while it is not known.</summary>
    public ImmutableArray<SchedulerMember> Schedulers { get; init => field = value.IsDefault ? [] : value; } = [];
}

/// <summary>One of the schedulers.</summary>
/// <param name="Address"><c>host:port</c> of its API.</param>
/// <param name="Version">Of Mysos; null when it does not tell.</param>
public sealed record SchedulerMember(string Address, bool Leads, string? Version);

/// <summary>An agent that was offered or runs nodes.</summary>
public sealed record AgentView
{
    public required string Id { get; init; }
    public required string Hostname { get; init; }
    public string? Address { get; init; }
    /// <summary>All of its last offer; null when nothing was offered yet.</summary>
    public AgentResources? Offered { get; init; }
    /// <summary>What of <see cref="Offered"/> is reserved, for Mysos' role or for one of its nodes.</summary>
    public AgentResources? Reserved { get; init; }
    public DateTimeOffset? OfferedAt { get; init; }
    /// <summary>How many nodes have their task there.</summary>
    public int Nodes { get; init; }
    /// <summary>What these tasks take, executors included.</summary>
    public AgentResources Used { get; init => field = value ?? AgentResources.None; } = AgentResources.None;
    /// <summary>How many persistent volumes with nodes' data are there, whether or not a task runs on them.</summary>
    public int Volumes { get; init; }
    public bool Reachable { get; init; } = true;
    /// <summary>The zone of its fault domain, or the value of the attribute <c>--spread_by</c>.</summary>
    public string? Zone { get; init; }
    /// <summary>When its machine's scheduled maintenance begins, or began.</summary>
    public DateTimeOffset? MaintenanceStart { get; init; }
    /// <summary>Its operators drain it.</summary>
    public bool Draining { get; init; }
}

/// <summary>Cores, and memory and disk in MiB.</summary>
public sealed record AgentResources(double Cpus, double MemMb, double DiskMb)
{
    public static AgentResources None { get; } = new(0, 0, 0);

    public AgentResources Plus(AgentResources other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new AgentResources(Cpus + other.Cpus, MemMb + other.MemMb, DiskMb + other.DiskMb);
    }

    /// <summary>What a node takes of its agent: its own size, and its executor beside it.</summary>
    public static AgentResources OfNode(ClusterSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        return new AgentResources(size.Cpus + SchedulerSettings.ExecutorCpus, size.MemMb + SchedulerSettings.ExecutorMemMb, size.DiskMb);
    }

    public AgentResources Times(int count) => new(Cpus * count, MemMb * count, DiskMb * count);

    public bool Covers(AgentResources other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Cpus >= other.Cpus && MemMb >= other.MemMb && DiskMb >= other.DiskMb;
    }
}

/// <summary>The counters of the first Mysos' <c>/vars.json</c>.</summary>
public sealed record Counters
{
    public DateTimeOffset Started { get; init; }
    public long TasksLaunched { get; init; }
    public long TasksLost { get; init; }
    public long TasksFinished { get; init; }
    public long TasksFailed { get; init; }
    public long TasksKilled { get; init; }
    public long ResourceOffers { get; init; }
    public long OffersIncompatibleRole { get; init; }
    public long OffersUnused { get; init; }
}
