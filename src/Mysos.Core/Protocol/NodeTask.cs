using Mysos.Core.Clusters;

namespace Mysos.Core.Protocol;

/// <summary>
/// What a task's <c>data</c> tells the executor about its node. It holds no secret: the accounts are asked for with a
/// <see cref="Hello"/> and come sealed.
/// </summary>
public sealed record NodeTask
{
    public required string Cluster { get; init; }
    /// <summary>Number of the node in its cluster, never used twice.</summary>
    public required int Node { get; init; }
    /// <summary>
    /// Unique in the cluster, above 0. MySQL's <c>server_id</c> is made of it and of the time when the node's data are made.
    /// </summary>
    public required uint ServerId { get; init; }
    /// <summary>The host name that clients are told.</summary>
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required ClusterSize Size { get; init; }
    /// <summary>The container path of the persistent volume, relative to the sandbox; null with <c>--storage=sandbox</c>.</summary>
    public string? VolumePath { get; init; }
    /// <summary>The backup that an empty data directory is filled from; null: an empty server.</summary>
    public string? BackupId { get; init; }
    /// <summary><c>--backup_store_args</c>: the directory that backups are in; null when there is none.</summary>
    public string? BackupStore { get; init; }
    /// <summary>How many times the node's data was given up; an executor that finds a lower number in its data wipes them.</summary>
    public int Rebuild { get; init; }
}
