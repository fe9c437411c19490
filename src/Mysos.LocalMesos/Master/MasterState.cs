using System.Globalization;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>The master's tables, and the effects of the step at hand. Shared by the desks, each of which does one thing with it.</summary>
internal sealed class MasterState
{
    private int _frameworks;
    private long _offers;

    public MasterState(Election election, MasterRegistry registry)
    {
        Election = election;
        RecoveredAgents = [.. registry.Agents];
        GoneAgents = [.. registry.GoneAgents];
        Schedule = registry.Schedule;
        foreach (var window in registry.Schedule)
        {
            foreach (var machine in window.MachineIds)
                Maintenance[machine] = new MachineEntry(window.Unavailability) { IsDown = registry.DownMachines.Contains(machine) };
        }
    }

    public Election Election { get; }
    public MasterInfo Info => Election.Info;
    public Dictionary<FrameworkId, FrameworkEntry> Frameworks { get; } = [];
    /// <summary>Torn down or timed out: their ids are refused.</summary>
    public HashSet<FrameworkId> RemovedFrameworks { get; } = [];
    /// <summary>The last of these, for operators.</summary>
    public Queue<FrameworkEntry> CompletedFrameworks { get; } = [];
    public Dictionary<AgentId, AgentEntry> Agents { get; } = [];
    /// <summary>Agents that an earlier master knew and that have not come to this one yet.</summary>
    public HashSet<AgentId> RecoveredAgents { get; }
    /// <summary>Agents that have left and may be back.</summary>
    public HashSet<AgentId> RemovedAgents { get; } = [];
    /// <summary>Agents that an operator said will never be back.</summary>
    public HashSet<AgentId> GoneAgents { get; }
    public Dictionary<OfferId, OfferEntry> Offers { get; } = [];
    public Dictionary<OfferId, InverseOfferEntry> InverseOffers { get; } = [];
    /// <summary>Machines that are in the maintenance schedule.</summary>
    public Dictionary<MachineId, MachineEntry> Maintenance { get; } = [];
    public IReadOnlyList<MaintenanceWindow> Schedule { get; set; }
    public List<MasterEffect> Effects { get; } = [];
    /// <summary>Offers are to be made at the end of this step, not only with the next cycle.</summary>
    public bool AllocateNow { get; set; }
    /// <summary>The whole is being stopped: no offers any more.</summary>
    public bool IsStopping { get; set; }

    public MasterRegistry ToRegistry() => new(
        [.. Agents.Keys, .. RecoveredAgents], GoneAgents, Schedule,
        [.. Maintenance.Where(machine => machine.Value.IsDown).Select(machine => machine.Key)]);

    public FrameworkId NextFrameworkId() =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Info.Id}-{_frameworks++:D4}"));

    public OfferId NextOfferId() => new(string.Create(CultureInfo.InvariantCulture, $"{Info.Id}-O{_offers++}"));

    public void Send(FrameworkEntry framework, SchedulerEvent value)
    {
        if (framework.Stream is { } stream)
            Effects.Add(new MasterEffect.Send(stream, value));
    }

    public void SendStatus(FrameworkEntry framework, TaskStatus status) =>
        Send(framework, new SchedulerEvent { Type = "UPDATE", Update = new SchedulerEvent.UpdateEvent(status) });

    /// <summary>Tells a connected agent; for another the command is lost, as on the wire.</summary>
    public void Tell(AgentId agent, AgentCommand command)
    {
        if (Agents.TryGetValue(agent, out var entry) && entry.IsConnected)
            Effects.Add(new MasterEffect.Tell(agent, command));
    }

    /// <summary>When the agent's machine is to be maintained; null: it is not.</summary>
    public Unavailability? UnavailabilityOf(AgentEntry agent) =>
        Maintenance.TryGetValue(agent.Machine, out var machine) ? machine.Unavailability : null;

    /// <summary>What is neither used nor offered.</summary>
    public ResourceBag Available(AgentEntry agent)
    {
        var left = agent.Total;
        foreach (var framework in Frameworks.Values)
            left = left.Minus(framework.UsedOn(agent.Id));
        foreach (var offer in Offers.Values.Where(offer => offer.AgentId == agent.Id))
            left = left.Minus(offer.Resources);
        return left;
    }

    public IReadOnlyList<MasterEffect> TakeEffects()
    {
        if (Effects.Count == 0)
            return [];
        var taken = Effects.ToArray();
        Effects.Clear();
        return taken;
    }
}
