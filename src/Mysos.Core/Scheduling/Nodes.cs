using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>Giving up a node with its data; another one takes its place. Only an operator decides it, or a long absence.</summary>
internal static class Nodes
{
    /// <summary>
    /// The cluster without the node. A task that Mesos can reach is ended first, once nobody is told of it any more; one
    /// that it cannot is killed when it shows up, and the volume destroyed when it is offered.
    /// </summary>
    public static Cluster GiveUp(Turn turn, Cluster cluster, int number)
    {
        var node = cluster.Nodes[number];
        if (node.Task is { Unreachable: false })
            return cluster with { Nodes = cluster.Nodes.SetItem(number, node with { Retiring = true, Restarting = false }) };
        Orphans.Add(turn, node);
        return cluster with { Nodes = cluster.Nodes.Remove(number) };
    }

    /// <summary>
    /// <c>--abandon_volume_after</c>: gives up nodes whose agent has stayed away for so long, while the master serves, so
    /// that nothing but a copy is lost.
    /// </summary>
    public static Cluster Abandon(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (turn.Settings.AbandonVolumeAfter is not { } patience || durable.Deleting || !OfferDemand.AllAreOffered(turn)
            || durable.Master is not { } master || !Mastership.IsServingMaster(cluster, master))
            return durable;
        foreach (var node in durable.Nodes.Values.Where(n => n is { Volume: not null, Retiring: false } && n.Number != master))
        {
            if (AwaySince(turn, node) is not { } since || turn.Now - since < patience)
                continue;
            durable = turn.Log(durable, "node_abandoned",
                $"Node {node.Number} is given up with its data: agent {node.Volume!.Hostname} ({node.Volume.Agent}) has been away since {since:u}.");
            durable = GiveUp(turn, durable, node.Number);
        }
        return durable;
    }

    /// <summary>Since when the node has waited for its agent without seeing it; null: its task runs.</summary>
    private static DateTimeOffset? AwaySince(Turn turn, Node node)
    {
        if (node.Task is { } task)
            return task.UnreachableSince;
        var offered = turn.State.Agents.GetValueOrDefault(node.Volume!.Agent.Value)?.OfferedAt;
        return offered > node.WaitsSince ? offered : node.WaitsSince;
    }
}
