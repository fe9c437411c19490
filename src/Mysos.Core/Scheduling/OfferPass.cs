using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>Fills waiting nodes from the offers of one event; every offer is answered.</summary>
internal static class OfferPass
{
    /// <summary>How long a node waits for an agent without a node of its cluster, while other agents may yet be offered.</summary>
    private static readonly TimeSpan WaitForOwnAgent = TimeSpan.FromSeconds(5);
    private const double LongRefusal = 3600;
    private const double ShortRefusal = 2;

    public static void Run(Turn turn, IReadOnlyList<Offer> offers)
    {
        Agents.Offered(turn, offers);
        var pools = offers.Select(o => new ResourcePool(o, turn.State.Record.FrameworkId?.Value)).ToArray();
        var operations = pools.ToDictionary(p => p.Offer.Id, _ => new List<Operation>());
        var users = pools.ToDictionary(p => p.Offer.Id, _ => new HashSet<string>(StringComparer.Ordinal));

        foreach (var pool in pools)
            operations[pool.Offer.Id].AddRange(Orphans.Release(turn, pool));
        foreach (var (name, number) in Waiting(turn).ToArray())
        {
            var cluster = turn.Find(name)!;
            var node = cluster.Durable.Nodes[number];
            if (Choose(turn, cluster, node, pools) is not { } pool)
                continue;
            var launch = Launch.Prepare(turn, cluster.Durable, node, pool);
            operations[pool.Offer.Id].AddRange(launch.Operations);
            users[pool.Offer.Id].Add(name);
            turn.Put(cluster with
            {
                Refusals = cluster.Refusals.Clear(),
                Observed = cluster.Observed.Remove(number),
                Durable = turn.Log(cluster.Durable with { Nodes = cluster.Durable.Nodes.SetItem(number, launch.Node) }, "node_launched",
                    $"Node {number} is launched on {pool.Offer.Hostname}:{launch.Node.Task!.Endpoint.Port} (agent {pool.Offer.AgentId})."),
            });
        }
        AnswerAll(turn, pools, operations, users);
    }

    private static void AnswerAll(
        Turn turn, ResourcePool[] pools, Dictionary<OfferId, List<Operation>> operations, Dictionary<OfferId, HashSet<string>> users)
    {
        var refuse = OfferDemand.Wants(turn) ? ShortRefusal : LongRefusal;
        var unused = pools.Where(p => operations[p.Offer.Id].Count == 0).Select(p => p.Offer.Id).ToImmutableArray();
        foreach (var pool in pools.Where(p => operations[p.Offer.Id].Count > 0))
        {
            turn.Do(new AcceptOffer(pool.Offer.Id, [.. operations[pool.Offer.Id]], refuse) { After = [.. users[pool.Offer.Id]] });
        }
        if (!unused.IsEmpty)
            turn.Do(new DeclineOffers(unused, refuse));
        var launched = operations.Values.Sum(list => list.Count(o => o.Launch is not null));
        var counters = turn.State.Counters;
        turn.State = turn.State with
        {
            Counters = counters with
            {
                ResourceOffers = counters.ResourceOffers + pools.Length,
                OffersUnused = counters.OffersUnused + unused.Length,
                TasksLaunched = counters.TasksLaunched + launched,
            },
        };
    }

    /// <summary>Nodes that could be launched now; the longest wait first.</summary>
    private static IEnumerable<(string Cluster, int Node)> Waiting(Turn turn) =>
        turn.State.Clusters.Values
            .SelectMany(c => c.Durable.Nodes.Values.Select(n => (Cluster: c.Durable.Name, Node: n)))
            .Where(w => OfferDemand.IsWaiting(w.Node, turn.Now))
            .OrderBy(w => w.Node.WaitsSince).ThenBy(w => w.Cluster, StringComparer.Ordinal).ThenBy(w => w.Node.Number)
            .Select(w => (w.Cluster, w.Node.Number));

    private static ResourcePool? Choose(Turn turn, ClusterState cluster, Node node, ResourcePool[] pools)
    {
        var taken = cluster.Durable.Nodes.Values
            .Where(n => n.Number != node.Number && (n.Task?.Agent ?? n.Volume?.Agent) is not null)
            .GroupBy(n => (n.Task?.Agent ?? n.Volume!.Agent).Value).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var refusals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var fitting = new List<ResourcePool>();
        foreach (var pool in pools)
        {
            if (Refuse(turn, cluster, node, pool, taken) is { } why)
                refusals[why] = refusals.GetValueOrDefault(why) + 1;
            else
                fitting.Add(pool);
        }
        if (!cluster.Refusals.SequenceEqual(refusals))
            turn.Put(cluster with { Refusals = refusals.ToImmutableSortedDictionary(StringComparer.Ordinal) });
        return fitting
            .OrderBy(p => taken.GetValueOrDefault(p.Offer.AgentId.Value))
            .ThenByDescending(p => p.Free("mem"))
            .ThenBy(p => p.Offer.AgentId.Value, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    private static string? Refuse(Turn turn, ClusterState cluster, Node node, ResourcePool pool, Dictionary<string, int> taken)
    {
        if (node.Volume is { } volume)
        {
            if (pool.Offer.AgentId != volume.Agent)
                return $"not the agent that has the node's volume ({volume.Hostname}, {volume.Agent})";
            return Launch.LacksForVolume(cluster.Durable, volume, pool);
        }
        if (taken.ContainsKey(pool.Offer.AgentId.Value))
        {
            var others = turn.State.Agents.Values.Any(a => a.Reachable && !taken.ContainsKey(a.Id));
            if (turn.Settings.UniqueAgents || (others && turn.Now - node.WaitsSince < WaitForOwnAgent))
                return "agent has a node of this cluster already";
        }
        return pool.Lacks(Launch.Needs(cluster.Durable));
    }
}

/// <summary>Asks for offers while something waits for them, and for none otherwise.</summary>
internal static class OfferDemand
{
    private static readonly TimeSpan ReviveAgain = TimeSpan.FromSeconds(5);
    /// <summary>However fast clusters are created.</summary>
    private static readonly TimeSpan ReviveApart = TimeSpan.FromMilliseconds(100);

    public static bool IsWaiting(Node node, DateTimeOffset now) => node is { Task: null, Retiring: false } && node.NotBefore <= now;

    public static bool Wants(Turn turn) =>
        !turn.State.Orphans.IsEmpty
        || turn.State.Clusters.Values.Any(c => c.Durable.Nodes.Values.Any(n => n is { Task: null, Retiring: false }));

    public static void Adjust(Turn turn)
    {
        var state = turn.State;
        if (!state.Mesos.Connected)
            return;
        if (!Wants(turn))
        {
            if (!state.Suppressed)
                turn.Do(new SuppressOffers());
            Set(turn, state with { Suppressed = true, WaitingNodes = 0, ReviveDue = false });
            return;
        }
        // Whoever began to wait just now is not kept waiting for the filters of those that wait in vain.
        var waiting = turn.State.Clusters.Values.Sum(c => c.Durable.Nodes.Values.Count(n => IsWaiting(n, turn.Now)));
        var due = state.ReviveDue || state.Suppressed || waiting > state.WaitingNodes || turn.Now - state.RevivedAt >= ReviveAgain;
        var now = due && turn.Now - state.RevivedAt >= ReviveApart;
        if (now)
            turn.Do(new ReviveOffers());
        Set(turn, state with
        {
            Suppressed = state.Suppressed && !now, ReviveDue = due && !now, WaitingNodes = waiting,
            RevivedAt = now ? turn.Now : state.RevivedAt,
        });
    }

    /// <summary>The same object when nothing changed, so that nobody is shown a new view of it.</summary>
    private static void Set(Turn turn, SchedulerState next)
    {
        if (next != turn.State)
            turn.State = next;
    }
}

/// <summary>Agents as offers and failures show them.</summary>
internal static class Agents
{
    public static void Offered(Turn turn, IReadOnlyList<Offer> offers)
    {
        var agents = turn.State.Agents;
        foreach (var offer in offers)
        {
            double Sum(string name) => offer.Resources.Where(r => r.Name == name).Sum(r => r.Scalar?.Value ?? 0);
            agents = agents.SetItem(offer.AgentId.Value, new AgentView
            {
                Id = offer.AgentId.Value,
                Hostname = offer.Hostname,
                Address = offer.Url?.Address is { } address ? $"{address.Ip ?? address.Hostname}:{address.Port}" : null,
                OfferedCpus = Sum("cpus"), OfferedMemMb = Sum("mem"), OfferedDiskMb = Sum("disk"),
            });
        }
        turn.State = turn.State with { Agents = agents };
    }

    public static void MarkUnreachable(Turn turn, AgentId agent)
    {
        if (turn.State.Agents.GetValueOrDefault(agent.Value) is { } there)
            turn.State = turn.State with { Agents = turn.State.Agents.SetItem(agent.Value, there with { Reachable = false }) };
    }
}

/// <summary>Gives back volumes and reservations of nodes that are gone.</summary>
internal static class Orphans
{
    public static IEnumerable<Operation> Release(Turn turn, ResourcePool pool)
    {
        foreach (var owner in pool.Owners.ToArray())
        {
            var cluster = TaskNames.ClusterOf(new TaskId(owner)) is { } name ? turn.Find(name) : null;
            if (cluster?.Durable.Nodes.Values.Any(n => n.Volume?.Id == owner) == true)
                continue;
            turn.State = turn.State with { Orphans = turn.State.Orphans.Remove(owner) };
            var resources = pool.OwnedBy(owner).ToArray();
            var volumes = resources.Where(r => r.Disk?.Persistence is not null).ToArray();
            if (volumes.Length > 0)
                yield return new Operation { Type = "DESTROY", Destroy = new Operation.VolumesOperation(volumes) };
            yield return new Operation
            {
                Type = "UNRESERVE", Unreserve = new Operation.ResourcesOperation([.. resources.Select(r => r with { Disk = null })]),
            };
        }
    }
}
