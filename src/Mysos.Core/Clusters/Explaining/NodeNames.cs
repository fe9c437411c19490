using System.Globalization;

namespace Mysos.Core.Clusters.Explaining;

/// <summary>Nodes of which the same is said, named once.</summary>
public static class NodeNames
{
    /// <summary>The subject of a verb in the singular: <c>node 2</c>, <c>each of nodes 2 and 3</c>.</summary>
    public static string Each(IEnumerable<NodeView> nodes) => (nodes.Skip(1).Any() ? "each of " : "") + All(nodes);

    /// <summary><c>node 2</c>, <c>nodes 2 and 3</c>, <c>nodes 1, 2 and 4</c>.</summary>
    public static string All(IEnumerable<NodeView> nodes)
    {
        var ids = nodes.Select(n => n.ServerId).Order().Select(id => id.ToString(CultureInfo.InvariantCulture)).ToArray();
        return ids.Length == 1 ? $"node {ids[0]}" : $"nodes {string.Join(", ", ids[..^1])} and {ids[^1]}";
    }
}
