using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Simulator.Executors;
using Mysos.Simulator.MySql;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Simulator.Mesos;

/// <summary>A persistent volume with its reservation.</summary>
internal sealed class StoredVolume(string id)
{
    public string Id { get; } = id;
    public List<Resource> Resources { get; set; } = [];
    public Disk Disk { get; } = new();
}

/// <summary>A task on an agent, until its last update is acknowledged.</summary>
internal sealed class RunningTask(Agent agent, TaskInfo info, NodeTask node, StoredVolume? volume)
{
    public string Id => info.TaskId.Value;
    public Agent Agent { get; } = agent;
    public NodeTask Node { get; } = node;
    public StoredVolume? Volume { get; } = volume;
    public Disk Disk { get; } = volume?.Disk ?? new Disk();
    public ExecutorProcess? Executor { get; set; }
    /// <summary>Not acknowledged yet, oldest first.</summary>
    public Queue<TaskStatus> Updates { get; } = [];
    public string State { get; set; } = TaskState.Staging;
    public bool Acknowledged => Updates.Count == 0;
    public bool Ended => TaskState.IsTerminal(State);
}

/// <summary>A Mesos agent on a machine of its own: tasks, volumes, and updates that are repeated until they are acknowledged.</summary>
internal sealed class Agent(World world, int number)
{
    private static readonly TimeSpan UpdateAgain = TimeSpan.FromSeconds(10);
    private int _uuid;

    public AgentId Id { get; } = new($"S{number}");
    public string Host { get; } = $"a{number}";
    public Dictionary<string, RunningTask> Tasks { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, StoredVolume> Volumes { get; } = new(StringComparer.Ordinal);
    public bool Gone { get; set; }
    public bool Down { get; private set; }

    public bool ReachesMaster => !Down && !Gone && world.Network.Reaches(Host, Master.Host);

    public IEnumerable<RunningTask> Running => Tasks.Values.Where(t => t.Executor is { Ended: false });

    public void Launch(TaskInfo info, NodeTask node)
    {
        if (Tasks.ContainsKey(info.TaskId.Value))
            return;
        var persistence = info.Resources.FirstOrDefault(r => r.Disk?.Persistence is not null)?.Disk!.Persistence!.Id;
        var task = new RunningTask(this, info, node, persistence is null ? null : Volumes.GetValueOrDefault(persistence));
        Tasks[task.Id] = task;
        task.Executor = new ExecutorProcess(world, task);
        task.Executor.Start();
    }

    public void Kill(string task)
    {
        if (Tasks.TryGetValue(task, out var running))
            running.Executor!.Kill();
        else
            world.Master.Told(this, new TaskStatus { TaskId = new TaskId(task), State = TaskState.Gone, AgentId = Id });
    }

    /// <summary>The executor ends as by SIGKILL.</summary>
    public void Lose(RunningTask task, string reason)
    {
        if (task.Executor is not { Ended: false } executor)
            return;
        world.Journal.Write(Host, $"the executor of {task.Id} ends: {reason}");
        executor.Die();
        if (!task.Ended)
            Update(task, TaskState.Failed, "Executor terminated", reason);
    }

    public void Update(RunningTask task, string state, string? message, string? reason)
    {
        task.State = state;
        task.Updates.Enqueue(new TaskStatus
        {
            TaskId = new TaskId(task.Id), State = state, Message = message, Reason = reason, AgentId = Id, Uuid = BitConverter.GetBytes(((long)number << 32) | (uint)++_uuid),
        });
        if (task.Updates.Count == 1)
            Tell(task, task.Updates.Peek());
    }

    public void Acknowledge(string task, byte[] uuid)
    {
        if (!Tasks.TryGetValue(task, out var running) || running.Acknowledged || !running.Updates.Peek().Uuid!.SequenceEqual(uuid))
            return;
        running.Updates.Dequeue();
        if (running.Updates.TryPeek(out var next))
            Tell(running, next);
        else if (running.Ended)
            Tasks.Remove(task);
    }

    /// <summary>A MESSAGE, which nobody repeats.</summary>
    public void SendToScheduler(RunningTask task, ExecutorMessage message)
    {
        var network = world.Network;
        foreach (var delay in world.Deliveries())
        {
            world.Clock.After(delay, () =>
            {
                if (ReachesMaster)
                    world.Master.Event(new ExecutorSpoke(Id, new ExecutorId(task.Id), message), TimeSpan.Zero);
            });
        }
    }

    public void PowerOff()
    {
        world.Journal.Write(Host, "the machine is off");
        foreach (var task in Running.ToArray())
            task.Executor!.Die();
        Down = true;
    }

    /// <summary>Its tasks ended with it; its volumes are there.</summary>
    public void PowerOn()
    {
        world.Journal.Write(Host, "the machine is on");
        Down = false;
        foreach (var task in Tasks.Values.Where(t => !t.Ended).ToArray())
            Update(task, TaskState.Failed, "Agent restarted", "REASON_AGENT_RESTARTED");
    }

    private void Tell(RunningTask task, TaskStatus status)
    {
        if (Gone || !task.Updates.TryPeek(out var oldest) || oldest != status)
            return;
        world.Clock.After(world.Chance.Milliseconds(0.1, 2), () =>
        {
            if (ReachesMaster)
                world.Master.Told(this, status);
        });
        world.Clock.After(UpdateAgain, () => Tell(task, status));
    }
}
