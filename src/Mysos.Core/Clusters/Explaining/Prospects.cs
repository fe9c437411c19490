using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;

namespace Mysos.Core.Clusters.Explaining;

/// <summary>What happens next by itself.</summary>
public static class Prospects
{
    public static IEnumerable<string> Of(ClusterView cluster)
    {
        if (cluster.State == ClusterCondition.Failed)
            return ["Nothing: it will never serve."];
        if (cluster.State == ClusterCondition.Deleting)
            return ["Its nodes end, their data are destroyed, and then its ZNode goes away."];
        if (cluster.PausedSince is { } since)
            return [$"Nothing: it has been paused since {since:u}, until it is resumed."];
        return [.. OfCluster(cluster), .. OfNodes(cluster)];
    }

    private static IEnumerable<string> OfCluster(ClusterView cluster)
    {
        switch (cluster.State)
        {
            case ClusterCondition.Healthy when cluster.Operation is null:
                yield return "Nothing is under way.";
                break;
            case ClusterCondition.Creating when cluster.Master is null:
                yield return "The first node that serves becomes the master, and is announced in ZooKeeper once it takes writes.";
                break;
            case ClusterCondition.Electing when cluster.Election.Policy == ElectionPolicy.Available:
                yield return $"A node with every acknowledged write is elected as soon as one answers; after {cluster.Election.Timeout}, the most advanced of those that do.";
                break;
            case ClusterCondition.Electing:
                yield return "A node with every acknowledged write is elected as soon as one answers; until then nothing can be written, however long it takes.";
                break;
            case ClusterCondition.Degraded when cluster.Master is { } master && cluster.IfMasterDied is { MayLoseWrites: true } && cluster.Nodes.Any(n => n.Role == NodeRole.Slave):
                yield return $"Once a slave has all that node {master.ServerId} has, a write is acknowledged only when both have it.";
                break;
        }
    }

    private static IEnumerable<string> OfNodes(ClusterView cluster) =>
        from node in cluster.Nodes
        orderby node.ServerId
        group node by OfNode(cluster, node) into same
        where same.Key is not null
        select $"{Capital(NodeNames.Each(same))} {same.Key}";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>What can be said of a node without its name; null: nothing is to come.</summary>
    private static string? OfNode(ClusterView cluster, NodeView node)
    {
        if (node.TaskId.Length == 0 && node.State is NodeState.Waiting or NodeState.Down)
        {
            var needs = AgentResources.OfNode(cluster.Size);
            return node.Agent is not null
                ? "starts again on its volume as soon as its agent offers it."
                : $"starts as soon as an agent offers {ClusterSizeText.FormatCpus(needs.Cpus)} cpus, "
                    + $"{SizeText.Format((long)needs.MemMb)} memory and {SizeText.Format(cluster.Size.DiskMb)} disk.";
        }
        return node.State switch
        {
            NodeState.Launching => "reports once its agent has fetched and started the executor.",
            NodeState.Starting or NodeState.Restoring => "is given its role once its mysqld answers.",
            NodeState.Joining => "is announced once it has its role and serves.",
            NodeState.Down => "is started again by its executor.",
            NodeState.Unreachable => "is taken back as it is when its agent answers again; its data stay where they are.",
            NodeState.Stopping => "goes away when its task has ended, with its data.",
            _ => null,
        };
    }
}
