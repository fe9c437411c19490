using System.Collections.Immutable;

namespace Mysos.Core.Clusters.History;

/// <summary>What is kept of a cluster that is gone.</summary>
/// <param name="Created">Tells it from others of the same name, before and after it.</param>
/// <param name="Events">Oldest first; the last one says that it is gone.</param>
public sealed record PastCluster(string Name, DateTimeOffset Created, ImmutableArray<ClusterEvent> Events)
{
    /// <summary>The kind of the last event.</summary>
    public const string GoneKind = "gone";

    internal DateTimeOffset Gone => Events[^1].Time;

    /// <summary>Without what nobody asked for.</summary>
    internal PastCluster AskedForAlone() => this with { Events = [.. Events[..^1].Where(e => e.By is not null), Events[^1]] };
}
