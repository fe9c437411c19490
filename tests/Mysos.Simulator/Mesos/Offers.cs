using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Simulator.Mesos;

/// <summary>What is offered, and what was refused.</summary>
internal sealed class Offers(World world)
{
    private const double MemMb = 4096;
    private const double NodeMemMb = 544;
    private static readonly TimeSpan Cycle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OfferTimeout = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (Agent Agent, TimeSpan At)> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _refused = new(StringComparer.Ordinal);
    private int _last;

    public bool Suppressed { get; set; }

    public void Begin()
    {
        Offer();
        world.Clock.After(Cycle, Begin);
    }

    /// <summary>Null: the offer does not count any more.</summary>
    public Agent? Take(OfferId offer) => _open.Remove(offer.Value, out var open) && !open.Agent.Gone ? open.Agent : null;

    public void Decline(DeclineOffers decline)
    {
        foreach (var offer in decline.Offers)
        {
            if (Take(offer) is { } agent)
                _refused[agent.Id.Value] = world.Clock.Elapsed + TimeSpan.FromSeconds(decline.RefuseSeconds);
        }
    }

    public void Revive()
    {
        Suppressed = false;
        _refused.Clear();
        Offer();
    }

    public void Forget()
    {
        _open.Clear();
        _refused.Clear();
        Suppressed = false;
    }

    public void Forget(Agent agent)
    {
        foreach (var offer in _open.Where(o => o.Value.Agent == agent).Select(o => o.Key).ToArray())
            _open.Remove(offer);
    }

    private void Offer()
    {
        var now = world.Clock.Elapsed;
        foreach (var old in _open.Where(o => now - o.Value.At > OfferTimeout).Select(o => o.Key).ToArray())
            _open.Remove(old);
        if (Suppressed)
            return;
        Offer[] offers = [.. world.Master.Agents
            .Where(a => a.ReachesMaster && !world.Master.IsUnreachable(a) && !_open.Values.Any(o => o.Agent == a) && _refused.GetValueOrDefault(a.Id.Value) <= now)
            .Select(Of)];
        foreach (var offer in offers)
            _open[offer.Id.Value] = (world.Master[offer.AgentId.Value], now);
        if (offers.Length > 0)
            world.Master.Event(new OffersReceived(offers), TimeSpan.Zero);
    }

    private Offer Of(Agent agent)
    {
        var used = agent.Tasks.Values.Where(t => !t.Ended || t.Executor is { Ended: false }).ToArray();
        var taken = agent.Volumes.Count + used.Count(t => t.Volume is null);
        return new Offer
        {
            Id = new OfferId($"O{++_last}"), FrameworkId = Master.Framework, AgentId = agent.Id, Hostname = agent.Host,
            Resources =
            [
                ResourcePool.Scalar("cpus", 16 - (2 * taken), world.Settings.Role), ResourcePool.Scalar("mem", MemMb - (NodeMemMb * taken), world.Settings.Role),
                ResourcePool.Scalar("disk", 100_000, world.Settings.Role),
                new Resource { Name = "ports", Type = "RANGES", Ranges = new Ranges([new PortRange(31000, 31999)]) },
                .. agent.Volumes.Values.Where(v => used.All(t => t.Volume != v)).SelectMany(v => v.Resources),
            ],
        };
    }
}
