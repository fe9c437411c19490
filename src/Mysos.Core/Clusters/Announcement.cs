using System.Collections.Immutable;
using Mysos.Core.Clusters.History;
using Mysos.Core.Discovery;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>Which nodes clients are told of: no slave that is delayed, for they would read what is long past.</summary>
internal static class Announcement
{
    public static ServerSet Wanted(ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable.Deleting || durable.Failure is not null)
            return ServerSet.Empty;
        var staying = durable.Nodes.Values.Where(n => n is { Retiring: false, Restarting: false, Task: not null }).ToImmutableArray();
        var master = staying.Where(n => Mastership.IsServingMaster(cluster, n.Number)).Select(Member).FirstOrDefault();
        var slaves = staying
            .Where(n => n.Number != master?.Number && n.DelaySeconds == 0 && (Mastership.IsServingSlave(cluster, n.Number) || StillReads(cluster, n.Number)))
            .Select(Member);
        return new ServerSet(master, [.. slaves]);
    }

    /// <summary>
    /// A slave that was announced goes on serving reads while a master is elected, and while it becomes the master: so
    /// that one transaction can move it.
    /// </summary>
    private static bool StillReads(ClusterState cluster, int node) =>
        (cluster.Announcing ?? cluster.Announced) is { } announced && announced.Slaves.Any(m => m.Number == node)
        && cluster.Of(node) is { Runs: true, Report.Diverged: false } seen
        && (cluster.Durable.Election is not null
            || cluster.Durable.Master is { } master && (master == node || !Mastership.IsServingMaster(cluster, master)
                || seen.Report!.Epoch < cluster.Durable.Epoch || seen.Report.Role == DirectedRole.Candidate));

    private static ServerSetMember Member(Node node) => new(node.Number, node.Task!.Endpoint);

    public static bool Contains(ServerSet set, int node) =>
        set.Master?.Number == node || set.Slaves.Any(m => m.Number == node);

    public static void Advance(Turn turn, string name)
    {
        var cluster = turn.Find(name)!;
        var wanted = Wanted(cluster);
        if ((cluster.Announcing ?? cluster.Announced)?.Equals(wanted) == true)
            return;
        var publish = new PublishServerSet(name, cluster.Durable.Incarnation, wanted);
        // Who takes writes was told to, so all that its announcement needs is durable: clients need not wait for what is noted of it now.
        if (wanted.Master is null || cluster.Announcing is not null)
            turn.Do(publish, name);
        else
            turn.Do(publish);
        turn.Put(cluster with { Announcing = wanted });
    }

    public static void Published(Turn turn, ServerSetPublished published) => turn.Change(published.Cluster, cluster =>
        cluster.Durable.Incarnation != published.Incarnation ? cluster : cluster with
        {
            Announced = published.Set,
            Announcing = published.Set.Equals(cluster.Announcing) ? null : cluster.Announcing,
            Durable = Succeeded(turn, cluster.Durable, published.Set.Master?.Number),
        });

    /// <summary>All of a failover in one event.</summary>
    private static Cluster Succeeded(Turn turn, Cluster durable, int? announced)
    {
        if (durable.Succession is not { Serves: { } serves, Of: var election } succession || announced != durable.Master)
            return durable;
        string Ms(DateTimeOffset from, DateTimeOffset to) => $"{Math.Max(0, (to - from).TotalMilliseconds):F0} ms";
        return turn.Log(durable, "failed_over",
            $"Node {durable.Master} took over from node {election.Previous} in {Ms(election.Since, turn.Now)} (elected after {Ms(election.Since, succession.Elected)}, "
            + $"takes writes {Ms(succession.Elected, serves)} later, announced {Ms(serves, turn.Now)} after that): {election.Why ?? "its end was seen"}") with
        {
            Succession = null,
        };
    }

    public static void Removed(Turn turn, ServerSetRemoved removed)
    {
        if (turn.Find(removed.Cluster) is not { } cluster || cluster.Durable.Incarnation != removed.Incarnation)
            return;
        var gone = turn.Log(cluster.Durable, PastCluster.GoneKind, "Its nodes have ended, and the cluster is gone.");
        turn.State = turn.State with { Record = Repetition.Forget(turn.State.Record, gone), Past = turn.State.Past.With(gone, turn.Now) };
        turn.Remove(removed.Cluster);
    }
}
