using System.Collections.Immutable;

namespace Mysos.Core.Clusters.History;

/// <summary>Something that took its time in a cluster, from its first event to its last.</summary>
/// <param name="Steps">What happened on the way, the last event included.</param>
/// <param name="Failed">It came to nothing.</param>
public sealed record Course(CourseKind Kind, string Cluster, DateTimeOffset Began, ImmutableArray<ClusterEvent> Steps, bool Failed = false)
{
    public DateTimeOffset Ended => Steps[^1].Time;

    public TimeSpan Duration => Ended > Began ? Ended - Began : TimeSpan.Zero;

    /// <summary>Of which course an event of this kind is the end, and whether that failed then; null: of none.</summary>
    public static (CourseKind Kind, bool Failed)? EndOf(string kind) => kind switch
    {
        "cluster_complete" => (CourseKind.Create, false),
        "cluster_failed" => (CourseKind.Create, true),
        "failed_over" => (CourseKind.Failover, false),
        "switched_over" => (CourseKind.Switchover, false),
        "switchover_undone" => (CourseKind.Switchover, true),
        "restart_done" => (CourseKind.Restart, false),
        "restart_abandoned" => (CourseKind.Restart, true),
        "backup_done" => (CourseKind.Backup, false),
        "backup_failed" => (CourseKind.Backup, true),
        "cluster_resumed" => (CourseKind.Pause, false),
        _ => null,
    };

    /// <summary>The course that this event of the cluster's history ends; null: it ends none, or its beginning is no longer known.</summary>
    public static Course? EndedBy(ClusterView cluster, ClusterEvent last)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentNullException.ThrowIfNull(last);
        return EndOf(last.Kind) is var (kind, failed) && From(kind, cluster, last) is { } course ? course with { Failed = failed } : null;
    }

    private static string Beginning(CourseKind kind) => kind switch
    {
        CourseKind.Create => "cluster_created",
        CourseKind.Failover => "master_lost",
        CourseKind.Switchover => "switchover_began",
        CourseKind.Restart => "restart_began",
        CourseKind.Backup => "backup_started",
        _ => "cluster_paused",
    };

    private static Course? From(CourseKind kind, ClusterView cluster, ClusterEvent last)
    {
        var (first, end) = (Beginning(kind), cluster.Events.LastIndexOf(last));
        var start = end;
        while (start >= 0 && cluster.Events[start].Kind != first)
            start--;
        return start >= 0 ? new Course(kind, cluster.Name, cluster.Events[start].Time, cluster.Events[(start + 1)..(end + 1)])
            : kind == CourseKind.Create ? new Course(kind, cluster.Name, cluster.Created, cluster.Events[..(end + 1)])
            : null;
    }
}

public enum CourseKind { Create, Failover, Switchover, Restart, Backup, Pause }
