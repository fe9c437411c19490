using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Elections;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>All that the loop owns.</summary>
public sealed record SchedulerState
{
    public SchedulerRecord Record { get; init; } = new();
    public ImmutableSortedDictionary<string, ClusterState> Clusters { get; init; } =
        ImmutableSortedDictionary.Create<string, ClusterState>(StringComparer.Ordinal);
    public PastClusters Past { get; init; } = PastClusters.None;
    public ClusterIndex Index { get; init; } = ClusterIndex.Empty;
    public Agenda Agenda { get; init; } = Agenda.Empty;

    public MesosView Mesos { get; init; } = new();
    public HearingState Hearing { get; init; }
    public ZooKeeperView ZooKeeper { get; init; } = new();
    public ImmutableSortedDictionary<string, AgentView> Agents { get; init; } =
        ImmutableSortedDictionary.Create<string, AgentView>(StringComparer.Ordinal);
    /// <summary>Agents on which launches failed since the last one that did not.</summary>
    public ImmutableDictionary<string, AgentTrouble> Troubles { get; init; } = ImmutableDictionary.Create<string, AgentTrouble>(StringComparer.Ordinal);
    /// <summary>Agents that go, or are, out of service.</summary>
    public ImmutableDictionary<string, AgentMaintenance> Maintenance { get; init; } =
        ImmutableDictionary.Create<string, AgentMaintenance>(StringComparer.Ordinal);
    public Counters Counters { get; init; } = new();

    public OfferDemandState Demand { get; init; } = new();
    public ReconciliationState Reconciliation { get; init; } = new();
}

/// <summary>Whether offers are wanted, and what Mesos was told of it.</summary>
public sealed record OfferDemandState
{
    public DateTimeOffset SubscribedAt { get; init; }
    public bool Suppressed { get; init; }
    public DateTimeOffset RevivedAt { get; init; }
    public Allowance Revivals { get; init; }
    public Allowance Launches { get; init; }
    /// <summary>A REVIVE that had to wait because another was just sent.</summary>
    public bool ReviveDue { get; init; }
    /// <summary>Until when all agents are looked at, for volumes and reservations that nobody claims.</summary>
    public DateTimeOffset LooksUntil { get; init; }
    public DateTimeOffset LooksNext { get; init; }
    /// <summary>Volumes whose node is gone, until Mesos has destroyed them.</summary>
    public ImmutableHashSet<string> Orphans { get; init; } = [];
    /// <summary>How long they are waited for; what comes later, is found by a later look.</summary>
    public DateTimeOffset OrphansUntil { get; init; }
}

/// <summary>Tasks whose state Mesos was asked for, or is to be.</summary>
public sealed record ReconciliationState
{
    /// <summary>Tasks not told of since they were asked for or launched, and when each is to be asked for.</summary>
    public ImmutableDictionary<string, DateTimeOffset> Unreconciled { get; init; } =
        ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);
    /// <summary>The earliest of these times.</summary>
    public DateTimeOffset AskAt { get; init; }
    public TimeSpan Backoff { get; init; }
    /// <summary>When Mesos is next asked for everything it knows.</summary>
    public DateTimeOffset ImplicitAt { get; init; }
}

/// <summary>The durable document <c>scheduler</c>.</summary>
public sealed record SchedulerRecord
{
    public FrameworkId? FrameworkId { get; init; }
    /// <summary>Deletions with an idempotency key, oldest first; see <see cref="Repetition"/>.</summary>
    public ImmutableList<DeletedCluster> Deleted { get; init => field = value ?? []; } = [];
    /// <summary>The first framework id that this state had: reservations and volumes name it, whatever framework made them.</summary>
    public string? Owner { get; init; }
    /// <summary>What the framework subscribed with. The principal and the user stay what they are; roles may be added and go.</summary>
    public string? Principal { get; init; }
    public string? User { get; init; }
    /// <summary>The role of new nodes, and those in which nodes have volumes since an earlier one.</summary>
    public ImmutableSortedSet<string> Roles { get; init => field = value ?? []; } = [];

    internal static string? OwnerOf(SchedulerRecord record) => record.Owner ?? record.FrameworkId?.Value;
}

/// <param name="Key">The <c>Idempotency-Key</c> of the deletion.</param>
public sealed record DeletedCluster(string Name, string Key);

/// <summary>What the flags say and decisions depend on.</summary>
public sealed record SchedulerSettings
{
    public required string Role { get; init; }
    public string? Principal { get; init; }
    /// <summary><c>--framework_user</c>.</summary>
    public string? User { get; init; }
    /// <summary><c>--new_framework</c>: the framework that Mesos has removed, and that another one is to follow.</summary>
    public string? NewFramework { get; init; }
    /// <summary>What an agent runs as executor.</summary>
    public required CommandInfo ExecutorCommand { get; init; }
    /// <summary><c>--storage=volume</c>.</summary>
    public bool Volumes { get; init; } = true;
    /// <summary><c>--placement=unique</c>: never two nodes of a cluster on one agent.</summary>
    public bool UniqueAgents { get; init; }
    /// <summary><c>--spread_by</c>: the agents' attribute that a cluster's nodes are spread over; null: the zone of their fault domain.</summary>
    public string? SpreadBy { get; init; }
    /// <summary><c>--abandon_volume_after</c>: null: never.</summary>
    public TimeSpan? AbandonVolumeAfter { get; init; }
    public string? BackupStore { get; init; }
    public string ExecutorSource { get; init; } = "mysos";
    /// <summary>With <see cref="ElectionPolicy.Available"/>: how long an election waits for who is sure to have the last writes.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>How many slaves of a MySQL cluster are to acknowledge each write.</summary>
    public int SyncReplicas { get; init; } = 1;
    public ElectionPolicy ElectionPolicy { get; init; }
    /// <summary><c>--copy_bandwidth</c>: how fast a rebuilt node may copy another one's data, in MB (2^20 bytes) a second.</summary>
    public int CopyMbPerSecond { get; init; } = 100;
    /// <summary>Below which each cluster's URL is: <c>zk://host:port/path</c>, without credentials.</summary>
    public required string PublicZooKeeperUrl { get; init; }

    /// <summary>Beside the instance's own size, as the first Mysos had it.</summary>
    public static double ExecutorCpus => 0.1;
    public static double ExecutorMemMb => 32;
}
