namespace Mysos.Core.Mesos;

/// <summary>
/// The tasks and updates that an agent may not have on its disk yet: an executor brings them along when it subscribes.
/// A task is among them until the agent has acknowledged an update of it.
/// </summary>
internal sealed class UnacknowledgedWork
{
    private readonly Lock _lock = new();
    private readonly List<TaskInfo> _tasks = [];
    private readonly List<ExecutorCall.UpdateCall> _updates = [];
    private TaskCompletionSource _none = Completed();

    /// <summary>Completes when no update is open.</summary>
    public Task WhenNone
    {
        get
        {
            lock (_lock)
                return _none.Task;
        }
    }

    public void Add(TaskInfo task)
    {
        lock (_lock)
        {
            if (_tasks.All(t => t.TaskId != task.TaskId))
                _tasks.Add(task);
        }
    }

    public void Add(ExecutorCall.UpdateCall update)
    {
        lock (_lock)
        {
            _updates.Add(update);
            if (_none.Task.IsCompleted)
                _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public bool Contains(ExecutorCall.UpdateCall update)
    {
        lock (_lock)
            return _updates.Contains(update);
    }

    public void Acknowledge(TaskId task, byte[] uuid)
    {
        lock (_lock)
        {
            _tasks.RemoveAll(t => t.TaskId == task);
            Remove(uuid);
        }
    }

    /// <summary>The agent will never take it.</summary>
    public void GiveUp(ExecutorCall.UpdateCall update)
    {
        lock (_lock)
            Remove(update.Status.Uuid);
    }

    public ExecutorCall.SubscribeCall ToSubscribe()
    {
        lock (_lock)
            return new([.. _tasks], [.. _updates]);
    }

    private void Remove(byte[]? uuid)
    {
        _updates.RemoveAll(u => u.Status.Uuid.AsSpan().SequenceEqual(uuid));
        if (_updates.Count == 0)
            _none.TrySetResult();
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
