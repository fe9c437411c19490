using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Protocol;

namespace Mysos.Core.Clusters;

/// <summary>Nodes that come, go, or get other data.</summary>
internal static class NodeOperations
{
    /// <summary>Until all nodes have served at once.</summary>
    public static OperationView Creation(ClusterState cluster)
    {
        var durable = cluster.Durable;
        var nodes = durable.Nodes.Values.Where(n => !n.Retiring).ToImmutableArray();
        var one = durable.NumNodes == 1;
        (string, int)[] restored = durable.BackupId is { } backup
            ? [($"{(one ? "it restores" : "they restore")} the backup {backup}", nodes.Count(n => cluster.Of(n.Number).Report is { Phase: NodePhase.Starting or NodePhase.Running }))] : [];
        return AllOf("creation", durable.Created, durable.NumNodes,
        [
            (one ? "its node waits for an agent that offers enough" : "its nodes wait for agents that offer enough", nodes.Count(n => n.Task is not null)),
            .. restored,
            (one ? "its server starts" : "their servers start", nodes.Count(n => cluster.Of(n.Number).Runs)),
            (one ? "it serves" : "they serve", nodes.Count(n => Serves(cluster, n))),
        ], one ? [] : ["slaves get all writes, to acknowledge those that follow"]);
    }

    /// <summary>Nodes that have never served, and those that leave; null: there are none.</summary>
    public static OperationView? Resize(ClusterState cluster)
    {
        var durable = cluster.Durable;
        var leaving = durable.Nodes.Values.Where(n => n.Retiring).Select(n => n.Number).ToImmutableArray();
        var coming = durable.Nodes.Values.Where(n => n is { Retiring: false, DataMade: null } && !Serves(cluster, n)).ToImmutableArray();
        if (leaving.IsEmpty && coming.IsEmpty)
            return null;
        var (come, leave) = (Names([.. coming.Select(n => n.Number)]), Names(leaving));
        var name = leaving.IsEmpty ? $"{come} {(coming.Length == 1 ? "is" : "are")} added"
            : coming.IsEmpty ? $"{leave} {(leaving.Length == 1 ? "leaves" : "leave")}"
            : $"{come} {(coming.Length == 1 ? "takes" : "take")} the place of {leave}";
        ImmutableArray<string> steps = leaving.IsEmpty ? [] : [$"clients are told of {leave} no more", $"{leave} {(leaving.Length == 1 ? "stops" : "stop")}"];
        if (coming.IsEmpty)
            return Operations.Steps(name, Newest(durable, "node_leaves", "node_replaced", "node_abandoned"), Gone(), steps);
        var arrival = AllOf(name, coming.Min(n => n.WaitsSince), coming.Length,
        [
            ($"{come} {(coming.Length == 1 ? "waits" : "wait")} for an agent that offers enough", coming.Count(n => n.Task is not null)),
            (coming.Length == 1 ? "its server starts" : "their servers start", coming.Count(n => cluster.Of(n.Number).Runs)),
            (coming.Length == 1 ? "it follows the master" : "they follow the master", 0),
        ], []);
        return leaving.IsEmpty ? arrival
            : Operations.Steps(name, arrival.Since, Gone(), [.. steps, .. arrival.Steps.Select(s => s.Text)]);

        int Gone() => cluster.Announced is { } set && leaving.Any(n => Announcement.Contains(set, n)) ? 0 : 1;
    }

    /// <summary>A node whose data cannot follow the master gets those of another one; null: none does.</summary>
    public static OperationView? Rebuild(ClusterState cluster)
    {
        var durable = cluster.Durable;
        foreach (var node in durable.Nodes.Values.Where(n => n is { Rebuild: > 0, Retiring: false, Task: not null } && !Serves(cluster, n)))
        {
            if (cluster.Of(node.Number) is not { Report: { } report } seen)
                continue;
            int? step = report.Rebuild < node.Rebuild ? 0 : report.Phase == NodePhase.Restoring ? 1
                : report.DataMade is { } made && made != node.DataMade ? 2 : null;
            if (step is not { } current)
                continue;
            var donor = seen.Sent?.Donor?.Node;
            var of = donor is { } giver && cluster.Of(giver).Report?.DataMb is { } all ? string.Create(CultureInfo.InvariantCulture, $", of about {all:F0} MB") : "";
            return Operations.Steps($"rebuild of node {node.Number}", Newest(durable, "node_rebuilt"), current,
            [
                "its data are removed",
                current == 1 && report.Reason is { } far ? far + of : donor is { } from ? $"it copies the data of node {from}" : "it copies the data of another node",
                "its server starts, and follows the master",
            ]);
        }
        return null;
    }

    public static OperationView Deletion(Cluster durable)
    {
        var all = Math.Max(durable.NumNodes, durable.Nodes.Count);
        return AllOf("deletion", Newest(durable, "cluster_deleted"), all, [("its nodes stop", all - durable.Nodes.Count)], ["its ServerSet is removed"]);
    }

    /// <summary>Stages that each node goes through, with how many have; then what all of them wait for.</summary>
    private static OperationView AllOf(string name, DateTimeOffset since, int all, ImmutableArray<(string Text, int Done)> stages, ImmutableArray<string> last)
    {
        var current = stages.TakeWhile(s => s.Done >= all).Count();
        return Operations.Steps(name, since, Math.Min(current, stages.Length + last.Length - 1),
            [.. stages.Select(s => all == 1 ? s.Text : $"{s.Text} ({Math.Min(s.Done, all)} of {all})"), .. last]);
    }

    private static bool Serves(ClusterState cluster, Node node) =>
        Mastership.IsServingMaster(cluster, node.Number) || Mastership.IsServingSlave(cluster, node.Number);

    /// <summary>When the newest event of these kinds was; where it is no longer known, it was before all that are.</summary>
    private static DateTimeOffset Newest(Cluster durable, params string[] kinds) =>
        (durable.Events.FindLast(e => kinds.Contains(e.Kind)) ?? durable.Events.FirstOrDefault())?.Time ?? durable.Created;

    private static string Names(ImmutableArray<int> nodes) => nodes.Length == 1 ? $"node {nodes[0]}" : $"nodes {string.Join(", ", nodes)}";
}
