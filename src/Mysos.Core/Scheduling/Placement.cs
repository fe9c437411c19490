using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Finds the offer for a node, among those of one pass: the node's volume decides; without one, an agent, a host and a
/// zone with fewest nodes of the cluster, and there the agent with most memory left.
/// </summary>
internal sealed class Placement
{
    /// <summary>How long a node waits for an agent without a node of its cluster, while other agents may yet be offered.</summary>
    private static readonly TimeSpan WaitForOwnAgent = TimeSpan.FromSeconds(5);

    private readonly Turn _turn;
    private readonly int _offers;
    private readonly ILookup<string, Candidate> _byAgent;
    /// <summary>Offers that new nodes can be placed on, by zone, those with most memory left first.</summary>
    private readonly SortedDictionary<string, SortedSet<Candidate>> _zones = new(StringComparer.Ordinal);
    /// <summary>Offers closed to new nodes, by reason.</summary>
    private readonly ImmutableSortedDictionary<string, int> _closed;
    /// <summary>Sizes that nothing is left for: the whole search is not made again for each node that wants as much.</summary>
    private readonly Dictionary<ClusterSize, ImmutableSortedDictionary<string, int>> _hopeless = [];

    public Placement(Turn turn, IReadOnlyCollection<ResourcePool> pools)
    {
        _turn = turn;
        _offers = pools.Count;
        var closed = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        var candidates = pools.Select((pool, order) => new Candidate(pool, order, Agents.ZoneOf(pool.Offer, turn.Settings.SpreadBy) ?? "")).ToArray();
        foreach (var candidate in candidates)
        {
            if (WhyClosed(candidate.Pool) is { } why)
                Add(closed, why);
            else if (_zones.TryGetValue(candidate.Zone, out var zone))
                zone.Add(candidate);
            else
                _zones[candidate.Zone] = new SortedSet<Candidate> { candidate };
        }
        _closed = closed.ToImmutable();
        _byAgent = candidates.ToLookup(c => c.Pool.Offer.AgentId.Value, StringComparer.Ordinal);
    }

    /// <summary>Where the node is to be launched; null: nowhere, and why.</summary>
    public Candidate? Choose(ClusterState cluster, Node node, out ImmutableSortedDictionary<string, int> refusals) =>
        node.Volume is { } volume ? WithVolume(cluster, volume, out refusals) : Anew(cluster, node, out refusals);

    /// <summary>Something was taken from the candidate's offer.</summary>
    public void Took(Candidate candidate)
    {
        var zone = _zones.GetValueOrDefault(candidate.Zone);
        var listed = zone?.Remove(candidate) == true;
        candidate.Measure();
        if (listed)
            zone!.Add(candidate);
    }

    private Candidate? WithVolume(ClusterState cluster, NodeVolume volume, out ImmutableSortedDictionary<string, int> refusals)
    {
        var why = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        var here = _byAgent[volume.Agent.Value].ToArray();
        foreach (var candidate in here)
        {
            if (Launch.LacksForVolume(cluster.Durable, volume, candidate.Pool) is not { } lacks)
            {
                refusals = ImmutableSortedDictionary<string, int>.Empty;
                return candidate;
            }
            Add(why, lacks);
        }
        if (_offers > here.Length)
            why[$"not the agent that has the node's volume ({volume.Hostname}, {volume.Agent})"] = _offers - here.Length;
        refusals = why.ToImmutable();
        return null;
    }

    private Candidate? Anew(ClusterState cluster, Node node, out ImmutableSortedDictionary<string, int> refusals)
    {
        var size = cluster.Durable.Size;
        if (_hopeless.TryGetValue(size, out refusals!))
            return null;
        var others = new Neighbours(cluster.Durable, node);
        var shareable = MayShare(node, others);
        var needs = Launch.Needs(cluster.Durable).ToArray();
        var why = _closed.ToBuilder();
        var fits = 0;
        (Candidate Candidate, (int, int, int, double) Cost)? best = null;
        foreach (var (zone, candidates) in _zones.OrderBy(z => others.InZone(z.Key)))
        {
            foreach (var candidate in candidates)
            {
                if (candidate.Pool.Lacks(needs, _turn.Settings.Volumes) is { } lacks)
                {
                    Add(why, lacks);
                    continue;
                }
                fits++;
                var onAgent = others.OnAgent(candidate.Pool.Offer.AgentId.Value);
                if (onAgent > 0 && !shareable)
                {
                    Add(why, "agent has a node of this cluster already");
                    continue;
                }
                var cost = (onAgent, others.OnHost(candidate.Pool.Offer.Hostname), others.InZone(zone), -candidate.Memory);
                if (best is null || cost.CompareTo(best.Value.Cost) < 0)
                    best = (candidate, cost);
                // Nothing that follows is better: zones and, in them, offers come in their order.
                if (cost is (0, 0, _, _))
                    break;
            }
            if (best is { Cost: (0, 0, _, _) })
                break;
        }
        refusals = best is null ? why.ToImmutable() : ImmutableSortedDictionary<string, int>.Empty;
        if (fits == 0)
            _hopeless[size] = refusals;
        return best?.Candidate;
    }

    private bool MayShare(Node node, Neighbours others)
    {
        if (_turn.Settings.UniqueAgents)
            return false;
        var taken = others.Agents.Count(a => _turn.State.Agents.GetValueOrDefault(a) is { Reachable: true });
        return !_turn.State.Agents.Values.Where(a => a.Reachable).Skip(taken).Any() || _turn.Now - node.WaitsSince >= WaitForOwnAgent;
    }

    private string? WhyClosed(ResourcePool pool) =>
        pool.IsOfAnotherRole ? $"not offered to the role {_turn.Settings.Role}"
        : Maintenance.WhyAvoided(_turn, pool.Offer.AgentId) ?? AgentTroubles.WhyAvoided(_turn, pool.Offer.AgentId);

    private static void Add(ImmutableSortedDictionary<string, int>.Builder reasons, string why) =>
        reasons[why] = reasons.GetValueOrDefault(why) + 1;

    /// <summary>An offer that nodes can be placed on. Its order changes only between <see cref="SortedSet{T}"/> removals.</summary>
    internal sealed class Candidate : IComparable<Candidate>
    {
        private readonly int _order;

        public Candidate(ResourcePool pool, int order, string zone)
        {
            (Pool, _order, Zone) = (pool, order, zone);
            Measure();
        }

        public ResourcePool Pool { get; }
        public string Zone { get; }
        public double Memory { get; private set; }

        public void Measure() => Memory = Pool.Free("mem");

        public int CompareTo(Candidate? other) => other is null ? 1
            : other.Memory.CompareTo(Memory) is var byMemory and not 0 ? byMemory : _order.CompareTo(other._order);
    }

    /// <summary>Where the other nodes of the cluster are.</summary>
    private sealed class Neighbours
    {
        private readonly Dictionary<string, int> _agents = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _hosts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _zones = new(StringComparer.Ordinal);

        public Neighbours(Cluster cluster, Node node)
        {
            foreach (var other in cluster.Nodes.Values.Where(n => n.Number != node.Number))
            {
                if ((other.Task?.Agent ?? other.Volume?.Agent) is not { } agent)
                    continue;
                Count(_agents, agent.Value);
                Count(_hosts, other.Task?.Endpoint.Host ?? other.Volume!.Hostname);
                Count(_zones, other.Zone ?? "");
            }
        }

        public IEnumerable<string> Agents => _agents.Keys;

        public int OnAgent(string agent) => _agents.GetValueOrDefault(agent);

        public int OnHost(string host) => _hosts.GetValueOrDefault(host);

        public int InZone(string zone) => _zones.GetValueOrDefault(zone);

        private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
    }
}
