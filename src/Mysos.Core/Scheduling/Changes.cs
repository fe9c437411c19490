using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>Changes of a cluster that is neither being deleted nor failed.</summary>
internal static class Changes
{
    public static (ClusterState?, Outcome) Resize(Turn turn, ClusterState cluster, int numNodes)
    {
        var durable = cluster.Durable;
        var result = Text(numNodes);
        if (durable.NumNodes == numNodes)
            return (cluster, new Outcome.Accepted(result, [$"Nothing: it has {numNodes} nodes already."]));
        var leaving = ClusterPlan.Leaving(cluster, durable, numNodes).Select(n => n.Number).Order().ToArray();
        string[] steps = leaving.Length > 0
            ? [$"{Nodes(leaving)} {(leaving.Length == 1 ? "leaves" : "leave")} the ServerSet and {(leaving.Length == 1 ? "stops" : "stop")}; the data there are destroyed.", "The master stays."]
            : [$"{Math.Max(0, numNodes - durable.Nodes.Values.Count(n => !n.Retiring))} more wait for agents that offer enough, and follow the master."];
        durable = turn.Log(durable, "cluster_resized", $"From {durable.NumNodes} to {numNodes} nodes.") with { NumNodes = numNodes };
        return (cluster with { Durable = durable }, new Outcome.Accepted(result, [.. steps]));
    }

    public static (ClusterState?, Outcome) Backup(Turn turn, ClusterState cluster, string backupId)
    {
        var durable = cluster.Durable;
        if (durable.Backups.LastOrDefault(b => b.State == BackupState.Running) is { } running)
            return Refuse($"Backup '{running.BackupId}' of this cluster is running; try again when it has ended.");
        // What a delayed slave has is old.
        var sources = durable.Nodes.Keys.Where(n => Mastership.IsServingSlave(cluster, n) || Mastership.IsServingMaster(cluster, n))
            .OrderBy(n => n != durable.Master && Delays.IsDelayed(durable, n)).ThenBy(n => n == durable.Master);
        var source = sources.Select(n => (int?)n).FirstOrDefault();
        if (source is not { } number)
        {
            return Refuse($"No node of '{durable.Name}' serves now, so there is nothing consistent to back up; "
                + "try again when the cluster is healthy.");
        }
        return (cluster with { Durable = Backups.Start(turn, durable, durable.Nodes[number], backupId) },
            new Outcome.Accepted(backupId, [$"Node {number} copies its data while it serves, into the backup {backupId}."]));
    }

    public static (ClusterState?, Outcome) Switchover(Turn turn, ClusterState cluster, int? to)
    {
        var durable = cluster.Durable;
        if (durable.Election is not null && to is { } named && LeadershipChanges.Name(turn, cluster, named) is { } done)
            return done;
        if (durable.Master is not { } master || !Mastership.IsServingMaster(cluster, master))
            return Refuse("There is no master that serves now, so there is nothing to switch over from; a new one is being elected.");
        if (durable.Handover is { } under)
        {
            return to is null || to == under.To
                ? (cluster with { Durable = durable with { Handover = under with { Chosen = true } } },
                    new Outcome.Accepted($"{Text(master)} {Text(under.To)}", ["Nothing: it is under way."]))
                : Refuse($"A switchover to node {under.To} is under way; try again when it has ended.");
        }
        if (to is { } wanted && Unfit(cluster, wanted, master) is { } unfit)
            return (null, unfit);
        if ((to ?? Clusters.Switchover.Best(turn, cluster)) is not { } next)
            return Refuse("No slave serves now that may become the master; try again when one follows the master, or name one whose promotion is never or that is delayed.");
        return (cluster with { Durable = Clusters.Switchover.Begin(turn, durable, next, "its owner asked for it", chosen: true) },
            new Outcome.Accepted($"{Text(master)} {Text(next)}",
            [
                $"Node {next} catches up with node {master}, which goes on serving.",
                $"Node {master} takes no more writes, and its clients are cut off.",
                $"Node {next} applies the last writes, and takes writes as master of epoch {durable.Epoch + 1}.",
                $"ZooKeeper tells of the new master; node {master} follows it as a slave.",
                "What cannot be done within seconds is undone.",
            ]));
    }

    public static (ClusterState?, Outcome) Restart(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        var nodes = NodeRestarts.Order(durable);
        var accepted = new Outcome.Accepted(string.Join(' ', nodes.Select(Text)),
            [.. nodes.SkipLast(1).Select(n => $"Node {n} stops and starts again, and follows the master before the next one stops."),
             .. nodes.Length > 1 ? [$"Another node becomes the master in the place of node {nodes[^1]}."] : Array.Empty<string>(),
             $"Node {nodes[^1]} stops and starts again{(nodes.Length > 1 ? "" : "; nobody serves meanwhile")}."]);
        if (durable.Restart is not null)
            return (cluster, accepted with { Steps = ["Nothing: a restart is under way."] });
        if (!NodeRestarts.AllServe(cluster, turn.Settings))
            return Refuse("Not all nodes serve now, and a restart takes one more away at a time; try again when the cluster is healthy.");
        if (NodeRestarts.IsOnlyCopy(durable))
        {
            return Refuse("The only node has its data in its sandbox, which ends with its task; a restart would lose them. "
                + "Resize the cluster to two nodes first.");
        }
        durable = turn.Log(durable, "restart_began", "Its owner asked for all nodes to be restarted, one at a time.");
        return (cluster with { Durable = durable with { Restart = new RollingRestart(turn.Now, [.. nodes]) } }, accepted);
    }

    public static (ClusterState?, Outcome) Password(Turn turn, ClusterState cluster, string sealedPassword)
    {
        var durable = turn.Log(cluster.Durable, "password_changed", "Its owner changed the password.") with
        {
            SealedPassword = sealedPassword, AccountsVersion = cluster.Durable.AccountsVersion + 1,
        };
        return (cluster with { Durable = durable }, new Outcome.Accepted(sealedPassword,
        [
            "From now on the API asks for the new password.",
            $"The master gives {durable.User} the new password; the slaves get it by replication. Connections that are open stay.",
        ]));
    }

    public static (ClusterState?, Outcome) Replace(Turn turn, ClusterState cluster, int number, bool acceptDataLoss)
    {
        var durable = cluster.Durable;
        if (!durable.Nodes.TryGetValue(number, out var node))
            return durable.Election is not null && MayHaveLastWrites(durable, number) ? GoOnWithout(turn, cluster, number, acceptDataLoss)
                : (null, NoSuchNode(durable, number, "node"));
        var accepted = new Outcome.Accepted(Text(number),
        [
            $"Node {number} leaves the ServerSet and stops; its data are destroyed when its agent offers them.",
            "A new node waits for an agent that offers enough, and copies everything from the master.",
        ]);
        if (node.Retiring)
            return (cluster, accepted with { Steps = ["Nothing: the node is being stopped already."] });
        if (durable.Master == number)
        {
            return Refuse($"Node {number} is the master; switch over to another node first. When its agent is gone for good, "
                + "tell Mesos so (MARK_AGENT_GONE): then another master is elected.");
        }
        if (durable.Election is not null && MayHaveLastWrites(durable, number))
        {
            var (goesOn, outcome) = GoOnWithout(turn, cluster, number, acceptDataLoss);
            if (goesOn is null)
                return (null, outcome);
            durable = goesOn.Durable;
        }
        durable = turn.Log(durable, "node_replaced", $"Node {number} is given up with its data; another one takes its place.");
        return (cluster with { Durable = Scheduling.Nodes.GiveUp(turn, durable, number) }, accepted);
    }

    private static bool MayHaveLastWrites(Cluster durable, int number) =>
        durable.Ackers.Contains(number) || durable.Election!.Previous == number;

    /// <summary>An election waits for this node no more. The node itself may be gone already.</summary>
    private static (ClusterState?, Outcome) GoOnWithout(Turn turn, ClusterState cluster, int number, bool acceptDataLoss)
    {
        if (!acceptDataLoss)
        {
            return (null, new Outcome.Refused(409, "accept_data_loss",
                $"A master is being elected, and node {number} may be the only one with the last writes that were acknowledged. "
                + "Wait for it; or send accept_data_loss=true to go on without them."));
        }
        var (durable, election) = (cluster.Durable, cluster.Durable.Election!);
        durable = turn.Log(durable, "data_loss_accepted", $"Its owner gives node {number} up, and with it writes that only it may have.") with
        {
            Ackers = durable.Ackers.Remove(number),
            Election = election with { Previous = election.Previous == number ? null : election.Previous },
        };
        return (cluster with { Durable = durable }, new Outcome.Accepted(Text(number), ["A master is elected among the other nodes; writes that only this one had are lost."]));
    }

    private static Outcome.Refused? Unfit(ClusterState cluster, int to, int master) =>
        !cluster.Durable.Nodes.ContainsKey(to) ? NoSuchNode(cluster.Durable, to, "to")
        : to == master ? new Outcome.Refused(409, "to", $"Node {to} is the master already.")
        : !Mastership.IsServingSlave(cluster, to) ? new Outcome.Refused(409, "to", $"Node {to} does not follow the master now, so it cannot take over.")
        : null;

    public static Outcome.Refused NoSuchNode(Cluster cluster, int number, string field) => new(404, field,
        $"Cluster '{cluster.Name}' has no node {number}; its nodes are {string.Join(", ", cluster.Nodes.Keys)}.");

    private static (ClusterState?, Outcome) Refuse(string why) => (null, new Outcome.Refused(409, null, why));

    private static string Nodes(int[] numbers) => $"{(numbers.Length == 1 ? "Node" : "Nodes")} {string.Join(", ", numbers)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
