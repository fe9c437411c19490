using System.Collections.Immutable;
using Mysos.Core.Discovery;
using Mysos.Core.Protocol;

namespace Mysos.Core.Clusters;

/// <summary>A cluster as the leader sees it: what is durable, and what its nodes said since this leader leads.</summary>
public sealed record ClusterState(Cluster Durable)
{
    public ImmutableDictionary<int, Observation> Observed { get; init; } = ImmutableDictionary<int, Observation>.Empty;
    /// <summary>What was last published; null: unknown.</summary>
    public ServerSet? Announced { get; init; }
    /// <summary>A publication under way.</summary>
    public ServerSet? Announcing { get; init; }
    public bool RemovingServerSet { get; init; }

    public Observation Of(int node) => Observed.GetValueOrDefault(node, Observation.None);
}

/// <summary>What is known of one node's present task, or of its search for an offer.</summary>
public sealed record Observation
{
    public static Observation None { get; } = new();

    public Report? Report { get; init; }
    public DateTimeOffset? Heard { get; init; }
    /// <summary>When it last said that it serves.</summary>
    public DateTimeOffset? ServedAt { get; init; }
    public Directive? Sent { get; init; }
    public DateTimeOffset SentAt { get; init; }
    /// <summary>The first of the directives, one after the other, that had it acknowledge to the same master: since that one holds its side is on.</summary>
    public long AcknowledgesFrom { get; init; }
    public DateTimeOffset? KillSent { get; init; }
    /// <summary>Why offers were refused in the last pass that was for it, counted.</summary>
    public ImmutableSortedDictionary<string, int> Refusals { get; init; } = ImmutableSortedDictionary<string, int>.Empty;
    public DateTimeOffset RefusedAt { get; init; }

    public bool Runs => Report is { Phase: NodePhase.Running };
}
