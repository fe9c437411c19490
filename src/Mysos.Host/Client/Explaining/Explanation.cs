using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Explaining;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Host.Client.Explaining;

/// <summary>Why a cluster is as it is, what comes next, and what somebody can do about it.</summary>
/// <param name="Why">Empty: nothing is wrong.</param>
/// <param name="Operation">Null: nothing is under way.</param>
/// <param name="Next">What happens by itself, a sentence each.</param>
/// <param name="IfMasterDied">Null: there is no master.</param>
internal sealed record Explanation(
    string Cluster, string State, string Why, ImmutableArray<ExplainedNode> Nodes, OperationView? Operation, ImmutableArray<string> Next, string? IfMasterDied,
    ImmutableArray<Advice> YouCan)
{
    public static Explanation Of(ClusterView cluster)
    {
        cluster = cluster.Nodes.IsDefault ? cluster with { Nodes = [] } : cluster;
        return new Explanation(
            cluster.Name, EnumWords.Of(cluster.State) + (cluster.PausedSince is null ? "" : ", and paused"), cluster.Reason, [.. cluster.Nodes.Select(Node)], cluster.Operation, [.. Prospects.Of(cluster)],
            cluster.IfMasterDied?.Text, [.. Advices.For(cluster)]);
    }

    private static ExplainedNode Node(NodeView node) => new(
        (int)node.ServerId, EnumWords.Of(node.Role), EnumWords.Of(node.State), string.Join("; ", Words(node)));

    private static IEnumerable<string> Words(NodeView node)
    {
        if (node.Reason is { Length: > 0 } reason)
            yield return reason;
        if (node.Acker)
            yield return "has every acknowledged write";
        if (node.LagSeconds is > 0 and var lag)
            yield return FormattableString.Invariant($"is {lag:0.#} s behind the master");
        if (node.DelaySeconds > 0)
            yield return $"applies the master's writes {DelayText.Of(node.DelaySeconds)} late, as it is to";
        if (node.Promotion != Promotion.Neutral)
            yield return node.Promotion == Promotion.Never ? "is never to be the master" : "is preferred as the master";
    }
}

internal sealed record ExplainedNode(int Node, string Role, string State, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Explanation))]
internal sealed partial class ExplanationJson : JsonSerializerContext;
