using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>Changes of how late a node applies its master's writes.</summary>
internal static class DelayChanges
{
    public static (ClusterState?, Outcome) Delay(Turn turn, ClusterState cluster, int number, int seconds)
    {
        var durable = cluster.Durable;
        if (!durable.Nodes.TryGetValue(number, out var node))
            return (null, Changes.NoSuchNode(durable, number, "node"));
        if (node.Retiring)
            return (null, new Outcome.Refused(409, "node", $"Node {number} is being stopped, so it will apply nothing more."));
        var result = string.Create(CultureInfo.InvariantCulture, $"{number} {seconds}");
        if (node.DelaySeconds == seconds)
            return (cluster, new Outcome.Accepted(result, ["Nothing: it is so already."]));
        durable = turn.Log(durable, "delay_changed", $"Its owner set the delay of node {number} to {DelayText.Of(seconds)}.") with
        {
            Nodes = durable.Nodes.SetItem(number, node with { DelaySeconds = seconds }),
            ChosenEpoch = durable.Master == number ? 0 : durable.ChosenEpoch,
        };
        return (cluster with { Durable = durable }, new Outcome.Accepted(result, [.. Steps(durable, number, seconds)]));
    }

    private static IEnumerable<string> Steps(Cluster after, int number, int seconds)
    {
        if (seconds == 0)
        {
            yield return $"Node {number} applies at once what it has not applied yet, and all that follows; ZooKeeper tells of it as of any other.";
            yield break;
        }
        yield return after.Master == number ? $"Node {number} is the master; as a slave it applies each write {DelayText.Of(seconds)} after its master."
            : $"Node {number} applies each write {DelayText.Of(seconds)} after its master, and leaves the ServerSet: what it shows is old.";
        if (!Promotions.Bars(after, number))
        {
            yield return "No node is left that is neither delayed nor never to be master, so any of them may be master.";
            yield break;
        }
        yield return $"It is not elected, but for want of another after the timeout of the policy available; a switchover to it must name it. It applies all first.";
        if (after.Master == number)
            yield return "Another node becomes the master by a switchover, once all nodes serve.";
        if (after.Ackers.Contains(number))
            yield return "Another slave acknowledges writes in its place, once one serves.";
    }
}
