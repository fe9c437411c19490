using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Discovery;
using Mysos.Core.Elections;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>Anything that happens: from Mesos, ZooKeeper, the API, the clock, or an effect that was performed.</summary>
public abstract record LoopEvent;

public sealed record Recovered(SchedulerRecord Record, ImmutableArray<Cluster> Clusters) : LoopEvent
{
    public PastClusters Past { get; init; } = PastClusters.None;
}

/// <param name="Posted">When it joined the queue.</param>
public sealed record Ticked(DateTimeOffset Posted) : LoopEvent;

public sealed record ZooKeeperChanged(ZooKeeperView View) : LoopEvent;

// Mesos

public sealed record MesosSubscribed(FrameworkId FrameworkId, MasterInfo? Master) : LoopEvent;

/// <summary>Mesos does not serve this framework, and said why.</summary>
/// <param name="Removed">It has forgotten the framework, and ended its tasks.</param>
public sealed record MesosRefused(string Reason, bool Removed) : LoopEvent;

public sealed record MesosDisconnected(string Reason) : LoopEvent;

public sealed record MesosHeartbeat : LoopEvent;

public sealed record OffersReceived(IReadOnlyList<Offer> Offers) : LoopEvent;

public sealed record InverseOffersReceived(ImmutableArray<InverseOffer> InverseOffers) : LoopEvent;

public sealed record InverseOfferRescinded(OfferId InverseOffer) : LoopEvent;

public sealed record TaskUpdated(TaskStatus Status) : LoopEvent;

public sealed record OperationUpdated(OperationStatus Status) : LoopEvent;

public sealed record ExecutorSpoke(AgentId Agent, ExecutorId Executor, ExecutorMessage Message) : LoopEvent;

public sealed record AgentFailed(AgentId Agent) : LoopEvent;

// Results of effects

public sealed record ServerSetPublished(string Cluster, string Incarnation, ServerSet Set) : LoopEvent;

public sealed record ServerSetRemoved(string Cluster, string Incarnation) : LoopEvent;

// The API. Each is answered by one Answer with the same Request.

public abstract record RequestEvent(long Request, string Name) : LoopEvent
{
    /// <summary>Only say what would be done.</summary>
    public bool DryRun { get; init; }
    public string? IdempotencyKey { get; init; }
    /// <summary>Who asks, and from where; for the history.</summary>
    public string? By { get; init; }
    /// <summary>See <see cref="ClusterRequest.IfVersion"/>.</summary>
    public string? IfVersion { get; init; }
    /// <summary>What is asked for, in words and without secrets: two requests that ask for the same have the same.</summary>
    public abstract string Call { get; }
}

public sealed record CreateRequested(long Request, Cluster Cluster) : RequestEvent(Request, Cluster.Name)
{
    public override string Call => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"create {Cluster.User} {Cluster.NumNodes} {Cluster.Size.Cpus}/{Cluster.Size.MemMb}/{Cluster.Size.DiskMb} {Cluster.BackupId}{Elections}");

    private string Elections => (Cluster is { ElectionPolicy: null, ElectionTimeout: null } ? ""
        : $" {ElectionText.Of(Cluster.ElectionPolicy)} {ElectionText.Of(Cluster.ElectionTimeout)}")
        + (Cluster.SyncReplicas is { } count ? $" {ElectionText.Of(count)} acknowledge" : "");
}

/// <param name="Incarnation">The cluster whose password was checked.</param>
public abstract record ChangeRequested(long Request, string Name, string Incarnation) : RequestEvent(Request, Name);

public sealed record DeleteRequested(long Request, string Name, string Incarnation) : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => "delete";
}

public sealed record ResizeRequested(long Request, string Name, string Incarnation, int NumNodes) : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => $"resize {NumNodes}";
}

/// <param name="BackupId">The id that the backup is to have.</param>
public sealed record BackupRequested(long Request, string Name, string Incarnation, string BackupId)
    : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => "backup";
}

public sealed record SwitchoverRequested(long Request, string Name, string Incarnation, int? To) : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => $"switchover {To}";
}

public sealed record RestartRequested(long Request, string Name, string Incarnation) : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => "restart";
}

public sealed record PasswordRequested(long Request, string Name, string Incarnation, string SealedPassword)
    : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => "password";
}

public sealed record ReplaceRequested(long Request, string Name, string Incarnation, int Node, bool AcceptDataLoss)
    : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => $"replace {Node}";
}

/// <param name="Policy">Null: stays what it is; so does <paramref name="Timeout"/>.</param>
public sealed record ElectionRequested(long Request, string Name, string Incarnation, Setting<ElectionPolicy>? Policy, Setting<TimeSpan>? Timeout)
    : ChangeRequested(Request, Name, Incarnation)
{
    public Setting<int>? SyncReplicas { get; init; }

    public override string Call => $"election {(Policy is { } policy ? ElectionText.Of(policy.Own) : "-")} {(Timeout is { } timeout ? ElectionText.Of(timeout.Own) : "-")}"
        + (SyncReplicas is { } count ? $" {ElectionText.Of(count.Own)}" : "");
}

public sealed record PromotionRequested(long Request, string Name, string Incarnation, int Node, Promotion Promotion)
    : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => $"promotion {Node} {EnumWords.Of(Promotion)}";
}

/// <param name="Paused">What it is to be.</param>
public sealed record PauseRequested(long Request, string Name, string Incarnation, bool Paused) : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => Paused ? "pause" : "resume";
}

/// <param name="Seconds">0: it applies at once.</param>
public sealed record DelayRequested(long Request, string Name, string Incarnation, int Node, int Seconds)
    : ChangeRequested(Request, Name, Incarnation)
{
    public override string Call => $"delay {Node} {Seconds}";
}
