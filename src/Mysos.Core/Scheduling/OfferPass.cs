using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>Fills waiting nodes from the offers of one event; every offer is answered.</summary>
internal static class OfferPass
{
    private const double LongRefusal = 3600;
    private const double ShortRefusal = 2;
    /// <summary>A node that waits in vain says why, but not anew with each offer.</summary>
    private static readonly TimeSpan RefusalsApart = TimeSpan.FromSeconds(1);
    private static readonly ImmutableSortedDictionary<string, int> Paced = ImmutableSortedDictionary<string, int>.Empty.Add(
        $"many nodes are to be launched, {Pace.Launches.PerSecond} a second", 1);

    private static readonly ImmutableSortedDictionary<string, int> Behind = ImmutableSortedDictionary<string, int>.Empty.Add(
        "the scheduler is behind with what executors and Mesos have told it", 1);

    public static void Run(Turn turn, IReadOnlyList<Offer> offers)
    {
        Agents.Offered(turn, offers);
        var owner = SchedulerRecord.OwnerOf(turn.State.Record);
        var pools = offers.Select(o => new ResourcePool(o, turn.Settings.Role, owner)).ToArray();
        var answers = new Dictionary<OfferId, OfferAnswer>();
        foreach (var pool in pools)
        {
            if (Orphans.Release(turn, pool).ToArray() is { Length: > 0 } release)
            {
                var answer = AnswerTo(answers, pool);
                answer.Operations.AddRange(release);
                // That nobody claims them must be durable first.
                answer.Released.AddRange(pool.Owners.Select(o => TaskNames.ClusterOf(new TaskId(o))).OfType<string>());
            }
        }
        var placement = new Placement(turn, pools);
        foreach (var waiting in turn.State.Index.Waiting)
        {
            var cluster = turn.Find(waiting.Node.Cluster)!;
            var node = cluster.Durable.Nodes[waiting.Node.Number];
            if (Hearing.IsBehind(turn))
            {
                Refuse(turn, cluster, node, Behind);
                break;
            }
            if (Pace.Launches.Take(turn.State.Demand.Launches, turn.Now) is not { } allowance)
            {
                Refuse(turn, cluster, node, Paced);
                break;
            }
            if (placement.Choose(cluster, node, out var refusals) is not { } candidate)
            {
                Refuse(turn, cluster, node, refusals);
                continue;
            }
            turn.State = turn.State with { Demand = turn.State.Demand with { Launches = allowance } };
            var pool = candidate.Pool;
            var launch = Launch.Prepare(turn, cluster.Durable, node, pool, candidate.Zone is "" ? null : candidate.Zone);
            placement.Took(candidate);
            AnswerTo(answers, pool).Add(waiting.Node.Cluster, launch.Operations);
            Reconciliation.Launched(turn, launch.Node.Task!.Id);
            turn.Put(cluster with
            {
                Observed = cluster.Observed.Remove(node.Number),
                Durable = turn.Log(cluster.Durable with { Nodes = cluster.Durable.Nodes.SetItem(node.Number, launch.Node) }, "node_launched",
                    $"Node {node.Number} is launched on {pool.Offer.Hostname}:{launch.Node.Task.Endpoint.Port} (agent {pool.Offer.AgentId})."),
            });
        }
        AnswerAll(turn, pools, answers);
    }

    private static void Refuse(Turn turn, ClusterState cluster, Node node, ImmutableSortedDictionary<string, int> refusals)
    {
        var seen = cluster.Of(node.Number);
        if (turn.Now - seen.RefusedAt >= RefusalsApart && !seen.Refusals.SequenceEqual(refusals))
            turn.Put(cluster with { Observed = cluster.Observed.SetItem(node.Number, seen with { Refusals = refusals, RefusedAt = turn.Now }) });
    }

    private static void AnswerAll(Turn turn, ResourcePool[] pools, Dictionary<OfferId, OfferAnswer> answers)
    {
        var refuse = OfferDemand.Wants(turn) ? ShortRefusal : LongRefusal;
        var unused = ImmutableArray.CreateBuilder<OfferId>();
        var launched = 0;
        foreach (var offer in pools.Select(p => p.Offer.Id))
        {
            if (!answers.TryGetValue(offer, out var answer))
            {
                unused.Add(offer);
                continue;
            }
            turn.Do(new AcceptOffer(offer, [.. answer.Operations], refuse) { After = [.. answer.Clusters.Union(answer.Released)] });
            launched += answer.Clusters.Count;
        }
        if (unused.Count > 0)
            turn.Do(new DeclineOffers(unused.ToImmutable(), refuse));
        var counters = turn.State.Counters;
        turn.State = turn.State with
        {
            Counters = counters with
            {
                ResourceOffers = counters.ResourceOffers + pools.Length,
                OffersUnused = counters.OffersUnused + unused.Count,
                OffersIncompatibleRole = counters.OffersIncompatibleRole + pools.Count(p => p.IsOfAnotherRole),
                TasksLaunched = counters.TasksLaunched + launched,
            },
        };
    }

    private static OfferAnswer AnswerTo(Dictionary<OfferId, OfferAnswer> answers, ResourcePool pool)
    {
        if (!answers.TryGetValue(pool.Offer.Id, out var answer))
            answers[pool.Offer.Id] = answer = new OfferAnswer();
        return answer;
    }

    private sealed class OfferAnswer
    {
        public List<Operation> Operations { get; } = [];
        /// <summary>Whose nodes are launched, once for each.</summary>
        public List<string> Clusters { get; } = [];
        /// <summary>Whose volumes and reservations are given back.</summary>
        public List<string> Released { get; } = [];

        public void Add(string cluster, IEnumerable<Operation> operations)
        {
            Clusters.Add(cluster);
            Operations.AddRange(operations);
        }
    }
}
