using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Fleet;

/// <summary>A cluster as the fleet's table shows and sorts it.</summary>
public sealed record ClusterRow
{
    public required string Name { get; init; }
    public required string User { get; init; }
    public required ClusterCondition Condition { get; init; }
    public required string Reason { get; init; }
    /// <summary><c>host:port</c>; null while there is no master.</summary>
    public required string? Master { get; init; }
    public required int Serving { get; init; }
    public required int Wanted { get; init; }
    /// <summary>Seconds, of the slave that is furthest behind; null when none has told.</summary>
    public required double? WorstLag { get; init; }
    public required ClusterSize Size { get; init; }
    public required DateTimeOffset Created { get; init; }
    /// <summary>Where its nodes are, for the search.</summary>
    public required string Hosts { get; init; }

    public StatePresentation State => ConditionPresentation.Of(Condition);

    public static ClusterRow Of(ClusterView cluster) => new()
    {
        Name = cluster.Name,
        User = cluster.User,
        Condition = cluster.State,
        Reason = cluster.Reason,
        Master = ConnectLines.Endpoint(cluster.Master),
        Serving = cluster.Nodes.Count(n => n.State == NodeState.Serving),
        Wanted = cluster.NumNodes,
        WorstLag = cluster.Nodes.Where(n => n.Role == NodeRole.Slave).Max(n => n.LagSeconds),
        Size = cluster.Size,
        Created = cluster.Created,
        Hosts = string.Join(' ', cluster.Nodes.Select(n => n.Host).OfType<string>()),
    };
}
