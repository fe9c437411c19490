using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;

namespace Mysos.LocalMesos.Operators;

/// <summary>Agents that are to be left: drained, deactivated, or gone for good.</summary>
internal sealed class DrainDesk(MasterState state, OfferDesk offers, AgentDesk agents)
{
    /// <summary>Ends the agent's tasks; nothing more is offered of it until it is reactivated.</summary>
    public OperatorAnswer Drain(OperatorCall.DrainCall drain, Moment now)
    {
        if (Find(drain.AgentId, out var agent) is { } error)
            return error;
        agent!.Drain = new DrainEntry(drain.MaxGracePeriod, drain.MarkGone ?? false, now.Wall);
        Deactivate(agent);
        state.Tell(agent.Id, new AgentCommand.Drain(drain.MaxGracePeriod?.ToDuration()));
        return OperatorAnswer.Done;
    }

    /// <summary>Nothing more is offered of the agent; what runs there goes on.</summary>
    public OperatorAnswer Deactivate(AgentId id)
    {
        if (Find(id, out var agent) is { } error)
            return error;
        Deactivate(agent!);
        return OperatorAnswer.Done;
    }

    public OperatorAnswer Reactivate(AgentId id)
    {
        if (Find(id, out var agent) is { } error)
            return error;
        if (agent!.Drain is { IsDone: false })
            return OperatorAnswer.BadRequest("Agent is still in the DRAINING state");
        agent.Drain = null;
        agent.IsDeactivated = false;
        state.Tell(id, new AgentCommand.Drain(null, IsOver: true));
        state.AllocateNow = true;
        return OperatorAnswer.Done;
    }

    /// <summary>The agent will never be back: its tasks are gone, and it ends if it lives.</summary>
    public OperatorAnswer MarkGone(AgentId id, Moment now)
    {
        if (Find(id, out var agent) is { } error)
            return error;
        state.GoneAgents.Add(id);
        state.Tell(id, new AgentCommand.ShutDown());
        agents.RemoveGone(agent!, now);
        return OperatorAnswer.Done;
    }

    /// <summary>An agent that came back while it was to be drained is told so again.</summary>
    public void Remind(AgentId id)
    {
        if (state.Agents.TryGetValue(id, out var agent) && agent.Drain is { } drain)
            state.Tell(id, new AgentCommand.Drain(drain.MaxGracePeriod?.ToDuration()));
    }

    /// <summary>Notices when the last task of an agent has ended.</summary>
    public void Tick(Moment now)
    {
        foreach (var agent in state.Agents.Values.Where(agent => agent.Drain is { IsDone: false } && IsEmpty(agent)).ToArray())
        {
            agent.Drain!.IsDone = true;
            if (agent.Drain.MarkGone)
                MarkGone(agent.Id, now);
        }
    }

    private bool IsEmpty(AgentEntry agent) => agent.IsConnected
        && !state.Frameworks.Values.Any(framework => framework.Tasks.Values.Any(task => task.AgentId == agent.Id));

    private void Deactivate(AgentEntry agent)
    {
        agent.IsDeactivated = true;
        offers.Rescind(offer => offer.AgentId == agent.Id);
    }

    private OperatorAnswer? Find(AgentId id, out AgentEntry? agent) =>
        state.Agents.TryGetValue(id, out agent) ? null : OperatorAnswer.BadRequest($"Unknown agent '{id}'");
}

/// <summary>How an agent is drained.</summary>
internal sealed class DrainEntry(ProtobufDuration? maxGracePeriod, bool markGone, DateTimeOffset at)
{
    public ProtobufDuration? MaxGracePeriod { get; } = maxGracePeriod;
    public bool MarkGone { get; } = markGone;
    public DateTimeOffset At { get; } = at;
    /// <summary>No task is left on the agent.</summary>
    public bool IsDone { get; set; }
}
