using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Master;

/// <summary>
/// The master: frameworks, agents, offers, tasks and operations, as tables and transitions without I/O. Each call returns
/// what is to be done; the caller does it in order. Not thread-safe: one caller at a time.
/// </summary>
internal sealed class MasterMachine
{
    private readonly MasterState _state;
    private readonly TimeSpan _allocationInterval;
    private readonly OfferDesk _offers;
    private readonly AcceptDesk _accepts;
    private readonly TaskDesk _tasks;
    private readonly OperationDesk _operations;
    private readonly FrameworkDesk _frameworks;
    private readonly AgentDesk _agents;
    private readonly MaintenanceDesk _maintenance;
    private readonly DrainDesk _drains;
    private readonly OperatorDesk _operators;
    private readonly EventDesk _events;
    private TimeSpan _nextAllocation;

    public MasterMachine(Election election, MasterSettings settings, MasterRegistry registry)
    {
        _state = new MasterState(election, registry);
        _allocationInterval = settings.AllocationInterval;
        var cycles = Math.Floor((election.ElectedAt.Up - election.StartedAt.Up) / _allocationInterval);
        _nextAllocation = election.StartedAt.Up + (cycles + 1) * _allocationInterval;
        _offers = new OfferDesk(_state);
        _events = new EventDesk(_state);
        _accepts = new AcceptDesk(_state, _offers, _events);
        _tasks = new TaskDesk(_state, _events);
        _operations = new OperationDesk(_state);
        _frameworks = new FrameworkDesk(_state, _offers);
        _agents = new AgentDesk(_state, _offers, _tasks, settings.Pings);
        _maintenance = new MaintenanceDesk(_state, _offers, _agents);
        _drains = new DrainDesk(_state, _offers, _agents);
        _operators = new OperatorDesk(_state, _frameworks, _maintenance, _drains, new ReservationDesk(_state, _offers));
    }

    public MasterState State => _state;
    public EventDesk Events => _events;

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public TimeSpan NextDeadline => _state.Frameworks.Values
        .SelectMany(framework => new[] { framework.RemoveAt, framework.IsConnected ? framework.NextHeartbeat : null })
        .Concat(_state.Agents.Values.Select(agent => agent.UnreachableAt))
        .Append(_events.NextDeadline)
        .Where(deadline => deadline is not null)
        .Select(deadline => deadline!.Value)
        .Append(_nextAllocation)
        .Min();

    public IReadOnlyList<MasterEffect> Subscribe(string stream, SchedulerCall.SubscribeCall subscribe, Moment now)
    {
        _frameworks.Subscribe(stream, subscribe, now);
        return Finish(now);
    }

    /// <summary>The stream has ended from the other side.</summary>
    public IReadOnlyList<MasterEffect> Disconnected(string stream, Moment now)
    {
        _frameworks.Disconnected(stream, now);
        _events.Disconnected(stream);
        return Finish(now);
    }

    /// <summary>Any valid call but SUBSCRIBE.</summary>
    public (CallResult Result, IReadOnlyList<MasterEffect> Effects) Call(SchedulerCall call, string? stream, string? principal, Moment now)
    {
        if (!_state.Frameworks.TryGetValue(call.FrameworkId!.Value, out var framework))
            return (CallResult.BadRequest("Framework cannot be found"), []);
        if (SchedulerCallRules.OtherPrincipal(principal, framework.Info) is { } error)
            return (CallResult.BadRequest(error), []);
        if (framework.Stream is null)
            return (new CallResult(403, "Framework is not subscribed"), []);
        if (stream is null)
            return (CallResult.BadRequest("All non-subscribe calls should include the 'Mesos-Stream-Id' header"), []);
        if (stream != framework.Stream)
        {
            return (CallResult.BadRequest(
                $"The stream ID '{stream}' included in this request didn't match the stream ID currently associated with framework ID {framework.Id}"), []);
        }
        Handle(framework, call, now);
        return (CallResult.Accepted, Finish(now));
    }

    /// <summary>A call of an operator.</summary>
    public (OperatorAnswer Answer, IReadOnlyList<MasterEffect> Effects) Operate(OperatorCall call, Moment now)
    {
        var answer = _operators.Handle(call, now);
        return (answer, Finish(now));
    }

    /// <summary>An operator wants to hear of everything from now on.</summary>
    public IReadOnlyList<MasterEffect> OperatorSubscribe(string stream, Moment now)
    {
        _events.Subscribe(stream, now);
        return Finish(now);
    }

    public IReadOnlyList<MasterEffect> AgentRegistered(AgentRegistration registration, Moment now)
    {
        if (_agents.Registered(registration, now))
            _drains.Remind(registration.Info.Id!.Value);
        return Finish(now);
    }

    public IReadOnlyList<MasterEffect> AgentDisconnected(AgentId agent, Moment now)
    {
        _agents.Disconnected(agent, now);
        return Finish(now);
    }

    /// <summary>The agent answers no pings any more, though its connection stands.</summary>
    public IReadOnlyList<MasterEffect> AgentSilent(AgentId agent, Moment now)
    {
        _agents.Silent(agent, now);
        return Finish(now);
    }

    /// <summary>A silent agent answers again.</summary>
    /// <returns>False: it was given up meanwhile and has to register.</returns>
    public bool AgentHeard(AgentId agent) => _agents.Heard(agent);

    /// <summary>The agent said goodbye.</summary>
    public IReadOnlyList<MasterEffect> AgentUnregistered(AgentId agent, Moment now)
    {
        _agents.Remove(agent, "the agent unregistered", now);
        return Finish(now);
    }

    public IReadOnlyList<MasterEffect> FromAgent(AgentId agent, MasterNotice notice, Moment now)
    {
        if (!_state.Frameworks.TryGetValue(notice.FrameworkId, out var framework))
            return [];
        switch (notice)
        {
            case MasterNotice.TaskUpdate update:
                _tasks.Update(agent, framework, update);
                break;
            case MasterNotice.OperationUpdate update:
                _operations.Update(agent, framework, update.Status);
                break;
            case MasterNotice.Message message:
                _state.Send(framework, new SchedulerEvent
                {
                    Type = "MESSAGE", Message = new SchedulerEvent.MessageEvent(agent, message.ExecutorId, message.Data),
                });
                break;
            case MasterNotice.ExecutorExited exited:
                framework.Executors.Remove((agent, exited.ExecutorId));
                _state.Send(framework, new SchedulerEvent
                {
                    Type = "FAILURE", Failure = new SchedulerEvent.FailureEvent(agent, exited.ExecutorId, exited.Status),
                });
                break;
        }
        return Finish(now);
    }

    /// <summary>Heartbeats, removals and the allocation cycle that are due.</summary>
    public IReadOnlyList<MasterEffect> Tick(Moment now)
    {
        _frameworks.Tick(now);
        _agents.Tick(now);
        _events.Tick(now);
        if (_nextAllocation <= now.Up)
        {
            // Cycles keep their rhythm, unless some were missed.
            _nextAllocation += _allocationInterval;
            if (_nextAllocation <= now.Up)
                _nextAllocation = now.Up + _allocationInterval;
            _state.AllocateNow = true;
        }
        return Finish(now);
    }

    /// <summary>Takes all offers back and makes no more: nothing new is to start while the executors end.</summary>
    public IReadOnlyList<MasterEffect> StopOffering(Moment now)
    {
        _offers.Rescind(_ => true);
        _state.IsStopping = true;
        return Finish(now);
    }

    private void Handle(FrameworkEntry framework, SchedulerCall call, Moment now)
    {
        switch (call.Type)
        {
            case "TEARDOWN":
                _frameworks.Remove(framework);
                break;
            case "ACCEPT":
                _accepts.Accept(framework, call.Accept!, now);
                break;
            case "DECLINE":
                _offers.Decline(framework, call.Decline!, now);
                break;
            case "ACCEPT_INVERSE_OFFERS":
                _maintenance.Answer(framework, call.AcceptInverseOffers, "ACCEPT", now);
                break;
            case "DECLINE_INVERSE_OFFERS":
                _maintenance.Answer(framework, call.DeclineInverseOffers, "DECLINE", now);
                break;
            case "REVIVE":
                _offers.Revive(framework, call.Revive?.Roles);
                break;
            case "SUPPRESS":
                OfferDesk.Suppress(framework, call.Suppress?.Roles);
                break;
            case "KILL":
                _tasks.Kill(framework, call.Kill!, now);
                break;
            case "SHUTDOWN":
                _state.Tell(call.Shutdown!.AgentId, new AgentCommand.ShutdownExecutor(framework.Id, call.Shutdown.ExecutorId));
                break;
            case "ACKNOWLEDGE":
                _tasks.Acknowledge(framework, call.Acknowledge!);
                break;
            case "ACKNOWLEDGE_OPERATION_STATUS":
                _operations.Acknowledge(framework, call.AcknowledgeOperationStatus!);
                break;
            case "RECONCILE":
                _tasks.Reconcile(framework, call.Reconcile!, now);
                break;
            case "RECONCILE_OPERATIONS":
                _operations.Reconcile(framework, call.ReconcileOperations!);
                break;
            case "MESSAGE":
                _state.Tell(call.Message!.AgentId, new AgentCommand.Message(framework.Id, call.Message.ExecutorId, call.Message.Data));
                break;
        }
    }

    private IReadOnlyList<MasterEffect> Finish(Moment now)
    {
        _drains.Tick(now);
        if (_state.AllocateNow)
        {
            _state.AllocateNow = false;
            _offers.Allocate(now);
            _maintenance.Allocate(now);
        }
        return _state.TakeEffects();
    }
}
