namespace Mysos.Core.Clusters.History;

/// <summary>What became of something that has ended a moment ago.</summary>
/// <param name="Text">A clause: <c>the switchover was undone</c>.</param>
/// <param name="Took">Null where its beginning is no longer known.</param>
public sealed record Outcome(string Text, bool Failed, ClusterEvent End, TimeSpan? Took)
{
    /// <summary>So long it is told.</summary>
    public static readonly TimeSpan Told = TimeSpan.FromMinutes(10);

    /// <summary>The newest failure after which the same did not succeed; without one, the newest success. Null: nothing has ended lately.</summary>
    public static Outcome? Of(ClusterView cluster, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var ends = cluster.Events.Reverse().TakeWhile(e => now - e.Time < Told).Where(e => Say(e.Kind) is not null)
            .Select(e => (Event: e, Of: Course.EndOf(e.Kind)!.Value)).DistinctBy(e => e.Of.Kind);
        return ends.OrderByDescending(e => e.Of.Failed)
            .Select(e => new Outcome(Say(e.Event.Kind)!, e.Of.Failed, e.Event, Course.EndedBy(cluster, e.Event)?.Duration)).FirstOrDefault();
    }

    private static string? Say(string kind) => kind switch
    {
        "cluster_complete" => "the cluster is complete",
        "failed_over" => "another node took over",
        "switched_over" => "the switchover is done",
        "switchover_undone" => "the switchover was undone",
        "restart_done" => "the restart is done",
        "restart_abandoned" => "the restart was given up",
        "backup_done" => "the backup is done",
        "backup_failed" => "the backup failed",
        _ => null,
    };
}
