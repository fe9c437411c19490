using Mysos.Core.Elections;
using Mysos.Core.Protocol;

namespace Mysos.Core.Clusters;

/// <summary>
/// Slaves that apply their master's writes late, as their owner wants it: what was done by mistake can be had back from one. Such a
/// slave receives at once, so it holds what it acknowledges; but before it could lead it would have much to apply.
/// </summary>
internal static class Delays
{
    public static bool IsDelayed(Cluster cluster, int node) => cluster.Nodes.GetValueOrDefault(node)?.DelaySeconds > 0;

    /// <summary>How late the node is to apply now, if it follows: who is to be master catches up.</summary>
    public static int Of(Cluster cluster, Node node) => cluster.Handover?.To == node.Number ? 0 : node.DelaySeconds;

    /// <summary>
    /// It may be about to attach again because its delay changes, and to fetch again what it has said that it had: only its word that it catches up,
    /// as one that is counted on, holds.
    /// </summary>
    public static bool MayForget(ClusterState cluster, int node) => IsDelayed(cluster.Durable, node) || cluster.Of(node).Report is { DelaySeconds: > 0 };

    /// <summary>What the node is behind beyond what it is to be.</summary>
    public static double? Lag(Node node, Report? report) =>
        report?.LagSeconds is not { } lag || node.DelaySeconds == 0 ? report?.LagSeconds : Math.Max(0, lag - node.DelaySeconds);

    /// <summary>
    /// A server whose applying is started again says for a moment that it has no lag. So a delayed node that is to be master is near it only
    /// once it has applied all that the master had when that was decided.
    /// </summary>
    public static bool HasCaughtUp(ClusterState cluster, Handover handover) => handover.MasterAt is { } at
        ? GtidPosition.Parse(cluster.Of(handover.To).Report?.Executed).Covers(GtidPosition.Parse(at))
        : !IsDelayed(cluster.Durable, handover.To);

    /// <summary>The handover with what its candidate has to apply first, where that is not known yet and it is delayed.</summary>
    public static Handover Note(ClusterState cluster, Handover handover, int master) =>
        handover.MasterAt is null && IsDelayed(cluster.Durable, handover.To) ? handover with { MasterAt = cluster.Of(master).Report?.Executed } : handover;
}
