using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Agents;

/// <summary>Task updates, from executors and from the agent itself, to the master and their acknowledgements back.</summary>
internal sealed class UpdateDesk(AgentState state)
{
    /// <summary>An update that an executor sent.</summary>
    public void FromExecutor(ExecutorEntry executor, TaskStatus status, Moment now)
    {
        if (state.Ending.Contains(executor.FrameworkId))
            return;
        var known = executor.Knows(status.TaskId);
        var completed = status with
        {
            AgentId = state.Id,
            Reason = status.Reason ?? (state.IsDraining && status.State is TaskState.Killing or TaskState.Killed ? StatusReason.AgentDraining : null),
            Timestamp = status.Timestamp ?? now.Timestamp,
            ContainerStatus = known ? ContainerOf(executor) : null,
        };
        Add(executor.FrameworkId, executor.Id, completed, now);
        if (TaskState.IsTerminal(status.State))
            End(executor, status.TaskId);
        // An update of a task that the agent does not know, or of an executor that was told to end, goes to the scheduler but
        // is never acknowledged.
        if (known && executor.State != ExecutorState.Terminating)
        {
            state.Send(executor, new ExecutorEvent
            {
                Type = "ACKNOWLEDGED", Acknowledged = new ExecutorEvent.AcknowledgedEvent(status.TaskId, status.Uuid!),
            });
        }
    }

    /// <summary>An update that the agent makes for a task of an executor that has not done so.</summary>
    public void FromAgent(ExecutorEntry executor, TaskId task, Termination termination, Moment now)
    {
        if (!state.Ending.Contains(executor.FrameworkId))
        {
            Add(executor.FrameworkId, executor.Id, new TaskStatus
            {
                TaskId = task,
                State = termination.State,
                Message = termination.Message,
                Source = StatusSource.Agent,
                Reason = termination.Reason,
                AgentId = state.Id,
                ExecutorId = executor.Id,
                Timestamp = now.Timestamp,
                Uuid = state.NewUuid(),
            }, now);
        }
        End(executor, task);
    }

    public void Acknowledged(AgentCommand.Acknowledge acknowledge, Moment now)
    {
        var key = (acknowledge.FrameworkId, acknowledge.TaskId);
        if (!state.Tasks.TryGetValue(key, out var task) || !task.Updates.Acknowledge(acknowledge.Uuid, now.Up, out var next))
            return;
        if (task.Updates.IsFinished || (task.Info is null && next is null))
            Forget(key);
        state.Persist();
        if (next is not null)
            Notify(acknowledge.FrameworkId, task, next);
    }

    /// <summary>Sends what is in flight for the framework again at once.</summary>
    public void Resume(FrameworkId framework, Moment now)
    {
        foreach (var (key, task) in state.Tasks.Where(each => each.Key.FrameworkId == framework).ToArray())
        {
            if (task.Updates.Resume(now.Up) is { } status)
                Notify(key.FrameworkId, task, status);
        }
    }

    public void Tick(Moment now)
    {
        foreach (var (key, task) in state.Tasks.ToArray())
        {
            if (task.Updates.Retry(now.Up) is { } status)
                Notify(key.FrameworkId, task, status);
        }
    }

    private void Add(FrameworkId framework, ExecutorId executor, TaskStatus status, Moment now)
    {
        var key = (framework, status.TaskId);
        if (!state.Tasks.TryGetValue(key, out var task))
        {
            task = new TrackedTask(executor, null, new UpdateStream());
            state.Tasks.Add(key, task);
        }
        var send = task.Updates.Add(status, now.Up);
        state.Persist();
        if (send is not null)
            Notify(framework, task, send);
    }

    private void Notify(FrameworkId framework, TrackedTask task, TaskStatus status) =>
        state.Notify(new MasterNotice.TaskUpdate(framework, status, task.Updates.LatestState));

    private static void End(ExecutorEntry executor, TaskId id)
    {
        if (executor.Launched.Remove(id, out var launched))
            executor.Ended[id] = launched;
        if (executor.Queued.Find(queued => queued.TaskId == id) is { } waiting)
        {
            executor.Queued.Remove(waiting);
            executor.Ended[id] = waiting;
        }
    }

    private void Forget((FrameworkId FrameworkId, TaskId TaskId) key)
    {
        state.Tasks.Remove(key);
        foreach (var executor in state.Executors.Values.Where(executor => executor.FrameworkId == key.FrameworkId))
            executor.Ended.Remove(key.TaskId);
    }

    private ContainerStatus ContainerOf(ExecutorEntry executor) => new()
    {
        ContainerId = executor.ContainerId,
        NetworkInfos = [new NetworkInfo([new IpAddress("IPv4", state.Settings.Ip)])],
        ExecutorPid = executor.Pid,
    };
}
