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

    /// <summary>The same of an event of whichever cluster; also null when that is gone.</summary>
    public static Course? EndedBy(SchedulerView view, FleetEvent last)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(last);
        return view.Clusters.TryGetValue(last.Cluster, out var cluster) && cluster.Created == last.ClusterCreated
            ? EndedBy(cluster, new ClusterEvent(last.Time, last.Kind, last.Text) { By = last.By }) : null;
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
        // What is kept from before a gap may be the beginning of another one.
        var events = EventRetention.WithoutGaps(cluster.Events);
        var (first, end) = (Beginning(kind), events.LastIndexOf(last));
        if (end < 0)
            return null;
        var start = end;
        while (start >= 0 && events[start].Kind != first)
            start--;
        return start >= 0 ? new Course(kind, cluster.Name, events[start].Time, events[(start + 1)..(end + 1)])
            : kind == CourseKind.Create ? new Course(kind, cluster.Name, cluster.Created, events[..(end + 1)])
            : null;
    }
}

public enum CourseKind { Create, Failover, Switchover, Restart, Backup, Pause }
