using System.Diagnostics;
using Mysos.Core.Mesos;

namespace Mysos.Bench.Scale;

/// <summary>
/// What agents have left, and their offers: each agent is offered as soon as its turn comes and its last offer is answered,
/// so the whole fleet once a second; the filters of refusals are not kept, for the sake of the load.
/// </summary>
internal sealed class PlayedAgents(int agents, FrameworkId framework)
{
    private const string Role = "mysos";
    private readonly double[] _cpus = [.. Enumerable.Repeat(4.0, agents)];
    private readonly double[] _mem = [.. Enumerable.Repeat(8192.0, agents)];
    private readonly double[] _disk = [.. Enumerable.Repeat(50_000.0, agents)];
    private readonly bool[] _offered = new bool[agents];
    private readonly Dictionary<string, (int Agent, long Sent)> _open = new(StringComparer.Ordinal);
    private readonly List<double> _waits = [];
    private long _offers;
    private long _since;
    private int _next;

    public bool Suppressed { get; set; } = true;

    /// <summary>Milliseconds from each offer to its answer, of those made since the last <see cref="Reset"/>.</summary>
    public IReadOnlyList<double> Waits => _waits;

    public void Reset()
    {
        _waits.Clear();
        _since = Stopwatch.GetTimestamp();
    }

    /// <summary>A subscription ends all offers.</summary>
    public void Forget()
    {
        _open.Clear();
        Array.Clear(_offered);
    }

    /// <summary>The offers whose turn it is, as one event; null: none.</summary>
    public SchedulerEvent? Offer(double seconds)
    {
        if (Suppressed)
            return null;
        var offers = new List<Offer>();
        for (var left = (int)Math.Ceiling(agents * seconds); left > 0; left--)
        {
            var agent = _next++ % agents;
            if (_offered[agent])
                continue;
            _offered[agent] = true;
            var id = $"O{++_offers}";
            _open[id] = (agent, Stopwatch.GetTimestamp());
            offers.Add(new Offer
            {
                Id = new OfferId(id), FrameworkId = framework, AgentId = new AgentId($"agent-{agent}"), Hostname = $"host{agent}.example.com",
                Url = new Url { Scheme = "http", Path = "/slave(1)", Address = new Address { Hostname = $"host{agent}.example.com", Ip = "10.0.0.1", Port = 5051 } },
                AllocationInfo = new AllocationInfo(Role),
                Resources =
                [
                    Scalar("cpus", _cpus[agent]), Scalar("mem", _mem[agent]), Scalar("disk", _disk[agent]),
                    new Resource
                    {
                        Name = "ports", Type = Resource.RangesType, Ranges = new Ranges([new PortRange(31000, 32000)]), AllocationInfo = new AllocationInfo(Role),
                    },
                ],
            });
        }
        return offers.Count == 0 ? null : new SchedulerEvent { Type = "OFFERS", Offers = new SchedulerEvent.OffersEvent(offers) };
    }

    /// <summary>Offers are answered.</summary>
    /// <param name="arrived">When the call had come.</param>
    /// <returns>Whether they were still open.</returns>
    public bool Answered(IEnumerable<OfferId> offers, long arrived)
    {
        var all = true;
        foreach (var offer in offers)
        {
            all &= _open.Remove(offer.Value, out var open);
            if (open.Sent == 0)
                continue;
            _offered[open.Agent] = false;
            if (open.Sent >= _since)
                _waits.Add(Stopwatch.GetElapsedTime(open.Sent, arrived).TotalMilliseconds);
        }
        return all;
    }

    /// <summary>A task takes its part of its agent, and its executor's.</summary>
    public void Take(TaskInfo task)
    {
        var agent = int.Parse(task.AgentId.Value["agent-".Length..]);
        foreach (var resource in task.Resources.Concat(task.Executor!.Resources!).Where(r => r.Scalar is not null))
        {
            var left = resource.Name switch { "cpus" => _cpus, "mem" => _mem, _ => _disk };
            left[agent] = Math.Round(left[agent] - resource.Scalar!.Value, 3);
            if (left[agent] < 0)
                throw new InvalidOperationException($"Task {task.TaskId} takes more {resource.Name} than {task.AgentId} has.");
        }
    }

    private static Resource Scalar(string name, double amount) => new()
    {
        Name = name, Type = Resource.ScalarType, Scalar = new Scalar(amount), AllocationInfo = new AllocationInfo(Role),
    };
}
