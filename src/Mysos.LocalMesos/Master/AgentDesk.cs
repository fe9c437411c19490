using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Registration, loss and removal of agents.</summary>
internal sealed class AgentDesk(MasterState state, OfferDesk offers, TaskDesk tasks)
{
    /// <summary>Mesos' defaults: 5 pings of 15 s without an answer.</summary>
    public static readonly TimeSpan UnreachableAfter = TimeSpan.FromSeconds(75);

    public void Registered(AgentRegistration registration, Moment now)
    {
        var id = registration.Info.Id!.Value;
        if (state.Agents.TryGetValue(id, out var agent))
        {
            agent.Info = registration.Info;
            agent.Total = registration.Total;
            agent.IsConnected = true;
            agent.IsLeaving = false;
        }
        else
        {
            agent = new AgentEntry(id) { Info = registration.Info, Ip = registration.Ip, Total = registration.Total };
            state.Agents.Add(id, agent);
        }
        var wasUnreachable = agent.UnreachableSince is not null;
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
        state.AllocateNow = true;
    }

    /// <summary>The agent's connection is gone. Its tasks are not touched unless their framework does not checkpoint.</summary>
    public void Disconnected(AgentId id, Moment now)
    {
        if (!state.Agents.TryGetValue(id, out var agent) || !agent.IsConnected)
            return;
        agent.IsConnected = false;
        agent.UnreachableAt = now.Up + UnreachableAfter;
        offers.Rescind(offer => offer.AgentId == id);
        foreach (var framework in state.Frameworks.Values.Where(framework => framework.Info.Checkpoint != true))
        {
            RemoveAll(framework, id, (task, _) => tasks.Lost(
                framework, task, TaskState.Lost, StatusReason.AgentDisconnected, $"Agent {agent.Info.Hostname} disconnected", null, now));
        }
    }

    /// <summary>The agent ends its executors and will say goodbye: nothing new is to start there.</summary>
    public void Leaving(AgentId id)
    {
        if (!state.Agents.TryGetValue(id, out var agent))
            return;
        agent.IsLeaving = true;
        offers.Rescind(offer => offer.AgentId == id);
    }

    /// <summary>The agent said goodbye: what ran there is lost, also to partition aware frameworks.</summary>
    public void Unregistered(AgentId id, Moment now)
    {
        if (!state.Agents.TryGetValue(id, out var agent))
            return;
        offers.Rescind(offer => offer.AgentId == id);
        foreach (var framework in state.Frameworks.Values)
        {
            RemoveAll(framework, id, (task, _) => tasks.Lost(
                framework, task, TaskState.Lost, StatusReason.AgentRemoved,
                $"Agent {agent.Info.Hostname} removed: the agent unregistered", null, now));
            SendAgentFailure(framework, id);
        }
        state.Agents.Remove(id);
    }

    public void Tick(Moment now)
    {
        foreach (var agent in state.Agents.Values.Where(agent => agent.UnreachableAt <= now.Up).ToArray())
        {
            agent.UnreachableAt = null;
            var since = new DurationInfo((now.Wall - DateTimeOffset.UnixEpoch).Ticks * 100);
            agent.UnreachableSince = since;
            foreach (var framework in state.Frameworks.Values)
            {
                foreach (var task in framework.Tasks.Values.Where(task => task.AgentId == agent.Id && !task.IsReleased))
                {
                    task.UnreachableSince = since;
                    tasks.Lost(
                        framework, task, framework.IsPartitionAware ? TaskState.Unreachable : TaskState.Lost,
                        StatusReason.AgentRemoved, "health check timed out", since, now);
                }
                SendAgentFailure(framework, agent.Id);
            }
        }
    }

    private void Recover(AgentId agent, FrameworkInfo info, Moment now)
    {
        if (state.RemovedFrameworks.Contains(info.Id!.Value))
        {
            state.Tell(agent, new AgentCommand.ShutdownFramework(info.Id.Value));
            return;
        }
        var framework = new FrameworkEntry(info.Id.Value, info);
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
                    Info = known.Info, ExecutorId = known.Info.Executor!.ExecutorId, Resources = ResourceBag.Of(known.Info.Resources),
                    SentState = known.SentState,
                };
                framework.Tasks.Add(known.Info.TaskId, task);
            }
            task.LatestState = known.LatestState;
            var returned = task.UnreachableSince is not null;
            task.UnreachableSince = null;
            if (wasUnreachable && returned)
            {
                tasks.Lost(
                    framework, task, known.SentState, StatusReason.AgentReregistered, "Unreachable agent re-reregistered", null, now);
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
