using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Registration, loss and removal of agents.</summary>
internal sealed class AgentDesk(MasterState state, OfferDesk offers, TaskDesk tasks, PingSettings pings)
{
    /// <returns>False: the agent may not come back, and is told to end.</returns>
    public bool Registered(AgentRegistration registration, Moment now)
    {
        var id = registration.Info.Id!.Value;
        if (state.GoneAgents.Contains(id) || state.Maintenance.Any(machine => machine.Value.IsDown && machine.Key == registration.Machine))
        {
            state.Effects.Add(new MasterEffect.Tell(id, new AgentCommand.ShutDown()));
            return false;
        }
        // What a known agent has is offered with the next cycle; what is new, or was given up, at once.
        var isKnown = state.Agents.TryGetValue(id, out var agent);
        if (isKnown)
        {
            agent!.Info = registration.Info;
            agent.Total = registration.Total;
            agent.IsConnected = true;
            agent.ReregisteredAt = now.Wall;
        }
        else
        {
            agent = new AgentEntry(id)
            {
                Info = registration.Info, Ip = registration.Ip, Total = registration.Total, RegisteredAt = now.Wall,
                ReregisteredAt = state.RemovedAgents.Remove(id) | state.RecoveredAgents.Remove(id) ? now.Wall : null,
            };
            state.Agents.Add(id, agent);
        }
        var wasUnreachable = agent!.UnreachableSince is not null;
        agent.UnreachableAt = null;
        agent.UnreachableSince = null;
        foreach (var info in registration.Frameworks.Where(info => info.Id is { } each && !state.Frameworks.ContainsKey(each)))
            Recover(id, info, now);
        foreach (var framework in state.Frameworks.Values)
        {
            AdoptExecutors(framework, id, registration);
            AdoptTasks(framework, id, registration, wasUnreachable, now);
            foreach (var (_, status) in registration.Operations.Where(each => each.FrameworkId == framework.Id && each.Status.OperationId is not null))
                framework.Operations[status.OperationId!.Value] = new OperationEntry(status.OperationId.Value, id, status.State);
            if (framework.IsConnected)
                state.Tell(id, new AgentCommand.FrameworkSubscribed(framework.Info));
        }
        state.AllocateNow |= !isKnown || wasUnreachable;
        return true;
    }

    /// <summary>The agent's connection is gone. Its tasks are not touched unless their framework does not checkpoint.</summary>
    public void Disconnected(AgentId id, Moment now)
    {
        if (!state.Agents.TryGetValue(id, out var agent) || !agent.IsConnected)
            return;
        agent.IsConnected = false;
        agent.UnreachableAt ??= now.Up + pings.Timeout * pings.MaxTimeouts;
        offers.Rescind(offer => offer.AgentId == id);
        foreach (var framework in state.Frameworks.Values.Where(framework => framework.Info.Checkpoint != true))
        {
            RemoveAll(framework, id, (task, _) => tasks.Lost(
                framework, task, TaskState.Lost, StatusReason.AgentDisconnected, $"Agent {agent.Info.Hostname} disconnected", null, now));
        }
    }

    /// <summary>The agent answers no pings, but its connection stands.</summary>
    public void Silent(AgentId id, Moment now)
    {
        // The ping that it has just answered is followed by those that it does not.
        if (state.Agents.TryGetValue(id, out var agent) && agent.IsConnected)
            agent.UnreachableAt = now.Up + pings.Timeout * (pings.MaxTimeouts + 1);
    }

    /// <summary>It answers again.</summary>
    /// <returns>False: it was given up meanwhile and has to register.</returns>
    public bool Heard(AgentId id)
    {
        if (!state.Agents.TryGetValue(id, out var agent) || !agent.IsConnected)
            return false;
        agent.UnreachableAt = null;
        return true;
    }

    /// <summary>The agent leaves or is sent away: what runs there is lost, also to partition aware frameworks.</summary>
    public void Remove(AgentId id, string why, Moment now)
    {
        if (!state.Agents.TryGetValue(id, out var agent))
            return;
        Remove(agent, TaskState.Lost, StatusReason.AgentRemoved, $"Agent {agent.Info.Hostname} removed: {why}", now);
    }

    /// <summary>The agent is gone for good.</summary>
    public void RemoveGone(AgentEntry agent, Moment now)
    {
        foreach (var framework in state.Frameworks.Values)
        {
            RemoveAll(framework, agent.Id, (task, _) => tasks.Lost(
                framework, task, framework.Lost(TaskState.GoneByOperator),
                StatusReason.AgentRemovedByOperator, "Agent has been marked gone", null, now));
        }
        Remove(agent, TaskState.Lost, StatusReason.AgentRemovedByOperator, "", now);
    }

    /// <summary>Removes the agent with all that it runs and has on offer.</summary>
    public void Remove(AgentEntry agent, string taskState, string reason, string message, Moment now)
    {
        foreach (var framework in state.Frameworks.Values)
            RemoveAll(framework, agent.Id, (task, _) => tasks.Lost(framework, task, taskState, reason, message, null, now));
        offers.Rescind(offer => offer.AgentId == agent.Id);
        foreach (var framework in state.Frameworks.Values)
            SendAgentFailure(framework, agent.Id);
        state.Agents.Remove(agent.Id);
        state.RemovedAgents.Add(agent.Id);
    }

    public void Tick(Moment now)
    {
        foreach (var agent in state.Agents.Values.Where(agent => agent.UnreachableAt <= now.Up).ToArray())
        {
            agent.UnreachableAt = null;
            agent.IsConnected = false;
            var since = new DurationInfo((now.Wall - DateTimeOffset.UnixEpoch).Ticks * 100);
            agent.UnreachableSince = since;
            foreach (var framework in state.Frameworks.Values)
            {
                foreach (var task in framework.Tasks.Values.Where(task => task.AgentId == agent.Id && !task.IsReleased))
                {
                    task.UnreachableSince = since;
                    tasks.Lost(
                        framework, task, framework.Lost(TaskState.Unreachable),
                        StatusReason.AgentRemoved, "health check timed out", since, now);
                }
            }
            offers.Rescind(offer => offer.AgentId == agent.Id);
            foreach (var framework in state.Frameworks.Values)
                SendAgentFailure(framework, agent.Id);
        }
    }

    private void Recover(AgentId agent, FrameworkInfo info, Moment now)
    {
        if (state.RemovedFrameworks.Contains(info.Id!.Value))
        {
            state.Tell(agent, new AgentCommand.ShutdownFramework(info.Id.Value));
            return;
        }
        var framework = new FrameworkEntry(info.Id.Value, info) { RegisteredAt = now.Wall };
        FrameworkDesk.WaitForReturn(framework, now);
        state.Frameworks.Add(framework.Id, framework);
    }

    private static void AdoptExecutors(FrameworkEntry framework, AgentId agent, AgentRegistration registration)
    {
        foreach (var key in framework.Executors.Keys.Where(key => key.AgentId == agent).ToArray())
            framework.Executors.Remove(key);
        foreach (var executor in registration.Executors.Where(executor => executor.FrameworkId == framework.Id))
            framework.Executors[(agent, executor.Info.ExecutorId)] = executor.Info;
    }

    private void AdoptTasks(FrameworkEntry framework, AgentId agent, AgentRegistration registration, bool wasUnreachable, Moment now)
    {
        foreach (var known in registration.Tasks.Where(task => task.FrameworkId == framework.Id))
        {
            if (!framework.Tasks.TryGetValue(known.Info.TaskId, out var task))
            {
                task = new TaskEntry
                {
                    Info = known.Info, ExecutorId = CommandTasks.ExecutorOf(known.Info), Resources = ResourceBag.Of(known.Info.Resources),
                    SentState = known.SentState, Container = known.Last?.ContainerStatus,
                };
                if (known.Last is { } last)
                    task.Note(last);
                framework.Tasks.Add(known.Info.TaskId, task);
            }
            task.LatestState = known.LatestState;
            var returned = task.UnreachableSince is not null;
            task.UnreachableSince = null;
            if (wasUnreachable && returned)
            {
                tasks.Returned(framework, task, known.SentState, now);
            }
        }
        Drop(framework, agent, registration, wasUnreachable, now);
    }

    /// <summary>Tasks that the agent never got, as the connection broke. Of those on an agent that was given up only reconciliation tells.</summary>
    private void Drop(FrameworkEntry framework, AgentId agent, AgentRegistration registration, bool wasUnreachable, Moment now)
    {
        var known = registration.Tasks.Where(task => task.FrameworkId == framework.Id).Select(task => task.Info.TaskId).ToHashSet();
        foreach (var task in framework.Tasks.Values.Where(
            task => task.AgentId == agent && !TaskState.IsTerminal(task.LatestState) && !known.Contains(task.Info.TaskId)).ToArray())
        {
            framework.Tasks.Remove(task.Info.TaskId);
            if (!wasUnreachable)
            {
                tasks.Lost(framework, task, framework.Lost(TaskState.Dropped),
                    StatusReason.Reconciliation, "Reconciliation: task unknown to the agent", null, now);
            }
        }
    }

    private static void RemoveAll(FrameworkEntry framework, AgentId agent, Action<TaskEntry, FrameworkEntry> each)
    {
        foreach (var task in framework.Tasks.Values.Where(task => task.AgentId == agent).ToArray())
        {
            framework.Tasks.Remove(task.Info.TaskId);
            each(task, framework);
        }
        foreach (var key in framework.Executors.Keys.Where(key => key.AgentId == agent).ToArray())
            framework.Executors.Remove(key);
    }

    private void SendAgentFailure(FrameworkEntry framework, AgentId agent) => state.Send(framework, new SchedulerEvent
    {
        Type = "FAILURE", Failure = new SchedulerEvent.FailureEvent(agent, null, null),
    });
}
