using Mysos.Core.Elections;

namespace Mysos.Core.Clusters.Explaining;

/// <summary>What an operator can do.</summary>
public static class Advices
{
    public static IEnumerable<Advice> For(ClusterView cluster)
    {
        var name = cluster.Name;
        switch (cluster.State)
        {
            case ClusterCondition.Deleting:
                return [new("see it end", $"mysos wait {name} --for deleted")];
            case ClusterCondition.Failed:
                return [new("make room for another try", $"mysos delete {name}")];
            case var _ when cluster.PausedSince is not null:
                return [new("have Mysos look after it again", $"mysos resume {name}")];
            case ClusterCondition.Electing:
                return [.. Electing(cluster)];
        }
        return [.. cluster.Nodes.OrderBy(n => n.ServerId).SelectMany(n => OfNode(name, n)), .. OfHomeless(cluster), .. OfRisk(cluster), .. Planned(cluster)];
    }

    private static IEnumerable<Advice> Electing(ClusterView cluster)
    {
        yield return new("lose nothing", "bring back the agents and servers of the nodes that it waits for");
        foreach (var node in cluster.Nodes.Where(n => n.Promotion == Promotion.Never && n.State != NodeState.Unreachable && n.TaskId.Length > 0))
            yield return new($"allow node {node.ServerId}, whose promotion is never, if it has all writes", $"mysos switchover {cluster.Name} --to {node.ServerId}");
        foreach (var node in cluster.Nodes.Where(n => n.State is NodeState.Down or NodeState.Unreachable))
            yield return new($"go on without node {node.ServerId} and the writes that only it may have", $"mysos replace {cluster.Name} --node {node.ServerId} --accept-data-loss");
        if (cluster.Election.Policy == ElectionPolicy.Lossless)
            yield return new("elect among the nodes that answer, at the risk of the last writes", $"mysos election {cluster.Name} --election-policy available");
    }

    private static IEnumerable<Advice> OfNode(string name, NodeView node)
    {
        var replace = $"mysos replace {name} --node {node.ServerId}";
        switch (node)
        {
            case { State: NodeState.Unreachable }:
                yield return new($"have node {node.ServerId} back with its data", $"bring back agent {node.Agent}, or {node.Host}'s network");
                yield return new($"have another node in the place of node {node.ServerId}", replace);
                break;
            case { State: NodeState.Waiting or NodeState.Down, TaskId: "", Agent: { } agent }:
                yield return new($"have node {node.ServerId} back with its data", $"bring back agent {agent}");
                yield return new($"have another node in the place of node {node.ServerId}", replace);
                break;
            case { State: NodeState.Down or NodeState.Joining, Role: not NodeRole.Master, Reason.Length: > 0 } when !IsHomeless(node):
                yield return new($"copy node {node.ServerId} anew from the master", replace);
                break;
        }
    }

    private static IEnumerable<Advice> OfHomeless(ClusterView cluster)
    {
        if (cluster.Nodes.Where(IsHomeless).ToArray() is { Length: > 0 } nodes)
            yield return new($"let {NodeNames.All(nodes)} start", "give agents of this role that much, as the refusals that are counted say");
    }

    private static bool IsHomeless(NodeView node) => node is { State: NodeState.Waiting or NodeState.Down, TaskId: "", Agent: null };

    private static IEnumerable<Advice> OfRisk(ClusterView cluster)
    {
        if (cluster is { IfMasterDied.MayLoseWrites: true, NumNodes: 1 })
            yield return new("have a second copy of the data", $"mysos resize {cluster.Name} --nodes 2");
        if (cluster.Master is not null && cluster.Nodes.All(n => n.Role != NodeRole.Slave))
            yield return new("have the data elsewhere", $"mysos backup {cluster.Name}");
    }

    private static IEnumerable<Advice> Planned(ClusterView cluster)
    {
        if (cluster.State != ClusterCondition.Healthy)
            yield break;
        if (cluster.Nodes.Length > 1)
            yield return new("move the master away, without losing a write", $"mysos switchover {cluster.Name}");
        yield return new("restart its nodes, one at a time", $"mysos restart {cluster.Name}");
    }
}

/// <param name="To">What it is good for.</param>
/// <param name="Do">A command, or what is to be done elsewhere.</param>
public sealed record Advice(string To, string Do);
