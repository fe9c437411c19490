using System.Collections.Immutable;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>Restarts all nodes of a cluster one at a time; clients lose no more than one node at any moment.</summary>
internal static class NodeRestarts
{
    /// <summary>The slaves, then the master.</summary>
    public static ImmutableArray<int> Order(Cluster cluster) =>
        [.. cluster.Nodes.Values.Where(n => !n.Retiring).Select(n => n.Number).OrderBy(n => n == cluster.Master).ThenBy(n => n)];

    public static bool AllServe(ClusterState cluster, SchedulerSettings settings) =>
        cluster.Durable is var durable && durable is { Election: null, Master: { } master } && durable.Nodes.Count == durable.NumNodes
        && AckSet.IsComplete(cluster, settings) && durable.Nodes.Values.All(n => n is { Restarting: false, Retiring: false, Task: not null }
            && (n.Number == master ? Mastership.IsServingMaster(cluster, master) : Mastership.IsServingSlave(cluster, n.Number)));

    /// <summary>A restart would lose all data: they are in one sandbox.</summary>
    public static bool IsOnlyCopy(Cluster cluster) => cluster.Nodes.Count == 1 && cluster.Nodes.Values.First().Volume is null;

    /// <summary>The node's turn comes later again.</summary>
    public static Cluster PutOff(Cluster durable, int number) => durable.Nodes[number] is { Restarting: true } node
        ? durable with
        {
            Nodes = durable.Nodes.SetItem(number, node with { Restarting = false }),
            Restart = durable.Restart is { } restart ? restart with { Left = restart.Left.Add(number) } : null,
        }
        : durable;

    /// <summary>Begins with the next node once all serve; a cluster that loses a node meanwhile gets it back first.</summary>
    public static Cluster Advance(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable is not { Restart: { } restart, Handover: null, Paused: false } || !AllServe(cluster, turn.Settings))
            return durable;
        var left = restart.Left.Intersect(durable.Nodes.Keys);
        if (left.IsEmpty)
        {
            return turn.Log(durable, "restart_done", $"All nodes were restarted within {(turn.Now - restart.Since).TotalSeconds:F0} s.") with
            {
                Restart = null,
            };
        }
        if (IsOnlyCopy(durable))
        {
            return turn.Log(durable, "restart_abandoned", "The last node is not restarted: its data are in its sandbox, which ends with its task.") with
            {
                Restart = null,
            };
        }
        var next = Order(durable).First(left.Contains);
        if (next == durable.Master && Switchover.Best(turn, cluster) is { } heir)
            return Switchover.Begin(turn, durable, heir, $"node {next} is to be restarted");
        durable = turn.Log(durable, "node_restarts", $"Node {next} is restarted.");
        return durable with
        {
            Restart = restart with { Left = left.Remove(next) },
            Nodes = durable.Nodes.SetItem(next, durable.Nodes[next] with { Restarting = true }),
        };
    }
}
