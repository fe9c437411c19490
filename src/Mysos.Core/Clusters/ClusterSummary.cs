namespace Mysos.Core.Clusters;

/// <summary>A cluster in the list of all: without its nodes, backups and events, but with what these come to.</summary>
public sealed record ClusterSummary
{
    public required string Name { get; init; }
    public required string User { get; init; }
    public required int NumNodes { get; init; }
    public required ClusterSize Size { get; init; }
    public required string ClusterUrl { get; init; }
    public required ClusterCondition State { get; init; }
    public required string Reason { get; init; }
    public required long Epoch { get; init; }
    public string Version { get; init => field = value ?? ""; } = "";
    public ElectionView Election { get; init => field = value ?? new(); } = new();
    public MasterLossView? IfMasterDied { get; init; }
    public required DateTimeOffset Created { get; init; }
    public DateTimeOffset? PausedSince { get; init; }
    public OperationView? Operation { get; init; }
    public int NodesServing { get; init; }
    /// <summary><c>host:port</c>; null while there is none.</summary>
    public string? Master { get; init; }
    /// <summary>Of the slave that is the furthest behind; null where no lag is known.</summary>
    public double? WorstLagSeconds { get; init; }

    public static ClusterSummary Of(ClusterView cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return new ClusterSummary
        {
            Name = cluster.Name, User = cluster.User, NumNodes = cluster.NumNodes, Size = cluster.Size, ClusterUrl = cluster.ClusterUrl, State = cluster.State,
            Reason = cluster.Reason, Epoch = cluster.Epoch, Version = cluster.Version, Election = cluster.Election, IfMasterDied = cluster.IfMasterDied,
            Created = cluster.Created, PausedSince = cluster.PausedSince, Operation = cluster.Operation,
            NodesServing = cluster.NodesServing,
            Master = cluster.Master is { Host: { } host, Port: { } port } ? $"{host}:{port}" : null,
            WorstLagSeconds = cluster.WorstLagSeconds,
        };
    }
}
