using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters;

/// <summary>A line of one cluster's history, among those of all.</summary>
/// <param name="Id">Its place: what follows it, follows it in the same order at the next reading.</param>
/// <param name="Kind">As in <see cref="ClusterEvent"/>, as are the others.</param>
public sealed record FleetEvent(string Id, string Cluster, DateTimeOffset Time, string Kind, string Text, string? By = null)
{
    /// <summary>When the cluster was created: another one may have its name.</summary>
    [JsonIgnore]
    public DateTimeOffset ClusterCreated { get; init; }
}
