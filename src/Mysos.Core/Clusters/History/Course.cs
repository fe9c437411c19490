using System.Collections.Immutable;

namespace Mysos.Core.Clusters.History;

/// <summary>Something that took its time in a cluster, from its first event to its last.</summary>
/// <param name="Steps">What happened on the way, the last event included.</param>
public sealed record Course(CourseKind Kind, string Cluster, DateTimeOffset Began, ImmutableArray<ClusterEvent> Steps)
{
    public DateTimeOffset Ended => Steps[^1].Time;

    public TimeSpan Duration => Ended > Began ? Ended - Began : TimeSpan.Zero;

    /// <summary>The course that this event of the cluster's history ends; null: it ends none, or its beginning is no longer known.</summary>
    public static Course? EndedBy(ClusterView cluster, ClusterEvent last)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(last);
        return last.Kind switch
        {
            "cluster_complete" => From(CourseKind.Create, cluster, last, "cluster_created", cluster.Created),
            "failed_over" => From(CourseKind.Failover, cluster, last, "master_lost", null),
            "switched_over" => From(CourseKind.Switchover, cluster, last, "switchover_began", null),
            _ => null,
        };
    }

    private static Course? From(CourseKind kind, ClusterView cluster, ClusterEvent last, string first, DateTimeOffset? began)
    {
        var end = cluster.Events.LastIndexOf(last);
        var start = end;
        while (start >= 0 && cluster.Events[start].Kind != first)
            start--;
        return (start, began) switch
        {
            ( >= 0, _) => new Course(kind, cluster.Name, cluster.Events[start].Time, cluster.Events[(start + 1)..(end + 1)]),
            (_, { } known) => new Course(kind, cluster.Name, known, cluster.Events[..(end + 1)]),
            _ => null,
        };
    }
}

public enum CourseKind { Create, Failover, Switchover }
