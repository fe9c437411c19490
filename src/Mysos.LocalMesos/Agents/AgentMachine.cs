using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Agents;

/// <summary>
/// An agent: executors, their tasks and updates, volumes, as tables and transitions without I/O. Each call returns what
/// is to be done; the caller does it in order. Not thread-safe: one caller at a time.
/// </summary>
internal sealed class AgentMachine
{
    private readonly AgentState _state;
    private readonly UpdateDesk _updates;
    private readonly VolumeDesk _volumes;
    private readonly ExecutorDesk _executors;

    public AgentMachine(AgentSettings settings, Func<Guid> newGuid)
    {
        _state = new AgentState(settings, () => newGuid().ToByteArray(bigEndian: true));
        _updates = new UpdateDesk(_state);
        _volumes = new VolumeDesk(_state);
        _executors = new ExecutorDesk(_state, _updates, () => new ContainerId(newGuid().ToString()));
    }

    public AgentState State => _state;

    /// <summary>When <see cref="Tick"/> has something to do next.</summary>
    public TimeSpan? NextDeadline => _state.Executors.Values
        .SelectMany(executor => new[] { executor.RegisterBefore, executor.KillAt })
        .Concat(_state.Tasks.Values.Select(task => task.Updates.RetryAt))
        .Concat(_state.Operations.Select(update => (TimeSpan?)update.RetryAt))
        .Min();

    public IReadOnlyList<AgentEffect> FromMaster(AgentCommand command, Moment now)
    {
        switch (command)
        {
            case AgentCommand.Launch launch:
                _executors.Launch(launch, now);
                break;
            case AgentCommand.Kill kill:
                _executors.Kill(kill, now);
                break;
            case AgentCommand.Message message:
                _executors.Message(message);
                break;
            case AgentCommand.Acknowledge acknowledge:
                _updates.Acknowledged(acknowledge, now);
                break;
            case AgentCommand.ApplyOperation apply:
                _volumes.Apply(apply, now);
                break;
            case AgentCommand.AcknowledgeOperation acknowledge:
                _volumes.Acknowledged(acknowledge);
                break;
            case AgentCommand.ShutdownExecutor shutdown:
                if (_state.Executor(shutdown.FrameworkId, shutdown.ExecutorId) is { } executor)
                    _executors.Shutdown(executor, now);
                break;
            case AgentCommand.ShutdownFramework shutdown:
                EndFramework(shutdown.FrameworkId, now);
                break;
            case AgentCommand.Drain drain:
                _executors.Drain(drain, now);
                break;
            case AgentCommand.ShutDown:
                _state.Effects.Add(new AgentEffect.End());
                break;
            case AgentCommand.FrameworkSubscribed subscribed:
                if (_state.Frameworks.ContainsKey(subscribed.Framework.Id!.Value))
                    _state.Frameworks[subscribed.Framework.Id.Value] = subscribed.Framework;
                _updates.Resume(subscribed.Framework.Id.Value, now);
                _volumes.Resume(subscribed.Framework.Id.Value, now);
                break;
        }
        return Finish();
    }

    /// <summary>
    /// The master has taken the agent in. What is in flight is sent again; schedulers can get it twice, as the master's
    /// news of each framework (<see cref="AgentCommand.FrameworkSubscribed"/>) brings it as well.
    /// </summary>
    public IReadOnlyList<AgentEffect> Registered(Moment now)
    {
        foreach (var framework in _state.Frameworks.Keys)
            _updates.Resume(framework, now);
        return Finish();
    }

    /// <summary>A valid call of an executor.</summary>
    /// <param name="call">The call.</param>
    /// <param name="stream">For SUBSCRIBE, the stream that its events go to.</param>
    /// <param name="now">The time.</param>
    public (CallResult Result, IReadOnlyList<AgentEffect> Effects) Call(ExecutorCall call, string? stream, Moment now)
    {
        if (!_state.Frameworks.ContainsKey(call.FrameworkId))
            return (CallResult.BadRequest("Framework cannot be found"), []);
        if (_state.Executor(call.FrameworkId, call.ExecutorId) is not { } executor)
            return (CallResult.BadRequest("Executor cannot be found"), []);
        switch (call.Type)
        {
            case "SUBSCRIBE":
                _executors.Subscribe(executor, stream!, call.Subscribe!, now);
                return (new CallResult(200, ""), Finish());
            case "UPDATE":
                _updates.FromExecutor(executor, call.Update!.Status, now);
                break;
            case "MESSAGE" when !_state.Ending.Contains(executor.FrameworkId):
                _state.Notify(new MasterNotice.Message(executor.FrameworkId, executor.Id, call.Message!.Data));
                break;
        }
        return (CallResult.Accepted, Finish());
    }

    public IReadOnlyList<AgentEffect> Disconnected(string stream)
    {
        _executors.Disconnected(stream);
        return Finish();
    }

    public IReadOnlyList<AgentEffect> ContainerStarted(ContainerId container, int pid, long startTime, Moment now)
    {
        _executors.ContainerStarted(container, pid, startTime, now);
        return Finish();
    }

    /// <param name="container">A container that is gone, with every process in it.</param>
    /// <param name="status">The raw wait status; -1: no process was ever started.</param>
    /// <param name="cause">Why it never ran; null: it ended by itself or was killed.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<AgentEffect> ContainerExited(ContainerId container, int status, Termination? cause, Moment now)
    {
        _executors.Exited(container, status, cause, now);
        return Finish();
    }

    /// <summary>Asks all executors to end.</summary>
    public IReadOnlyList<AgentEffect> ShutdownAll(Moment now)
    {
        foreach (var executor in _state.Executors.Values.ToArray())
            _executors.Shutdown(executor, now);
        return Finish();
    }

    /// <summary>Asks all executors to end; nobody wants to hear of their tasks any more.</summary>
    public IReadOnlyList<AgentEffect> Leave(Moment now)
    {
        foreach (var framework in _state.Frameworks.Keys.ToArray())
            EndFramework(framework, now);
        return Finish();
    }

    public IReadOnlyList<AgentEffect> Tick(Moment now)
    {
        _executors.Tick(now);
        _updates.Tick(now);
        _volumes.Tick(now);
        return Finish();
    }

    /// <summary>Takes over what was on disk.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isAlive">Whether the executor lives and is to come back; else its tasks have failed.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<AgentEffect> Restore(AgentRecord record, Func<AgentRecord.ExecutorRecord, bool> isAlive, Moment now)
    {
        _state.Reserved = ResourceBag.Of(record.Reserved);
        foreach (var framework in record.Frameworks.Where(framework => framework.Checkpoint == true))
            _state.Frameworks[framework.Id!.Value] = framework;
        foreach (var task in record.Tasks.Where(task => _state.Frameworks.ContainsKey(task.FrameworkId)))
        {
            _state.Tasks[(task.FrameworkId, (task.Info?.TaskId ?? task.Waiting[0].TaskId))] =
                new TrackedTask(task.ExecutorId, task.Info, new UpdateStream(task.LatestState, task.Waiting, task.Last));
        }
        foreach (var operation in record.Operations)
            _state.Operations.Add(new OperationUpdate(operation.FrameworkId, operation.Status, now.Up));
        foreach (var saved in record.Executors)
        {
            // Without checkpointing, the master has given the tasks up, and nobody waits for the executor.
            if (_state.Frameworks.ContainsKey(saved.FrameworkId))
                RestoreExecutor(saved, isAlive(saved), now);
            else if (isAlive(saved))
                _state.Effects.Add(new AgentEffect.KillContainer(saved.ContainerId));
        }
        _state.Persist();
        return Finish();
    }

    public AgentRecord ToRecord() => new()
    {
        AgentId = _state.Id,
        Reserved = _state.Reserved.ToResources(),
        Frameworks = [.. _state.Frameworks.Values],
        Executors = [.. _state.Executors.Values.Select(executor => new AgentRecord.ExecutorRecord
        {
            FrameworkId = executor.FrameworkId, Info = executor.Info, ContainerId = executor.ContainerId, Pid = executor.Pid,
            StartTime = executor.StartTime, Queued = [.. executor.Queued], Launched = [.. executor.Launched.Values],
        })],
        Tasks = [.. _state.Tasks.Select(task => new AgentRecord.TaskRecord
        {
            FrameworkId = task.Key.FrameworkId, ExecutorId = task.Value.ExecutorId, Info = task.Value.Info,
            LatestState = task.Value.Updates.LatestState, Waiting = [.. task.Value.Updates.Waiting],
            Last = task.Value.Updates.Last,
        })],
        Operations = [.. _state.Operations.Select(update =>
            new AgentRecord.OperationRecord { FrameworkId = update.FrameworkId, Status = update.Status })],
    };

    public AgentRegistration ToRegistration() => new()
    {
        Info = _state.Settings.Info,
        Ip = _state.Settings.Ip,
        Total = _state.Total,
        Frameworks = [.. _state.Frameworks.Values.Where(framework => !_state.Ending.Contains(framework.Id!.Value))],
        Executors = [.. _state.Executors.Values.Where(executor => !executor.IsCommand).Select(executor => new AgentRegistration.RunningExecutor(executor.FrameworkId, executor.Info))],
        Tasks = [.. _state.Tasks.Where(task => task.Value.Info is not null).Select(task => new AgentRegistration.KnownTask(
            task.Key.FrameworkId, task.Value.Info!, task.Value.Updates.LatestState,
            task.Value.Updates.Head?.State ?? task.Value.Updates.LatestState, task.Value.Updates.Last))],
        Operations = [.. _state.Operations.Select(update => (update.FrameworkId, update.Status))],
    };

    private void RestoreExecutor(AgentRecord.ExecutorRecord saved, bool isAlive, Moment now)
    {
        var executor = new ExecutorEntry(saved.FrameworkId, saved.Info, saved.ContainerId)
        {
            Pid = saved.Pid, StartTime = saved.StartTime, IsCommand = saved.Launched.Concat(saved.Queued).Any(task => task.Executor is null),
        };
        foreach (var task in saved.Launched)
            executor.Launched[task.TaskId] = task;
        executor.Queued.AddRange(saved.Queued);
        if (!isAlive)
        {
            _executors.FoundDead(executor, now);
            return;
        }
        if (executor.IsCommand)
        {
            executor.State = ExecutorState.Running;
            _state.Executors.Add(executor.ContainerId, executor);
            return;
        }
        var wait = _state.Settings.ExecutorReregistrationTimeout;
        executor.RegisterBefore = now.Up + wait;
        executor.Termination = new Termination(
            _state.IsPartitionAware(saved.FrameworkId) ? TaskState.Gone : TaskState.Lost, StatusReason.ExecutorReregistrationTimeout,
            $"Executor did not reregister within {MesosDuration.Text(wait)}");
        _state.Executors.Add(executor.ContainerId, executor);
    }

    private void EndFramework(FrameworkId framework, Moment now)
    {
        foreach (var key in _state.Tasks.Keys.Where(key => key.FrameworkId == framework).ToArray())
            _state.Tasks.Remove(key);
        _state.Operations.RemoveAll(update => update.FrameworkId == framework);
        if (!_state.Frameworks.ContainsKey(framework))
            return;
        _state.Ending.Add(framework);
        foreach (var executor in _state.Executors.Values.Where(executor => executor.FrameworkId == framework).ToArray())
            _executors.Shutdown(executor, now);
        _state.Persist();
    }

    private IReadOnlyList<AgentEffect> Finish()
    {
        foreach (var framework in _state.Frameworks.Keys.Where(IsOver).ToArray())
        {
            _state.Frameworks.Remove(framework);
            _state.Ending.Remove(framework);
        }
        return _state.TakeEffects();
    }

    private bool IsOver(FrameworkId framework) =>
        !_state.Executors.Values.Any(executor => executor.FrameworkId == framework)
        && !_state.Tasks.Keys.Any(key => key.FrameworkId == framework);
}
