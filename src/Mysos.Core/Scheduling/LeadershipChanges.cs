using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>Changes of what decides who becomes master.</summary>
internal static class LeadershipChanges
{
    /// <summary>What is not given stays what it is.</summary>
    public static (ClusterState?, Outcome) Election(Turn turn, ClusterState cluster, ElectionRequested asked)
    {
        var (policy, timeout, count) = (asked.Policy, asked.Timeout, asked.SyncReplicas);
        var durable = cluster.Durable with
        {
            ElectionPolicy = policy is { } p ? p.Own : cluster.Durable.ElectionPolicy,
            ElectionTimeout = timeout is { } t ? t.Own : cluster.Durable.ElectionTimeout,
            SyncReplicas = count is { } c ? c.Own : cluster.Durable.SyncReplicas,
        };
        var result = $"{ElectionText.Of(durable.ElectionPolicy)} {ElectionText.Of(durable.ElectionTimeout)} {ElectionText.Of(durable.SyncReplicas)}";
        if (durable == cluster.Durable)
            return (cluster, new Outcome.Accepted(result, ["Nothing: it is so already."]));
        var terms = Terms(turn, durable);
        var ackers = ElectionTerms.SyncReplicasOf(durable, turn.Settings);
        durable = turn.Log(durable, "election_changed", $"Its owner changed how masters are elected: {terms}; each write is acknowledged by {Slaves(ackers)}.");
        return (cluster with { Durable = durable }, new Outcome.Accepted(result,
        [
            $"An election without anybody who is sure to have the last writes {terms}.",
            $"Each write is acknowledged by {Slaves(ackers)}, while so many serve; MariaDB's by one.",
            .. durable.Election is null ? Array.Empty<string>() : ["That goes for the election that is under way, too."],
        ]));
    }

    private static string Slaves(int count) => count == 1 ? "one slave" : $"{count} slaves";

    private static string Terms(Turn turn, Cluster durable) =>
        ElectionTerms.PolicyOf(durable, turn.Settings) == ElectionPolicy.Lossless ? "waits"
        : $"elects one of those that answer after {Durations.Format(ElectionTerms.TimeoutOf(durable, turn.Settings))}";

    public static (ClusterState?, Outcome) Promote(Turn turn, ClusterState cluster, int number, Promotion promotion)
    {
        var durable = cluster.Durable;
        if (!durable.Nodes.TryGetValue(number, out var node))
            return (null, Changes.NoSuchNode(durable, number, "node"));
        if (node.Retiring)
            return (null, new Outcome.Refused(409, "node", $"Node {number} is being stopped, so it will not be master."));
        var result = $"{Text(number)} {EnumWords.Of(promotion)}";
        if (node.Promotion == promotion)
            return (cluster, new Outcome.Accepted(result, ["Nothing: it is so already."]));
        durable = turn.Log(durable, "promotion_changed", $"Its owner set the promotion of node {number} to {EnumWords.Of(promotion)}.") with
        {
            Nodes = durable.Nodes.SetItem(number, node with { Promotion = promotion }), ChosenEpoch = 0,
        };
        return (cluster with { Durable = durable }, new Outcome.Accepted(result, [.. Steps(durable, number, promotion)]));
    }

    private static IEnumerable<string> Steps(Cluster after, int number, Promotion promotion)
    {
        switch (promotion)
        {
            case Promotion.Prefer:
                yield return $"Node {number} is elected among those that have as much as it has.";
                if (after.Master != number)
                    yield return $"It becomes the master by a switchover, once all nodes serve and it is close to the master.";
                break;
            case Promotion.Never when !Promotions.Bars(after, number):
                yield return "It is so for all nodes now, or they are delayed, so any of them may be master as before.";
                break;
            case Promotion.Never:
                yield return $"Node {number} is not elected, but for want of another after the timeout of the policy available; a switchover to it must name it.";
                if (after.Master == number)
                    yield return "Another node becomes the master by a switchover, once all nodes serve.";
                if (after.Ackers.Contains(number))
                    yield return "Another slave acknowledges writes in its place, once one serves.";
                break;
            default:
                yield return $"Node {number} is elected as any other.";
                break;
        }
    }

    /// <summary>
    /// The owner names, during an election, a node that could be master at once if its promotion were not never, or it were not delayed. Null: that is not
    /// what the election waits for.
    /// </summary>
    public static (ClusterState?, Outcome)? Name(Turn turn, ClusterState cluster, int number)
    {
        var election = cluster.Durable.Election!;
        var named = election with { Named = number };
        if (Electorate.Decide(cluster, election, turn.Now, turn.Settings) is not Electorate.Outcome.Waiting
            || Electorate.Decide(cluster, named, turn.Now, turn.Settings) is not Electorate.Outcome.Elected { Node: var elected } || elected != number)
            return null;
        return (cluster with { Durable = cluster.Durable with { Election = named } },
            new Outcome.Accepted(election.Previous is { } previous ? $"{Text(previous)} {Text(number)}" : Text(number),
            [
                $"Node {number} is elected although {Promotions.Because(cluster.Durable, [number], "its promotion is never", "it is delayed")}, and takes writes as master of epoch {election.Epoch}.",
                "ZooKeeper tells of the new master; the other nodes follow it.",
            ]));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
