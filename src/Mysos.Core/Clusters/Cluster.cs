using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mysos.Core.Elections;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.State;

namespace Mysos.Core.Clusters;

/// <summary>
/// The durable state of a cluster: one document, <c>clusters/&lt;name&gt;</c>. What a new leader cannot learn from the
/// executors is in here, and nothing else is.
/// </summary>
public sealed record Cluster
{
    public required string Name { get; init; }
    public required string User { get; init; }
    /// <summary>Sealed with the scheduler key, as is <see cref="SealedReplicationPassword"/>.</summary>
    public required string SealedPassword { get; init; }
    public required string SealedReplicationPassword { get; init; }
    public required int NumNodes { get; init; }
    public required ClusterSize Size { get; init; }
    public required DateTimeOffset Created { get; init; }
    public string? BackupId { get; init; }
    /// <summary>Null: as the scheduler's flag says. So is <see cref="ElectionTimeout"/>.</summary>
    public ElectionPolicy? ElectionPolicy { get; init; }
    public TimeSpan? ElectionTimeout { get; init; }
    /// <summary>How many slaves are to acknowledge each write; null: as the scheduler's flag says.</summary>
    public int? SyncReplicas { get; init; }
    /// <summary>Rises with each change of the owner's password.</summary>
    public int AccountsVersion { get; init; }

    /// <summary>Rises with each master; 0 before the first.</summary>
    public long Epoch { get; init; }
    /// <summary>The node that is, or is being made, the master of <see cref="Epoch"/>.</summary>
    public int? Master { get; init; }
    public Election? Election { get; init; }
    /// <summary>An election whose master is not announced yet.</summary>
    public Succession? Succession { get; init; }
    /// <summary>A planned change of master that is under way.</summary>
    public Handover? Handover { get; init; }
    /// <summary>When the last one was undone; null: none was.</summary>
    public DateTimeOffset? HandoverUndone { get; init; }
    /// <summary>The epoch whose master the owner chose: it is not moved because another node is preferred. 0: none is.</summary>
    public long ChosenEpoch { get; init; }
    /// <summary>The slaves that hold every write that was acknowledged; empty: only the master is sure to. See <see cref="AckSet"/>.</summary>
    public ImmutableSortedSet<int> Ackers { get; init; } = [];
    /// <summary>Rises with each change of <see cref="Ackers"/>.</summary>
    public long AckSetNumber { get; init; }
    /// <summary>Others are to be the ackers.</summary>
    public AckChange? AckChange { get; init; }
    /// <summary>Who may have its side on and is no acker, until it has said that it is off: the master does not let it in.</summary>
    public ImmutableSortedSet<int> Barred { get; init; } = [];
    /// <summary>The newest epoch whose master was seen to take writes; 0: none was.</summary>
    public long ServedEpoch { get; init; }
    /// <summary>All nodes have served at once: what is missing from now on is a loss, not a start.</summary>
    public bool Completed { get; init; }

    /// <summary>A restart of all nodes that is under way.</summary>
    public RollingRestart? Restart { get; init; }

    /// <summary>Since when its owner wants nothing to be done by itself; null: it is not so. See <see cref="Scheduling.Pausing"/>.</summary>
    public DateTimeOffset? PausedSince { get; init; }

    public bool Deleting { get; init; }
    /// <summary>Why the cluster will never serve; it can only be deleted.</summary>
    public string? Failure { get; init; }

    public int NextNode { get; init; } = 1;
    public ImmutableSortedDictionary<int, Node> Nodes { get; init; } = ImmutableSortedDictionary<int, Node>.Empty;
    public ImmutableList<Backup> Backups { get; init; } = [];
    /// <summary>Oldest first; see <see cref="History.EventRetention"/>.</summary>
    public ImmutableList<ClusterEvent> Events { get; init; } = [];
    /// <summary>Requests with an idempotency key, oldest first; see <see cref="Scheduling.Repetition"/>.</summary>
    public ImmutableList<AnsweredRequest> Answered { get; init => field = value ?? []; } = [];

    /// <summary>A master has taken writes: from now on there are data to lose.</summary>
    public bool Served => ServedEpoch > 0;

    /// <summary>Nothing new is begun in it.</summary>
    [JsonIgnore]
    public bool Paused => PausedSince is not null && !Deleting;

    /// <summary>Tells this cluster from an earlier one of the same name.</summary>
    public string Incarnation => Created.ToUnixTimeMilliseconds().ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A search for the master of <paramref name="Epoch"/>.</summary>
/// <param name="Previous">The master that was lost.</param>
/// <param name="Why">How that was seen, and by whom.</param>
/// <param name="Named">A node that its owner wants to lead although <see cref="Promotions.Bars"/> it.</param>
public sealed record Election(long Epoch, DateTimeOffset Since, int? Previous, string? Why = null, int? Named = null);

/// <summary>How an election went, until its master is announced and one event tells it all.</summary>
/// <param name="Serves">When the new master was seen to take writes.</param>
public sealed record Succession(Election Of, DateTimeOffset Elected, DateTimeOffset? Serves = null);

/// <summary>A change of ackers under way.</summary>
/// <param name="To">Who is to acknowledge; nobody: the master is to do so alone.</param>
/// <param name="MasterAt">The master's GTIDs from after <see cref="AckStep.Noting"/> began, which all of <paramref name="To"/> must have.</param>
/// <param name="Count">For how many acknowledgements the master waits meanwhile.</param>
public sealed record AckChange(ImmutableSortedSet<int> To, DateTimeOffset Since, AckStep Step = AckStep.Begun, string? MasterAt = null, int Count = 1)
{
    [JsonConverter(typeof(NodeSetConverter))]
    public ImmutableSortedSet<int> To { get; init; } = To ?? [];
}

public enum AckStep
{
    /// <summary>Others are kept from acknowledging. From alone: the new ones' sides are switched on. When more are added: the master is to wait for so many.</summary>
    Begun,
    /// <summary>Ackers are added: from alone the master is to wait for them, else their sides are switched on.</summary>
    Waiting,
    /// <summary>The master waits, and nobody else can acknowledge: its GTIDs are asked for.</summary>
    Noting,
}

/// <summary>
/// A planned change of master, until the next epoch begins or it is undone. First <paramref name="To"/> catches up while
/// the master serves; then the master yields: it takes no more writes, and <paramref name="To"/> gets its last ones.
/// </summary>
/// <param name="To">The slave that is to be the master.</param>
/// <param name="Why">Who wants it.</param>
/// <param name="YieldingSince">Null while <paramref name="To"/> catches up.</param>
/// <param name="Chosen">The cluster's owner asked for it.</param>
/// <param name="MasterAt">Where <paramref name="To"/> is delayed: GTIDs that it has to apply before the master yields.</param>
public sealed record Handover(int To, string Why, DateTimeOffset Since, DateTimeOffset? YieldingSince = null, bool Chosen = false, string? MasterAt = null);

/// <summary>Restarts nodes one at a time, each when all nodes serve.</summary>
/// <param name="Left">The nodes whose restart has not begun.</param>
public sealed record RollingRestart(DateTimeOffset Since, ImmutableSortedSet<int> Left);

/// <summary>A request that was done, so that the same one is not done again.</summary>
/// <param name="Key">Its <c>Idempotency-Key</c>.</param>
/// <param name="Call">What was asked for, without secrets.</param>
/// <param name="Result">What the answer is made of; a password is sealed.</param>
/// <param name="SealedProof">The password that the request came with, where it is no longer the cluster's.</param>
public sealed record AnsweredRequest(string Key, string Call, string Result, string? SealedProof = null);

/// <summary>One instance of a cluster, through all the tasks that run it.</summary>
public sealed record Node
{
    public required int Number { get; init; }
    /// <summary>Tasks launched for it; part of the next one's id.</summary>
    public int Attempts { get; init; }
    public NodeTaskState? Task { get; init; }
    /// <summary>Where its data is; null while it has none.</summary>
    public NodeVolume? Volume { get; init; }
    /// <summary>Is to go away, with its data.</summary>
    public bool Retiring { get; init; }
    /// <summary>Its task is ended as planned, and followed by another one.</summary>
    public bool Restarting { get; init; }
    public int Rebuild { get; init; }
    public Promotion Promotion { get; init; }
    /// <summary>As a slave it applies its master's writes so late; 0: at once. See <see cref="Delays"/>.</summary>
    public int DelaySeconds { get; init; }
    /// <summary>As <see cref="Protocol.Report.DataMade"/>, of the data that it served with; null before it did.</summary>
    public DateTimeOffset? DataMade { get; init; }
    /// <summary>Failures since it last served; each doubles the wait.</summary>
    public int Failures { get; init; }
    public DateTimeOffset WaitsSince { get; init; }
    /// <summary>Not to be launched earlier.</summary>
    public DateTimeOffset NotBefore { get; init; }
    public string? LastFailure { get; init; }
    /// <summary>The zone, or value of the attribute <c>--spread_by</c>, of the agent that it was last launched on.</summary>
    public string? Zone { get; init; }

    /// <summary>MySQL's server_id.</summary>
    public uint ServerId => (uint)Number;
}

public sealed record NodeTaskState
{
    public required TaskId Id { get; init; }
    public required AgentId Agent { get; init; }
    public required Endpoint Endpoint { get; init; }
    /// <summary>Since when Mesos has lost sight of the agent; the task may well run. Null: it has not.</summary>
    public DateTimeOffset? UnreachableSince { get; init; }

    public bool Unreachable => UnreachableSince is not null;

    /// <summary>One executor a task, with its id.</summary>
    public ExecutorId Executor => new(Id.Value);
}

/// <param name="Id">Mesos' persistence id.</param>
/// <param name="Ready">Mesos said that it exists, or a task ran on it.</param>
public sealed record NodeVolume(string Id, AgentId Agent, string Hostname, bool Ready)
{
    /// <summary>What is reserved beside it for the node alone; null: all that the node needs.</summary>
    public double? ReservedCpus { get; init; }
    public double? ReservedMemMb { get; init; }
}

public sealed record Backup
{
    public required string BackupId { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required BackupState State { get; init; }
    /// <summary>The node that takes it.</summary>
    public required int Node { get; init; }
    public required TaskId Task { get; init; }
    public long SizeBytes { get; init; }
    public double Seconds { get; init; }
    public string? Error { get; init; }
}
