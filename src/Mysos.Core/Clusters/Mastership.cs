using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>Who is master: the first one, the loss of one, and the next.</summary>
internal static class Mastership
{
    public static Cluster Advance(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable.Deleting || durable.Failure is not null)
            return durable;
        if (durable.Election is not null)
            return Elect(turn, cluster);
        if (durable.Master is not { } master)
            return durable.Epoch == 0 ? First(turn, durable) : durable;
        if (MasterLoss.Of(turn, cluster with { Durable = durable }, master) is { } why)
            return durable.Paused ? durable : Begin(turn, cluster, master, why);
        durable = Progress(turn, cluster, master);
        return durable.Handover is null ? durable : Switchover.Advance(turn, cluster with { Durable = durable }, master);
    }

    /// <summary>
    /// The first master needs no votes: no node of the cluster has ever taken a write, so all are the same. It is named
    /// with its launch, before it runs, which saves a round trip.
    /// </summary>
    private static Cluster First(Turn turn, Cluster durable)
    {
        var first = durable.Nodes.Values.Where(n => n is { Retiring: false, Task: not null } && !Promotions.Bars(durable, n.Number))
            .OrderBy(n => Promotions.Rank(durable, n.Number)).FirstOrDefault();
        if (first is null)
            return durable;
        return turn.Log(durable with { Master = first.Number, Epoch = 1 }, "master_named", $"Node {first.Number} is to be the first master.");
    }

    private static Cluster Begin(Turn turn, ClusterState cluster, int master, string why)
    {
        var durable = turn.Log(cluster.Durable, "master_lost", $"Node {master} is no longer master: {why}");
        durable = durable with { Master = null, Handover = null, Election = new Election(durable.Epoch + 1, turn.Now, master, why), Succession = null };
        return Elect(turn, cluster with { Durable = durable });
    }

    private static Cluster Elect(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        var election = durable.Election!;
        if (Electorate.Decide(cluster, election, turn.Now, turn.Settings) is not Electorate.Outcome.Elected elected)
            return durable;
        var seconds = (turn.Now - election.Since).TotalSeconds;
        durable = turn.Log(durable, "master_elected",
            $"Node {elected.Node} is master of epoch {election.Epoch} after {seconds:F2} s: {elected.Why}");
        foreach (var counted in elected.Ackers.Add(elected.Node))
            durable = durable with { Nodes = durable.Nodes.SetItem(counted, durable.Nodes[counted] with { DataMade = cluster.Of(counted).Report!.DataMade }) };
        durable = NodeRestarts.PutOff(durable, elected.Node) with
        {
            Master = elected.Node, Epoch = election.Epoch, Election = null, Succession = new Succession(election, turn.Now),
            ChosenEpoch = election.Named == elected.Node ? election.Epoch : durable.ChosenEpoch,
        };
        return AckSet.Begin(durable, elected.Ackers,
            n => Electorate.HasStopped(cluster.Of(n), election.Epoch));
    }

    /// <summary>What the reports of a settled epoch add to what is durable.</summary>
    private static Cluster Progress(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        if (!IsServingMaster(cluster, master))
            return durable;
        if (durable.ServedEpoch < durable.Epoch)
        {
            durable = turn.Log(durable with { ServedEpoch = durable.Epoch }, "master_serves", $"Node {master} takes writes.");
            durable = durable with { Succession = durable.Succession is { } succession ? succession with { Serves = turn.Now } : null };
        }
        durable = AckSet.Advance(turn, cluster with { Durable = durable }, master);
        if (!durable.Completed && AckSet.IsComplete(cluster with { Durable = durable }, turn.Settings) && durable.Nodes.Keys.Count(n => n != master && IsServingSlave(cluster, n)) + 1 >= durable.NumNodes)
            durable = turn.Log(durable with { Completed = true }, "cluster_complete", durable.NumNodes == 1 ? "Its node serves." : $"All {durable.NumNodes} nodes serve.");
        return durable;
    }

    public static bool IsServingMaster(ClusterState cluster, int node) =>
        cluster.Durable.Master == node
        && cluster.Of(node).Report is { Phase: NodePhase.Running, Role: DirectedRole.Master, Serving: true } report
        && report.Epoch == cluster.Durable.Epoch;

    public static bool IsServingSlave(ClusterState cluster, int node) =>
        cluster.Of(node).Report is { Phase: NodePhase.Running, Role: DirectedRole.Slave, Serving: true } report
        && report.Epoch == cluster.Durable.Epoch
        && cluster.Durable.Nodes.TryGetValue(node, out var there) && there is { Retiring: false, Restarting: false, Task: not null };
}
