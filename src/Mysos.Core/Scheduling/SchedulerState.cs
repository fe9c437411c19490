using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>All that the loop owns.</summary>
public sealed record SchedulerState
{
    public SchedulerRecord Record { get; init; } = new();
    public ImmutableSortedDictionary<string, ClusterState> Clusters { get; init; } =
        ImmutableSortedDictionary.Create<string, ClusterState>(StringComparer.Ordinal);

    public MesosView Mesos { get; init; } = new();
    public ZooKeeperView ZooKeeper { get; init; } = new();
    public ImmutableSortedDictionary<string, AgentView> Agents { get; init; } =
        ImmutableSortedDictionary.Create<string, AgentView>(StringComparer.Ordinal);
    public Counters Counters { get; init; } = new();

    public bool Suppressed { get; init; }
    public DateTimeOffset RevivedAt { get; init; }
    /// <summary>A REVIVE that had to wait because another was just sent.</summary>
    public bool ReviveDue { get; init; }
    /// <summary>Nodes that could be launched, as of the last event.</summary>
    public int WaitingNodes { get; init; }
    /// <summary>Volumes whose node is gone, until an offer lets us destroy them.</summary>
    public ImmutableHashSet<string> Orphans { get; init; } = [];
    /// <summary>Tasks whose state Mesos was asked for and has not told.</summary>
    public ImmutableHashSet<string> Unreconciled { get; init; } = [];
    public DateTimeOffset ReconcileAt { get; init; }
    public TimeSpan ReconcileBackoff { get; init; }
}

/// <summary>The durable document <c>scheduler</c>.</summary>
public sealed record SchedulerRecord
{
    public FrameworkId? FrameworkId { get; init; }
    /// <summary>Deletions with an idempotency key, oldest first; see <see cref="Repetition"/>.</summary>
    public ImmutableList<DeletedCluster> Deleted { get; init => field = value ?? []; } = [];
}

/// <param name="Key">The <c>Idempotency-Key</c> of the deletion.</param>
public sealed record DeletedCluster(string Name, string Key);

/// <summary>What the flags say and decisions depend on.</summary>
public sealed record SchedulerSettings
{
    public required string Role { get; init; }
    public string? Principal { get; init; }
    /// <summary>What an agent runs as executor.</summary>
    public required CommandInfo ExecutorCommand { get; init; }
    /// <summary><c>--storage=volume</c>.</summary>
    public bool Volumes { get; init; } = true;
    /// <summary><c>--placement=unique</c>: never two nodes of a cluster on one agent.</summary>
    public bool UniqueAgents { get; init; }
    public string? BackupStore { get; init; }
    public string ExecutorSource { get; init; } = "mysos";
    /// <summary>How long an election waits for the slaves that acknowledged writes.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromSeconds(60);
    /// <summary>Below which each cluster's URL is: <c>zk://host:port/path</c>, without credentials.</summary>
    public required string PublicZooKeeperUrl { get; init; }

    /// <summary>Beside the instance's own size, as the first Mysos had it.</summary>
    public static double ExecutorCpus => 0.1;
    public static double ExecutorMemMb => 32;
}
