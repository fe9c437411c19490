using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Hosting;

/// <summary>
/// Carries inputs to the master and the agents and does what they want done, one step at a time, and keeps one timer for
/// the next thing that is due. Everything but <see cref="Mailbox"/>, <see cref="IsReady"/> and <see cref="Leader"/> is for the mailbox's loop.
/// </summary>
internal sealed partial class Engine : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly MasterSettings _settings;
    private volatile MasterMachine? _master;
    private (Election Election, TimeSpan Until)? _recovering;
    private MasterRegistry? _registry;
    private volatile MasterInfo? _leader;
    private readonly Dictionary<AgentId, AgentNode> _agents = [];
    private readonly StreamTable _streams = new();
    private readonly Queue<(AgentNode? Agent, object Effect)> _effects = new();
    private readonly List<(Func<bool> Condition, TaskCompletionSource Reached)> _waits = [];
    private readonly ITimer _timer;
    private volatile bool _isStarted;

    public Engine(MasterSettings settings, TimeProvider time, ILogger logger)
    {
        _time = time;
        _start = time.GetTimestamp();
        _settings = settings;
        Mailbox = new Mailbox(logger);
        _timer = time.CreateTimer(_ => Mailbox.Post(Tick), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Mailbox Mailbox { get; }

    /// <summary>Schedulers may come: agents are there, and a master leads and has recovered.</summary>
    public bool IsReady => _isStarted && _master is not null;

    /// <summary>The master that leads and has recovered; null: there is none.</summary>
    public MasterMachine? Master => _master;

    /// <summary>The info of the one that leads, whether it has recovered or not; null: none does.</summary>
    public MasterInfo? Leader => _leader;

    /// <summary>When master or agents have something to do next, as <see cref="Now"/> counts; null: they have not.</summary>
    public TimeSpan? NextDeadline => _agents.Values
        .Select(agent => agent.Held is null ? agent.Machine?.NextDeadline : null)
        .Append(_master?.NextDeadline).Append(_recovering?.Until).Min();

    /// <summary>An open stream.</summary>
    public RecordStream? Stream(string id) => _streams.Find(id);

    /// <summary>The agents are there.</summary>
    public void Start() => _isStarted = true;

    public Moment Now() => new(_time.GetElapsedTime(_start), _time.GetUtcNow());

    /// <summary>One step of an agent, if it is there.</summary>
    public void Step(AgentNode agent, Func<AgentMachine, Moment, IReadOnlyList<AgentEffect>> step)
    {
        if (agent.Held is { } held)
            held.Add(() => Step(agent, step));
        else
            Do(agent, agent.Machine is { } machine ? step(machine, Now()) : []);
    }

    /// <summary>One step of the master that leads, if there is one.</summary>
    public void Step(Func<MasterMachine, Moment, IReadOnlyList<MasterEffect>> step) =>
        Do(null, _master is { } master ? step(master, Now()) : []);

    /// <summary>
    /// A new master leads, and serves when it has recovered. It knows which agents there were, and learns everything else
    /// from them.
    /// </summary>
    public void Lead(MasterInfo info, Moment startedAt)
    {
        if (_leader?.Id == info.Id)
            return;
        if (_leader is { } before)
            Dethrone(before.Id!);
        _leader = info;
        var now = Now();
        _recovering = (new Election(info, startedAt, now), now.Up + (_registry is null ? _settings.FirstRecovery : _settings.Recovery));
        Tick();
    }

    /// <summary>The master leads no more: its schedulers are cut off, and its agents wait for the next one.</summary>
    public void Dethrone(string id)
    {
        if (_leader?.Id != id)
            return;
        _registry = _master?.State.ToRegistry() ?? _registry;
        _master = null;
        _recovering = null;
        _leader = null;
        var executors = _agents.Values.SelectMany(agent => agent.Streams).ToHashSet();
        _streams.Cut(stream => !executors.Contains(stream));
        foreach (var agent in _agents.Values)
            agent.IsRegistered = false;
        Do(null, []);
    }

    /// <summary>The agent is there with what it had on disk; it registers as soon as its executors are back, or given up.</summary>
    public void Attach(AgentNode agent)
    {
        _agents[agent.Id] = agent;
        Do(agent, []);
    }

    /// <summary>Cuts the agent's executors off, as the death of its process does.</summary>
    public void Detach(AgentNode agent)
    {
        _streams.Cut(agent.Streams.Contains);
        agent.Streams.Clear();
        agent.Machine = null;
        agent.IsRegistered = false;
        agent.IsLeaving = false;
        agent.Held = null;
        agent.Undelivered?.Clear();
        _agents.Remove(agent.Id);
    }

    /// <summary>The agent has nothing to do with the master any more; its executors are still there.</summary>
    public void Leave(AgentNode agent)
    {
        agent.IsLeaving = true;
        agent.IsRegistered = false;
    }

    public void Freeze(AgentNode agent)
    {
        if (agent.Machine is null || agent.Held is not null)
            return;
        agent.Held = [];
        Step((master, now) => master.AgentSilent(agent.Id, now));
    }

    /// <summary>Lets the agent do what has come meanwhile; if the master has given it up, it registers again.</summary>
    public void Thaw(AgentNode agent)
    {
        if (agent.Held is not { } held)
            return;
        agent.Held = null;
        agent.IsRegistered = agent.IsRegistered && (agent.Undelivered is not null || _master?.AgentHeard(agent.Id) == true);
        foreach (var action in held)
            action();
        Do(agent, []);
    }

    public void CutOff(AgentNode agent)
    {
        if (agent.Undelivered is not null)
            return;
        agent.Undelivered = [];
        Step((master, now) => master.AgentSilent(agent.Id, now));
    }

    /// <summary>Lets what waited arrive; if the master has given the agent up, it registers again.</summary>
    public void Reconnect(AgentNode agent)
    {
        if (agent.Undelivered is not { } undelivered)
            return;
        agent.Undelivered = null;
        agent.IsRegistered = agent.IsRegistered && (agent.Held is not null || _master?.AgentHeard(agent.Id) == true);
        foreach (var action in undelivered)
            action();
        Do(agent, []);
    }

    /// <summary>Completes once the condition holds; it is looked at after every step.</summary>
    public Task WaitFor(Func<bool> condition)
    {
        if (condition())
            return Task.CompletedTask;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Add((condition, reached));
        return reached.Task;
    }

    /// <summary>Cuts every stream, as the death of the process does.</summary>
    public void CutAll() => _streams.Cut(_ => true);

    public async ValueTask DisposeAsync()
    {
        await Mailbox.CloseAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private void Tick()
    {
        if (_recovering is var (election, until) && until <= Now().Up)
        {
            _recovering = null;
            _master = new MasterMachine(election, _settings, _registry ?? MasterRegistry.Empty);
        }
        Step((master, now) => master.Tick(now));
        foreach (var agent in _agents.Values.Where(agent => agent.Held is null).ToArray())
            Step(agent, (machine, now) => machine.Tick(now));
    }

    private void Do(AgentNode? agent, IReadOnlyList<object> effects)
    {
        Enqueue(agent, effects);
        while (_effects.TryDequeue(out var next))
        {
            if (next.Agent is { } owner)
                DoOne(owner, (AgentEffect)next.Effect);
            else
                DoOne((MasterEffect)next.Effect);
        }
        foreach (var returning in _master is null ? [] : _agents.Values.Where(IsReturning).ToArray())
        {
            returning.IsRegistered = true;
            Step((master, now) => master.AgentRegistered(returning.Machine!.ToRegistration(), now));
            Step(returning, (machine, now) => machine.Registered(now));
        }
        foreach (var wait in _waits.Where(wait => wait.Condition()).ToArray())
        {
            _waits.Remove(wait);
            wait.Reached.SetResult();
        }
        Arm();
    }

    private static bool IsReturning(AgentNode agent) =>
        agent is { IsRegistered: false, IsLeaving: false, Held: null, Undelivered: null, IsComplete: true };

    private void Enqueue(AgentNode? agent, IReadOnlyList<object> effects)
    {
        foreach (var effect in effects)
            _effects.Enqueue((agent, effect));
    }

    private void DoOne(MasterEffect effect)
    {
        switch (effect)
        {
            case MasterEffect.Send send:
                _streams.Send(send.Stream, MesosWire.Record(send.Event));
                break;
            case MasterEffect.SendToOperator send:
                _streams.Send(send.Stream, MesosWire.Record(send.Event));
                break;
            case MasterEffect.Close close:
                _streams.Complete(close.Stream);
                break;
            case MasterEffect.Tell tell when _agents.TryGetValue(tell.AgentId, out var agent) && agent.IsRegistered:
                Deliver(agent, tell.Command);
                break;
        }
    }

    private void Deliver(AgentNode agent, AgentCommand command)
    {
        if (agent.Undelivered is { } undelivered)
            undelivered.Add(() => Step(agent, (machine, now) => machine.FromMaster(command, now)));
        else if (agent.Held is { } held)
            held.Add(() => Step(agent, (machine, now) => machine.FromMaster(command, now)));
        else if (agent.Machine is { } machine)
            Enqueue(agent, machine.FromMaster(command, Now()));
    }

    private void DoOne(AgentNode agent, AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.Notify notify when agent is { IsRegistered: true, Undelivered: { } undelivered }:
                undelivered.Add(() => DoOne(agent, notify));
                break;
            case AgentEffect.Notify notify when agent.IsRegistered && _master is not null:
                Enqueue(null, _master.FromAgent(agent.Id, notify.Notice, Now()));
                break;
            case AgentEffect.Send send:
                _streams.Send(send.Stream, MesosWire.Record(send.Event));
                break;
            case AgentEffect.Close close:
                _streams.Complete(close.Stream);
                break;
            default:
                agent.Do(effect);
                break;
        }
    }

    private void Arm()
    {
        // A timer that fires too early finds nothing to do: whole milliseconds, rounded up.
        _timer.Change(
            NextDeadline is { } deadline
                ? TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((deadline - Now().Up).TotalMilliseconds)))
                : Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }
}
