using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// Compares a cluster with what it should be and takes the steps that are possible now. Run after each event that
/// touched the cluster, and on each tick; running it again without news changes nothing.
/// </summary>
internal static class ClusterPlan
{
    private static readonly TimeSpan KillAgain = TimeSpan.FromSeconds(5);

    public static void Advance(Turn turn, string name)
    {
        if (turn.Find(name) is not { } cluster)
            return;
        var durable = Backups.FailOrphaned(turn, cluster.Durable);
        if (!durable.Paused)
            durable = Nodes.Abandon(turn, cluster with { Durable = durable });
        durable = Resize(turn, cluster, durable);
        if (!durable.Paused)
        {
            durable = Switchover.LeaveMachine(turn, cluster with { Durable = durable });
            durable = Promotions.MoveMaster(turn, cluster with { Durable = durable });
        }
        durable = Mastership.Advance(turn, cluster with { Durable = durable });
        durable = NodeRestarts.Advance(turn, cluster with { Durable = durable });
        turn.Put(cluster with { Durable = durable });

        Announcement.Advance(turn, name);
        EndTasks(turn, name);
        if (Finish(turn, name))
            return;
        Directives.Send(turn, name);
    }

    private static Cluster Resize(Turn turn, ClusterState cluster, Cluster durable)
    {
        var wanted = durable.Deleting || durable.Failure is not null ? 0 : durable.NumNodes;
        var staying = durable.Nodes.Values.Where(n => !n.Retiring).ToImmutableArray();
        for (var missing = wanted - staying.Length; missing > 0; missing--)
        {
            var node = new Node { Number = durable.NextNode, WaitsSince = turn.Now };
            durable = durable with { NextNode = durable.NextNode + 1, Nodes = durable.Nodes.Add(node.Number, node) };
        }
        foreach (var node in Leaving(cluster, durable, wanted).ToArray())
        {
            if (wanted > 0)
                durable = turn.Log(durable, "node_leaves", $"Node {node.Number} leaves: {durable.NumNodes} wanted.");
            durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, node with { Retiring = true }) };
        }
        // A retiring node that has no task is gone.
        foreach (var node in durable.Nodes.Values.Where(n => n is { Retiring: true, Task: null }))
        {
            Orphans.Add(turn, node);
            durable = durable with { Nodes = durable.Nodes.Remove(node.Number) };
        }
        return durable;
    }

    /// <summary>
    /// Which nodes go when there are to be <paramref name="wanted"/>: never the master, nor, while one is elected, who alone is sure to
    /// have the last writes; those that do not serve first, and an acker last.
    /// </summary>
    public static IEnumerable<Node> Leaving(ClusterState cluster, Cluster durable, int wanted)
    {
        var staying = durable.Nodes.Values.Where(n => !n.Retiring).ToImmutableArray();
        return staying
            .Where(n => wanted == 0 || (n.Number != durable.Master
                && (durable.Election is not { } election || (n.Number != election.Previous && !durable.Ackers.Contains(n.Number)))))
            .OrderBy(n => durable.Ackers.Contains(n.Number))
            .ThenBy(n => cluster.Of(n.Number).Report is { Serving: true })
            .ThenByDescending(n => n.Number)
            .Take(staying.Length - wanted);
    }

    /// <summary>
    /// Retiring and restarting nodes are killed once nobody is told of them any more; who is only to be restarted, while a master serves: else it may
    /// be the one that has every acknowledged write, and its data may be in its sandbox. An acker lives until the master does not wait for it any more.
    /// </summary>
    private static void EndTasks(Turn turn, string name)
    {
        var cluster = turn.Find(name)!;
        var served = cluster.Durable.Master is { } master && Mastership.IsServingMaster(cluster, master);
        foreach (var node in cluster.Durable.Nodes.Values.Where(n => n is { Task: not null } && (n.Retiring || (n.Restarting && served))))
        {
            var seen = cluster.Of(node.Number);
            var announced = cluster.Announced is null || Announcement.Contains(cluster.Announced, node.Number);
            if (announced || (served && AckSet.IsLeaving(cluster.Durable, node.Number)) || (seen.KillSent is { } sent && turn.Now - sent < KillAgain) || !turn.State.Mesos.Connected)
                continue;
            turn.Do(new KillTask(node.Task!.Id, node.Task.Agent), name);
            cluster = cluster with { Observed = cluster.Observed.SetItem(node.Number, seen with { KillSent = turn.Now }) };
        }
        turn.Put(cluster);
    }

    /// <summary>A deleted cluster without nodes: its ServerSet goes, then the cluster.</summary>
    private static bool Finish(Turn turn, string name)
    {
        var cluster = turn.Find(name)!;
        if (!cluster.Durable.Deleting || !cluster.Durable.Nodes.IsEmpty)
            return false;
        if (!cluster.RemovingServerSet)
        {
            turn.Do(new RemoveServerSet(name, cluster.Durable.Incarnation), name);
            turn.Put(cluster with { RemovingServerSet = true });
        }
        return true;
    }
}
