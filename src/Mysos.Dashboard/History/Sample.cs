using Mysos.Core.Clusters;
using Mysos.Core.Elections;

namespace Mysos.Dashboard.History;

/// <summary>What is drawn of a cluster at one moment. Null: it was not known then.</summary>
/// <param name="Transactions">That the cluster has executed in all.</param>
/// <param name="Lag">Seconds, of the slave that is furthest behind.</param>
/// <param name="Connections">Of all nodes.</param>
/// <param name="DataMb">MiB, of the node with the most.</param>
public readonly record struct Sample(DateTimeOffset At, long? Transactions, double? Lag, int? Connections, double? DataMb)
{
    public static Sample Of(ClusterView cluster, DateTimeOffset at) => new(
        at,
        cluster.Master?.Gtid is { } gtid ? GtidPosition.Parse(gtid).Count : null,
        cluster.Nodes.Max(n => n.LagSeconds),
        cluster.Nodes.Any(n => n.Connections is not null) ? cluster.Nodes.Sum(n => n.Connections ?? 0) : null,
        cluster.Nodes.Max(n => n.DataMb));

    /// <summary>Null where either is not known, or another master counts from less.</summary>
    public double? WritesPerSecondSince(Sample before) =>
        Transactions - before.Transactions is >= 0 and var count && (At - before.At).TotalSeconds is > 0 and var seconds ? count / seconds : null;
}
