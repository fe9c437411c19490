using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>A node by its place: in which cluster, under which number.</summary>
public readonly record struct NodeKey(string Cluster, int Number) : IComparable<NodeKey>
{
    public int CompareTo(NodeKey other) =>
        string.CompareOrdinal(Cluster, other.Cluster) is var byCluster and not 0 ? byCluster : Number.CompareTo(other.Number);
}

/// <summary>A node in a queue, the earliest first.</summary>
public readonly record struct QueuedNode(DateTimeOffset At, NodeKey Node) : IComparable<QueuedNode>
{
    public int CompareTo(QueuedNode other) => At.CompareTo(other.At) is var byTime and not 0 ? byTime : Node.CompareTo(other.Node);
}

/// <summary>
/// What is asked of all clusters at once, kept up to date with each change of one: so that no event costs more because
/// there are more clusters. Derived from the clusters alone.
/// </summary>
public sealed record ClusterIndex
{
    public static ClusterIndex Empty { get; } = new();

    /// <summary>Nodes that can be launched, by how long they have waited.</summary>
    public ImmutableSortedSet<QueuedNode> Waiting { get; private init; } = [];
    /// <summary>Nodes that will wait once their backoff is over, by when that is.</summary>
    public ImmutableSortedSet<QueuedNode> Delayed { get; private init; } = [];
    /// <summary>Agent → nodes whose task it has.</summary>
    public ImmutableDictionary<string, ImmutableSortedSet<NodeKey>> ByAgent { get; private init; } =
        ImmutableDictionary.Create<string, ImmutableSortedSet<NodeKey>>(StringComparer.Ordinal);

    public bool AnyWaits => !Waiting.IsEmpty || !Delayed.IsEmpty;

    public ImmutableSortedSet<NodeKey> On(AgentId agent) => ByAgent.GetValueOrDefault(agent.Value, []);

    /// <summary>One cluster is another than before; null: it was not there, or is gone.</summary>
    internal ClusterIndex Replace(Cluster? before, Cluster? after, DateTimeOffset now)
    {
        var same = before?.Paused == after?.Paused;
        if (same && ReferenceEquals(before?.Nodes, after?.Nodes))
            return this;
        var index = this;
        foreach (var node in before?.Nodes.Values ?? [])
        {
            if (!same || !ReferenceEquals(node, after?.Nodes.GetValueOrDefault(node.Number)))
                index = index.Without(new NodeKey(before!.Name, node.Number), node);
        }
        foreach (var node in after?.Nodes.Values ?? [])
        {
            if (!same || !ReferenceEquals(node, before?.Nodes.GetValueOrDefault(node.Number)))
                index = index.With(new NodeKey(after!.Name, node.Number), node, after.Paused, now);
        }
        return index;
    }

    private ClusterIndex Without(NodeKey key, Node node)
    {
        if (node.Task is { } task)
        {
            var left = On(task.Agent).Remove(key);
            return this with { ByAgent = left.IsEmpty ? ByAgent.Remove(task.Agent.Value) : ByAgent.SetItem(task.Agent.Value, left) };
        }
        return this with
        {
            Waiting = Waiting.Remove(new QueuedNode(node.WaitsSince, key)), Delayed = Delayed.Remove(new QueuedNode(node.NotBefore, key)),
        };
    }

    private ClusterIndex With(NodeKey key, Node node, bool paused, DateTimeOffset now)
    {
        if (node.Task is { } task)
            return this with { ByAgent = ByAgent.SetItem(task.Agent.Value, On(task.Agent).Add(key)) };
        if (node.Retiring || (paused && !EndedAsPlanned(node)))
            return this;
        return node.NotBefore <= now
            ? this with { Waiting = Waiting.Add(new QueuedNode(node.WaitsSince, key)) }
            : this with { Delayed = Delayed.Add(new QueuedNode(node.NotBefore, key)) };
    }

    /// <summary>For a restart, which is not left half done.</summary>
    private static bool EndedAsPlanned(Node node) => node is { Attempts: > 0, LastFailure: null };

    /// <summary>Nodes whose backoff is over wait from now on.</summary>
    internal ClusterIndex Promote(DateTimeOffset now, Func<NodeKey, Node> find)
    {
        var index = this;
        while (!index.Delayed.IsEmpty && index.Delayed.Min is var first && first.At <= now)
        {
            index = index with
            {
                Delayed = index.Delayed.Remove(first), Waiting = index.Waiting.Add(new QueuedNode(find(first.Node).WaitsSince, first.Node)),
            };
        }
        return index;
    }
}
