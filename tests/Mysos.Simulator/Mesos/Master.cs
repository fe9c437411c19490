using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Simulator.Mesos;

/// <summary>The Mesos master: one stream of events to the framework's newest subscription, and calls from it.</summary>
internal sealed class Master(World world)
{
    public const string Host = "mesos";
    public static readonly FrameworkId Framework = new("F");
    private readonly HashSet<string> _unreachable = new(StringComparer.Ordinal);
    private int _stream;
    private Action<LoopEvent>? _subscriber;
    private Action? _cutOff;

    public List<Agent> Agents { get; } = [];
    public Offers Offers { get; } = new(world);
    /// <summary>Task → its last state, as far as agents have told, and where it is.</summary>
    public Dictionary<string, (Agent Agent, string State)> Known { get; } = new(StringComparer.Ordinal);
    /// <summary>Updates of the past, any of which may come again.</summary>
    public List<TaskStatus> Past { get; } = [];
    public int Stream => _stream;

    public Agent this[string id] => Agents.Find(a => a.Id.Value == id)!;

    public bool IsUnreachable(Agent agent) => _unreachable.Contains(agent.Id.Value);

    /// <summary>The framework's scheduler from now on; the one before is told so.</summary>
    public int Subscribe(Action<LoopEvent> subscriber, Action cutOff)
    {
        _cutOff?.Invoke();
        (_subscriber, _cutOff) = (subscriber, cutOff);
        _stream++;
        Offers.Forget();
        Event(new MesosSubscribed(Framework, null), TimeSpan.Zero);
        return _stream;
    }

    public void Disconnect(int stream)
    {
        if (stream != _stream)
            return;
        (_subscriber, _cutOff) = (null, null);
        Offers.Forget();
    }

    /// <summary>Events of one stream arrive in their order.</summary>
    public void Event(LoopEvent happened, TimeSpan delay)
    {
        var stream = _stream;
        world.Clock.After(delay + TimeSpan.FromMilliseconds(0.2), () =>
        {
            if (stream == _stream)
                _subscriber?.Invoke(world.Mistake.Heard(happened, world.State));
        });
    }

    /// <summary>An agent tells of a task.</summary>
    public void Told(Agent agent, TaskStatus status)
    {
        if (agent.Gone || IsUnreachable(agent))
            return;
        if (Known.ContainsKey(status.TaskId.Value))
            Known[status.TaskId.Value] = (agent, status.State);
        Past.Add(status);
        Event(new TaskUpdated(status), TimeSpan.Zero);
        if (world.Chance.Of(world.Network.Doubling))
            Event(new TaskUpdated(status), world.Chance.Seconds(0, 2));
    }

    /// <summary>A call of the framework; one that is not of its newest stream is refused.</summary>
    public void Call(int stream, Effect effect)
    {
        if (stream != _stream && !world.Mistake.StaleLeaderActs)
            return;
        switch (effect)
        {
            case AcceptOffer accept: Accept(accept); break;
            case DeclineOffers decline: Offers.Decline(decline); break;
            case ReviveOffers: Offers.Revive(); break;
            case SuppressOffers: Offers.Suppressed = true; break;
            case AcknowledgeUpdate acknowledge when this[acknowledge.Agent.Value] is { ReachesMaster: true } agent:
                agent.Acknowledge(acknowledge.Task.Value, acknowledge.Uuid);
                break;
            case KillTask kill: Kill(kill.Task); break;
            case ReconcileTasks reconcile: Reconcile(reconcile); break;
            case SendDirective send: Message(send.Agent, send.Executor, new SchedulerMessage { Directive = send.Directive }, false); break;
            case SendAccounts send: Message(send.Agent, send.Executor, new SchedulerMessage(), true); break;
        }
    }

    /// <summary>The agent was not heard of for as long as Mesos waits.</summary>
    public void LoseSight(Agent agent)
    {
        if (agent.ReachesMaster || agent.Gone || !_unreachable.Add(agent.Id.Value))
            return;
        world.Journal.Write(Host, $"{agent.Id} is unreachable");
        Offers.Forget(agent);
        Event(new AgentFailed(agent.Id), TimeSpan.Zero);
        foreach (var task in TasksOn(agent))
            Event(new TaskUpdated(Status(task, TaskState.Unreachable, agent, "REASON_SLAVE_REMOVED")), TimeSpan.Zero);
    }

    /// <summary>
    /// The agent is heard again. It tells its tasks; those of an agent that was not in sight are told to the framework. Of a task whose launch was lost on the way it says
    /// that it has none.
    /// </summary>
    public void Return(Agent agent)
    {
        if (!agent.ReachesMaster)
            return;
        var wasOutOfSight = _unreachable.Remove(agent.Id.Value);
        if (wasOutOfSight)
            world.Journal.Write(Host, $"{agent.Id} is back");
        foreach (var task in TasksOn(agent))
        {
            var lost = Known[task].State == TaskState.Staging && !agent.Tasks.ContainsKey(task);
            if (lost)
                Known[task] = (agent, TaskState.Dropped);
            if (lost || wasOutOfSight)
                Event(new TaskUpdated(Status(task, Known[task].State, agent, lost ? "REASON_RECONCILIATION" : "REASON_AGENT_REREGISTERED")), TimeSpan.Zero);
        }
    }

    /// <summary>The operator says that the agent, which is dead, will never come back.</summary>
    public void MarkGone(Agent agent)
    {
        world.Journal.Write(Host, $"{agent.Id} is gone with its data");
        agent.Gone = true;
        Offers.Forget(agent);
        foreach (var task in TasksOn(agent))
        {
            Known[task] = (agent, TaskState.GoneByOperator);
            Event(new TaskUpdated(Status(task, TaskState.GoneByOperator, agent, "REASON_AGENT_REMOVED_BY_OPERATOR")), TimeSpan.Zero);
        }
    }

    private string[] TasksOn(Agent agent) => [.. Known.Where(t => t.Value.Agent == agent && !TaskState.IsTerminal(t.Value.State)).Select(t => t.Key)];

    private void Accept(AcceptOffer accept)
    {
        var agent = Offers.Take(accept.Offer);
        foreach (var launch in accept.Operations.Where(o => o.Launch is not null).SelectMany(o => o.Launch!.TaskInfos))
        {
            if (agent is null || !agent.ReachesMaster)
                Event(new TaskUpdated(Status(launch.TaskId.Value, TaskState.Dropped, this[launch.AgentId.Value], "REASON_INVALID_OFFERS")), TimeSpan.Zero);
            else
                Known[launch.TaskId.Value] = (agent, TaskState.Staging);
        }
        if (agent is not null && agent.ReachesMaster)
            world.Clock.After(world.Chance.Milliseconds(0.5, 3), () => Carry(agent, accept));
    }

    /// <summary>The agent does what its master sends; what is lost on the way is missing when it is asked for.</summary>
    private void Carry(Agent agent, AcceptOffer accept)
    {
        if (!agent.ReachesMaster)
            return;
        foreach (var operation in accept.Operations)
        {
            if (operation.Reserve is { } reserve)
            {
                var id = operation.Id!.Value.Value["reserve.".Length..];
                agent.Volumes[id] = new StoredVolume(id) { Resources = [.. reserve.Resources] };
            }
            if (operation.Create is { } create && agent.Volumes.TryGetValue(create.Volumes[0].Disk!.Persistence!.Id, out var volume))
                volume.Resources = [.. volume.Resources.Where(r => r.Name != "disk"), .. create.Volumes];
            if (operation.Destroy is { } destroy)
                agent.Volumes.Remove(destroy.Volumes[0].Disk!.Persistence!.Id);
            if (operation.Unreserve is not null)
                agent.Volumes.Remove(operation.Id!.Value.Value["unreserve.".Length..]);
            if (operation.Launch is { } launch)
                agent.Launch(launch.TaskInfos[0], JsonSerializer.Deserialize(launch.TaskInfos[0].Data, ProtocolJson.Default.NodeTask)!);
            if (operation.Id is { } feedback)
                Event(new OperationUpdated(new OperationStatus { OperationId = feedback, State = "OPERATION_FINISHED", Uuid = new OperationStatus.UuidValue(new byte[16]) }), TimeSpan.Zero);
        }
    }

    private void Kill(TaskId task)
    {
        if (!Known.TryGetValue(task.Value, out var known) || TaskState.IsTerminal(known.State) || known.Agent.Gone || IsUnreachable(known.Agent))
            Answer(task, known.Agent);
        else
            world.Clock.After(world.Chance.Milliseconds(0.1, 1), () =>
            {
                if (known.Agent.ReachesMaster)
                    known.Agent.Kill(task.Value);
            });
    }

    private void Reconcile(ReconcileTasks reconcile)
    {
        if (reconcile.Tasks.IsEmpty)
        {
            foreach (var (task, known) in Known.Where(t => !TaskState.IsTerminal(t.Value.State)).ToArray())
                Answer(new TaskId(task), known.Agent);
            return;
        }
        foreach (var task in reconcile.Tasks.OrderBy(t => t.TaskId.Value, StringComparer.Ordinal))
            Answer(task.TaskId, task.AgentId is { } agent ? this[agent.Value] : null);
    }

    private void Answer(TaskId task, Agent? agent)
    {
        agent = Known.TryGetValue(task.Value, out var known) ? known.Agent : agent;
        var state = agent is { Gone: true } ? TaskState.GoneByOperator
            : agent is not null && IsUnreachable(agent) ? TaskState.Unreachable
            : known.State ?? TaskState.Gone;
        Event(new TaskUpdated(Status(task.Value, state, agent, "REASON_RECONCILIATION")), TimeSpan.Zero);
    }

    private void Message(AgentId to, ExecutorId executor, SchedulerMessage message, bool accounts)
    {
        var agent = this[to.Value];
        foreach (var delay in world.Deliveries())
        {
            world.Clock.After(delay, () =>
            {
                if (agent.ReachesMaster && !IsUnreachable(agent) && agent.Tasks.GetValueOrDefault(executor.Value)?.Executor is { } process)
                    process.Hear(message, accounts);
            });
        }
    }

    private static TaskStatus Status(string task, string state, Agent? agent, string reason) =>
        new() { TaskId = new TaskId(task), State = state, AgentId = agent?.Id, Reason = reason };
}
