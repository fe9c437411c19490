using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;

namespace Mysos.LocalMesos.Operators;

/// <summary>The maintenance schedule, inverse offers, and machines that are down.</summary>
internal sealed class MaintenanceDesk(MasterState state, OfferDesk offers, AgentDesk agents)
{
    /// <summary>Replaces the schedule. All offers are taken back, so that those that follow tell what is unavailable.</summary>
    public OperatorAnswer Update(MaintenanceSchedule schedule)
    {
        var windows = schedule.Windows ?? [];
        var machines = windows.SelectMany(window => window.MachineIds.Select(machine => (Machine: machine, window.Unavailability))).ToArray();
        if (machines.GroupBy(each => each.Machine).FirstOrDefault(group => group.Count() > 1) is { } twice)
            return OperatorAnswer.BadRequest($"Machine '{Text(twice.Key)}' appears more than once in the schedule");
        var down = state.Maintenance.Where(each => each.Value.IsDown && !machines.Any(machine => machine.Machine == each.Key)).ToArray();
        if (down.Length > 0)
            return OperatorAnswer.BadRequest($"Machine '{Text(down[0].Key)}' is deactivated and cannot be removed from the schedule");
        var before = state.Maintenance.ToDictionary();
        state.Maintenance.Clear();
        foreach (var (machine, unavailability) in machines)
        {
            state.Maintenance[machine] = new MachineEntry(unavailability)
            {
                IsDown = before.TryGetValue(machine, out var known) && known.IsDown,
            };
        }
        state.Schedule = windows;
        offers.Rescind(_ => true);
        RescindInverse(_ => true);
        foreach (var framework in state.Frameworks.Values)
            framework.InverseFilters.Clear();
        state.AllocateNow = true;
        return OperatorAnswer.Done;
    }

    /// <summary>Takes the machines down: their agents are removed and end.</summary>
    public OperatorAnswer Down(IReadOnlyList<MachineId> machines, Moment now)
    {
        foreach (var machine in machines)
        {
            if (!state.Maintenance.TryGetValue(machine, out var entry) || entry.IsDown)
                return OperatorAnswer.BadRequest($"Machine '{Text(machine)}' is not in DRAINING mode and cannot be brought down");
        }
        foreach (var machine in machines)
        {
            state.Maintenance[machine].IsDown = true;
            foreach (var agent in state.Agents.Values.Where(agent => agent.Machine == machine).ToArray())
            {
                state.Tell(agent.Id, new AgentCommand.ShutDown());
                RescindInverse(offer => offer.AgentId == agent.Id);
                agents.Remove(agent.Id, "Operator initiated 'Machine DOWN'", now);
            }
        }
        return OperatorAnswer.Done;
    }

    /// <summary>The machines may be used again.</summary>
    public OperatorAnswer Up(IReadOnlyList<MachineId> machines)
    {
        foreach (var machine in machines)
        {
            if (!state.Maintenance.TryGetValue(machine, out var entry) || !entry.IsDown)
                return OperatorAnswer.BadRequest($"Machine '{Text(machine)}' is not in DOWN mode and cannot be brought up");
        }
        foreach (var machine in machines)
            state.Maintenance.Remove(machine);
        state.Schedule = [.. state.Schedule
            .Select(window => window with { MachineIds = [.. window.MachineIds.Except(machines)] })
            .Where(window => window.MachineIds.Count > 0)];
        return OperatorAnswer.Done;
    }

    /// <summary>Asks those who use agents that are to be maintained to leave them.</summary>
    public void Allocate(Moment now)
    {
        foreach (var framework in state.Frameworks.Values.Where(framework => framework.IsConnected))
        {
            var made = state.Agents.Values
                .Where(agent => agent.IsConnected && state.UnavailabilityOf(agent) is not null && IsWanted(framework, agent, now))
                .Select(agent => Make(framework, agent))
                .ToArray();
            if (made.Length > 0)
            {
                state.Send(framework, new SchedulerEvent
                {
                    Type = "INVERSE_OFFERS", InverseOffers = new SchedulerEvent.InverseOffersEvent(made),
                });
            }
        }
    }

    /// <summary>The framework has answered inverse offers; they come again when the filter has run out.</summary>
    public void Answer(FrameworkEntry framework, SchedulerCall.InverseOffersCall? answer, string status, Moment now)
    {
        foreach (var id in answer?.InverseOfferIds ?? [])
        {
            if (!state.InverseOffers.TryGetValue(id, out var offer) || offer.FrameworkId != framework.Id)
                continue;
            state.InverseOffers.Remove(id);
            framework.InverseFilters[offer.AgentId] = now.Up + OfferDesk.RefusalOf(answer!.Filters);
            if (state.Agents.TryGetValue(offer.AgentId, out var agent) && state.Maintenance.TryGetValue(agent.Machine, out var machine))
                machine.Answers[framework.Id] = (status, now.Wall);
        }
    }

    private bool IsWanted(FrameworkEntry framework, AgentEntry agent, Moment now) =>
        !framework.UsedOn(agent.Id).IsEmpty
        && !state.InverseOffers.Values.Any(offer => offer.FrameworkId == framework.Id && offer.AgentId == agent.Id)
        && !(framework.InverseFilters.TryGetValue(agent.Id, out var until) && until > now.Up);

    private InverseOffer Make(FrameworkEntry framework, AgentEntry agent)
    {
        var entry = new InverseOfferEntry(state.NextOfferId(), framework.Id, agent.Id);
        state.InverseOffers.Add(entry.Id, entry);
        return new InverseOffer
        {
            Id = entry.Id, Url = agent.Url, FrameworkId = framework.Id, AgentId = agent.Id, Unavailability = state.UnavailabilityOf(agent),
        };
    }

    private void RescindInverse(Func<InverseOfferEntry, bool> which)
    {
        foreach (var offer in state.InverseOffers.Values.Where(which).ToArray())
        {
            state.InverseOffers.Remove(offer.Id);
            if (state.Frameworks.TryGetValue(offer.FrameworkId, out var framework))
            {
                state.Send(framework, new SchedulerEvent
                {
                    Type = "RESCIND_INVERSE_OFFER", RescindInverseOffer = new SchedulerEvent.RescindInverseOfferEvent(offer.Id),
                });
            }
        }
    }

    private static string Text(MachineId machine) => $$"""{"hostname":"{{machine.Hostname}}","ip":"{{machine.Ip}}"}""";
}

/// <summary>A machine that is, or is to be, maintained.</summary>
internal sealed class MachineEntry(Unavailability unavailability)
{
    public Unavailability Unavailability { get; } = unavailability;
    public bool IsDown { get; set; }
    /// <summary>What the frameworks said to the inverse offers.</summary>
    public Dictionary<FrameworkId, (string Status, DateTimeOffset At)> Answers { get; } = [];
}

internal sealed record InverseOfferEntry(OfferId Id, FrameworkId FrameworkId, AgentId AgentId);
