using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>Executors from the first task to the end of their container.</summary>
internal sealed class ExecutorDesk(AgentState state, UpdateDesk updates, Func<ContainerId> newContainer)
{
    private static readonly Termination Terminated =
        new(TaskState.Failed, StatusReason.ExecutorTerminated, "Executor terminated");

    public void Launch(AgentCommand.Launch launch, Moment now)
    {
        var framework = launch.Framework.Id!.Value;
        state.Frameworks[framework] = launch.Framework;
        state.Tasks[(framework, launch.Task.TaskId)] =
            new TrackedTask(launch.Executor.ExecutorId, launch.Task, new UpdateStream());
        var executor = state.Executor(framework, launch.Executor.ExecutorId);
        if (executor is null)
        {
            var isCommand = launch.Task.Executor is null;
            executor = new ExecutorEntry(framework, launch.Executor, newContainer())
            {
                IsCommand = isCommand,
                RegisterBefore = isCommand ? null : now.Up + state.Settings.ExecutorRegistrationTimeout,
            };
            state.Executors.Add(executor.ContainerId, executor);
            executor.Queued.Add(launch.Task);
            state.Persist();
            state.Effects.Add(new AgentEffect.StartContainer(
                executor.ContainerId, launch.Framework, launch.Executor, [.. Volumes(launch.Executor.Resources), .. Volumes(launch.Task.Resources)]));
            return;
        }
        executor.Queued.Add(launch.Task);
        if (executor.State == ExecutorState.Terminating)
        {
            updates.FromAgent(executor, launch.Task.TaskId, new Termination(
                state.IsPartitionAware(framework) ? TaskState.Dropped : TaskState.Lost,
                StatusReason.ExecutorTerminated, "Executor terminating"), now);
            return;
        }
        state.Persist();
        if (Volumes(launch.Task.Resources) is { Count: > 0 } volumes)
            state.Effects.Add(new AgentEffect.LinkVolumes(executor.ContainerId, volumes));
        Deliver(executor);
    }

    public void ContainerStarted(ContainerId container, int pid, long startTime, Moment now)
    {
        if (!state.Executors.TryGetValue(container, out var executor))
            return;
        executor.Pid = pid;
        executor.StartTime = startTime;
        state.Persist();
        if (!executor.IsCommand || executor.State != ExecutorState.Registering)
            return;
        executor.State = ExecutorState.Running;
        foreach (var task in executor.Queued)
            executor.Launched[task.TaskId] = task;
        executor.Queued.Clear();
        Say(executor, TaskState.Starting, null, now);
        Say(executor, TaskState.Running, null, now);
    }

    public void Subscribe(ExecutorEntry executor, string stream, ExecutorCall.SubscribeCall subscribe, Moment now)
    {
        if (executor.Stream is { } old)
            state.Effects.Add(new AgentEffect.Close(old));
        executor.Stream = stream;
        executor.RegisterBefore = null;
        if (executor.State == ExecutorState.Terminating)
        {
            SendShutdown(executor);
            return;
        }
        executor.State = ExecutorState.Running;
        executor.Termination = null;
        state.Send(executor, new ExecutorEvent
        {
            Type = "SUBSCRIBED",
            Subscribed = new ExecutorEvent.SubscribedEvent
            {
                ExecutorInfo = executor.Info,
                FrameworkInfo = state.Frameworks[executor.FrameworkId],
                AgentInfo = state.Settings.Info,
                ContainerId = executor.ContainerId,
            },
        });
        foreach (var update in subscribe.UnacknowledgedUpdates ?? [])
            updates.FromExecutor(executor, update.Status, now);
        DropUnseen(executor, subscribe, now);
        Deliver(executor);
    }

    public void Disconnected(string stream)
    {
        foreach (var executor in state.Executors.Values.Where(executor => executor.Stream == stream))
            executor.Stream = null;
    }

    public void Message(AgentCommand.Message message)
    {
        if (state.Executor(message.FrameworkId, message.ExecutorId) is { State: ExecutorState.Running } executor)
            state.Send(executor, new ExecutorEvent { Type = "MESSAGE", Message = new ExecutorEvent.MessageEvent(message.Data) });
    }

    public void Kill(AgentCommand.Kill kill, Moment now)
    {
        var executor = state.Executors.Values.FirstOrDefault(each => each.FrameworkId == kill.FrameworkId && each.Knows(kill.TaskId));
        if (executor is null)
            return;
        if (executor.Queued.Exists(queued => queued.TaskId == kill.TaskId))
        {
            updates.FromAgent(executor, kill.TaskId, new Termination(
                TaskState.Killed, StatusReason.TaskKilledDuringLaunch, "Killed before delivery to the executor"), now);
            if (executor.State == ExecutorState.Registering && executor.Queued.Count == 0 && executor.Launched.Count == 0)
                Destroy(executor);
            return;
        }
        if (executor.IsCommand)
        {
            if (executor.State != ExecutorState.Running)
                return;
            if (state.Has(executor.FrameworkId, "TASK_KILLING_STATE"))
                Say(executor, TaskState.Killing, null, now);
            executor.Killed = true;
            Destroy(executor);
            return;
        }
        state.Send(executor, new ExecutorEvent { Type = "KILL", Kill = new ExecutorEvent.KillEvent(kill.TaskId, kill.Policy) });
    }

    /// <summary>Kills every task, with the shorter of its own and the given time to end.</summary>
    public void Drain(AgentCommand.Drain drain, Moment now)
    {
        state.IsDraining = !drain.IsOver;
        if (drain.IsOver)
            return;
        foreach (var executor in state.Executors.Values.ToArray())
        {
            foreach (var task in executor.Launched.Values.Concat(executor.Queued).ToArray())
                Kill(new AgentCommand.Kill(executor.FrameworkId, task.TaskId, Shorter(task.KillPolicy, drain.MaxGracePeriod)), now);
        }
    }

    private static KillPolicy? Shorter(KillPolicy? policy, DurationInfo? most) =>
        most is null || policy?.GracePeriod?.Nanoseconds < most.Nanoseconds ? policy : new KillPolicy(most);

    /// <summary>Asks the executor to end; it is killed after the grace period.</summary>
    public void Shutdown(ExecutorEntry executor, Moment now)
    {
        if (executor.State == ExecutorState.Terminating)
            return;
        if (executor.IsCommand)
        {
            Destroy(executor);
            return;
        }
        executor.State = ExecutorState.Terminating;
        executor.RegisterBefore = null;
        SendShutdown(executor);
        executor.KillAt = now.Up + (executor.Info.ShutdownGracePeriod is { } grace
            ? TimeSpan.FromTicks(grace.Nanoseconds / 100)
            : state.Settings.ExecutorShutdownGracePeriod);
    }

    /// <summary>The container is gone, with every process in it.</summary>
    public void Exited(ContainerId container, int status, Termination? cause, Moment now)
    {
        if (!state.Executors.Remove(container, out var executor))
            return;
        if (executor.Stream is { } stream)
            state.Effects.Add(new AgentEffect.Close(stream));
        state.Persist();
        if (executor.IsCommand && cause is null && executor.Launched.Count > 0)
        {
            var (ended, message) = executor.Killed ? (TaskState.Killed, "Command terminated with signal Killed") : CommandTasks.Outcome(status);
            Say(executor, ended, message, now);
        }
        if (!executor.IsCommand && !state.Ending.Contains(executor.FrameworkId))
            state.Notify(new MasterNotice.ExecutorExited(executor.FrameworkId, executor.Id, status));
        FailTasks(executor, executor.Termination ?? cause ?? Terminated, now);
    }

    /// <summary>The executor was found dead when the agent started: nobody is told of its exit, only of its tasks.</summary>
    public void FoundDead(ExecutorEntry executor, Moment now)
    {
        state.Executors.Remove(executor.ContainerId);
        FailTasks(executor, Terminated, now);
    }

    public void Tick(Moment now)
    {
        foreach (var executor in state.Executors.Values.ToArray())
        {
            if (executor.RegisterBefore <= now.Up)
            {
                executor.Termination ??= new Termination(
                    TaskState.Failed, StatusReason.ExecutorRegistrationTimeout,
                    $"Executor did not register within {MesosDuration.Text(state.Settings.ExecutorRegistrationTimeout)}");
                Destroy(executor);
            }
            if (executor.KillAt <= now.Up)
                Destroy(executor);
        }
    }

    private void FailTasks(ExecutorEntry executor, Termination termination, Moment now)
    {
        foreach (var task in executor.Launched.Keys.Concat(executor.Queued.Select(queued => queued.TaskId)).ToArray())
            updates.FromAgent(executor, task, termination, now);
    }

    private void Destroy(ExecutorEntry executor)
    {
        executor.State = ExecutorState.Terminating;
        executor.RegisterBefore = null;
        executor.KillAt = null;
        state.Effects.Add(new AgentEffect.KillContainer(executor.ContainerId));
    }

    private void Deliver(ExecutorEntry executor)
    {
        if (executor.State != ExecutorState.Running || executor.Stream is null || executor.Queued.Count == 0)
            return;
        foreach (var task in executor.Queued)
        {
            executor.Launched[task.TaskId] = task;
            state.Send(executor, new ExecutorEvent { Type = "LAUNCH", Launch = new ExecutorEvent.LaunchEvent(task) });
        }
        executor.Queued.Clear();
        state.Persist();
    }

    /// <summary>Tasks that were on their way when a stream broke, and that the executor therefore never saw.</summary>
    private void DropUnseen(ExecutorEntry executor, ExecutorCall.SubscribeCall subscribe, Moment now)
    {
        var seen = (subscribe.UnacknowledgedTasks ?? []).Select(task => task.TaskId).ToHashSet();
        var unseen = executor.Launched.Keys.Where(task => !seen.Contains(task)
            && state.Tasks.TryGetValue((executor.FrameworkId, task), out var tracked)
            && tracked.Updates.LatestState == TaskState.Staging).ToArray();
        foreach (var task in unseen)
        {
            updates.FromAgent(executor, task, new Termination(
                state.IsPartitionAware(executor.FrameworkId) ? TaskState.Dropped : TaskState.Lost,
                StatusReason.AgentRestarted, "Task launched during agent restart"), now);
        }
    }

    /// <summary>What the executor of a command would say of its task.</summary>
    private void Say(ExecutorEntry executor, string taskState, string? message, Moment now)
    {
        foreach (var task in executor.Launched.Keys.ToArray())
        {
            updates.FromExecutor(executor, new TaskStatus
            {
                TaskId = task, State = taskState, Message = message, Source = StatusSource.Executor, ExecutorId = executor.Id,
                Uuid = state.NewUuid(),
            }, now);
        }
    }

    private void SendShutdown(ExecutorEntry executor) => state.Send(executor, new ExecutorEvent { Type = "SHUTDOWN" });

    private static IReadOnlyList<Resource> Volumes(IEnumerable<Resource>? resources) =>
        [.. (resources ?? []).Where(resource => resource.Disk?.Persistence is not null)];
}
