using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Simulator.Mesos;
using Mysos.Simulator.MySql;
using Mysos.Simulator.Schedulers;

namespace Mysos.Simulator.Faults;

/// <summary>Something that goes wrong, or that a user asks for.</summary>
internal sealed record Fault(string Name, Action Strike)
{
    public const string DataDeleted = "data deleted";

    public static IEnumerable<Fault> All(World world)
    {
        var servers = new ServerFaults(world);
        var machines = new MachineFaults(world);
        var schedulers = new SchedulerFaults(world);
        return
        [
            new("mysqld killed", servers.Kill), new("master killed", servers.KillMaster), new("master killed when the acker changes", () => world.Watch.WhenAckersChange = () => world.Clock.After(world.Chance.Milliseconds(0, 60), servers.KillMaster)),
            new("mysqld frozen", servers.Freeze), new("executor killed", servers.KillExecutor), new("acker killed", servers.KillAcker),
            new("machine off", machines.PowerOff), new("agent cut off", machines.CutFromMaster), new("machines cut off", machines.CutFromEachOther),
            new("machine isolated", machines.Isolate), new("acker cut off", machines.CutAcker), new("links slow", machines.SlowLink), new("agent gone", machines.Gone), new("messages disturbed", machines.Disturb),
            new("update again", machines.RepeatUpdate),
            new("scheduler dies", schedulers.Crash), new("scheduler frozen", schedulers.Freeze), new("scheduler cut off", schedulers.CutFromZooKeeper),
            new("stream breaks", schedulers.BreakStream), new("ZooKeeper slow", schedulers.SlowStore),
            new("switchover", () => world.Change(i => new SwitchoverRequested(0, World.Cluster, i, null))),
            new("restart", () => world.Change(i => new RestartRequested(0, World.Cluster, i))),
            new("resize", () => world.Change(i => new ResizeRequested(0, World.Cluster, i, Math.Clamp(world.Nodes + world.Chance.Between(-1, 1), 1, 5)))),
            .. world.DataAreDeleted ? [new Fault(DataDeleted, machines.DeleteData)] : Array.Empty<Fault>(),
        ];
    }
}

internal sealed class ServerFaults(World world)
{
    private IReadOnlyList<RunningTask> Tasks => [.. world.Tasks];

    public void Kill()
    {
        if (Pick() is { } task)
            End(task);
    }

    public void KillMaster()
    {
        if (Tasks.FirstOrDefault(t => t.Executor!.Machine.Server == world.Watch.Master) is { } task)
            End(task);
    }

    public void Freeze()
    {
        if (Pick()?.Executor!.Machine.Server is not { Ended: false } server)
            return;
        server.Freeze();
        world.Clock.After(world.Chance.Seconds(0.2, 10), server.Thaw);
    }

    public void KillExecutor()
    {
        if (Pick() is { } task && world.MayLose(task))
            task.Agent.Lose(task, "REASON_EXECUTOR_TERMINATED");
    }

    public void KillAcker()
    {
        if (world.State?.Durable.Ackers is [var acker, ..] && Tasks.FirstOrDefault(t => t.Node.Node == acker) is { } task && world.MayLose(task))
            task.Agent.Lose(task, "REASON_EXECUTOR_TERMINATED");
    }

    private void End(RunningTask task)
    {
        if (world.MayFail(task))
            task.Executor!.Machine.Server?.End(137);
    }

    private RunningTask? Pick() => Tasks is { Count: > 0 } tasks ? world.Chance.Pick(tasks) : null;
}

internal sealed class MachineFaults(World world)
{
    private static readonly TimeSpan AgentTimeout = TimeSpan.FromSeconds(12);

    public void PowerOff()
    {
        var agent = world.Chance.Pick(world.Master.Agents);
        if (agent.Down || agent.Gone || !world.Settings.Volumes)
            return;
        agent.PowerOff();
        Miss(agent);
        world.Clock.After(world.Chance.Seconds(0.5, 20), () =>
        {
            if (!agent.Down || agent.Gone)
                return;
            agent.PowerOn();
            world.Master.Return(agent);
        });
    }

    public void CutFromMaster()
    {
        var agent = world.Chance.Pick(world.Master.Agents);
        Cut(agent.Host, Master.Host);
        Miss(agent);
    }

    /// <summary>It goes on acknowledging, and nobody is told so.</summary>
    public void CutAcker()
    {
        if (world.State is not { Durable.Ackers: [var acker, ..] } state || state.Durable.Nodes.GetValueOrDefault(acker)?.Task is not { } task)
            return;
        Cut(task.Endpoint.Host, Master.Host);
        Miss(world.Master[task.Agent.Value]);
    }

    public void SlowLink()
    {
        var other = world.Chance.Pick(world.Master.Agents).Host;
        var one = world.Watch.Master is { Ended: false, Endpoint.Host: var host } && host != other ? host : world.Chance.Pick(world.Master.Agents).Host;
        world.Network.Slow(one, other, world.Chance.Milliseconds(50, 2500));
        world.Clock.After(world.Chance.Seconds(1, 12), () => world.Network.Slow(one, other, TimeSpan.Zero));
    }

    public void CutFromEachOther()
    {
        var agents = world.Master.Agents;
        Cut(world.Chance.Pick(agents).Host, world.Chance.Pick(agents).Host);
    }

    public void Isolate()
    {
        var agent = world.Chance.Pick(world.Master.Agents);
        var length = world.Chance.Seconds(0.5, 15);
        foreach (var other in world.Master.Agents.Where(a => a != agent).Select(a => a.Host).Append(Master.Host))
            Cut(agent.Host, other, length);
        Miss(agent);
    }

    public void Gone()
    {
        var agents = world.Master.Agents;
        var agent = world.Chance.Pick(agents);
        if (agents.Count(a => !a.Gone) <= world.Nodes || agent.Gone || !world.MayLoseData(agent))
            return;
        agent.PowerOff();
        world.Master.MarkGone(agent);
        agents.Add(new Agent(world, agents.Count + 1));
    }

    public void Disturb()
    {
        var network = world.Network;
        (network.Loss, network.Doubling, network.Lateness) = (world.Chance.Below(60) / 100.0, world.Chance.Below(50) / 100.0, world.Chance.Below(50) / 100.0);
        world.Clock.After(world.Chance.Seconds(0.5, 6), () => (network.Loss, network.Doubling, network.Lateness) = (0, 0, 0));
    }

    /// <summary>Somebody deletes a data directory. mysqld ends, and its executor makes data anew, while it may be heard by nobody.</summary>
    public void DeleteData()
    {
        if (world.Tasks.ToArray() is not { Length: > 0 } tasks || world.Chance.Pick(tasks) is var task && task.Executor!.Machine.Server is not { Ended: false } || !world.MayLoseData(task))
            return;
        world.Journal.Write(task.Id, "its data are deleted");
        if (world.Chance.Of(0.7))
            Cut(task.Agent.Host, Master.Host, world.Chance.Seconds(0.2, 1));
        task.Disk.Deleted = true;
        task.Executor!.Machine.Server!.End(137);
    }

    /// <summary>An agent that did not hear of an acknowledgement tells again.</summary>
    public void RepeatUpdate()
    {
        if (world.Master.Past.Count > 0)
            world.Master.Event(new TaskUpdated(world.Chance.Pick(world.Master.Past)), TimeSpan.Zero);
    }

    private void Miss(Agent agent) => world.Clock.After(AgentTimeout, () => world.Master.LoseSight(agent));

    private void Cut(string one, string other, TimeSpan? length = null)
    {
        if (one == other)
            return;
        world.Journal.Write("network", $"{one} and {other} are cut off from each other");
        world.Network.Cut(one, other);
        foreach (var server in world.Network.Servers.Where(s => s.Endpoint.Host == one || s.Endpoint.Host == other).ToArray())
            server.Replica.Silence();
        world.Clock.After(length ?? world.Chance.Seconds(0.3, 18), () =>
        {
            world.Journal.Write("network", $"{one} and {other} reach each other");
            world.Network.Mend(one, other);
            foreach (var agent in world.Master.Agents.Where(a => a.ReachesMaster))
                world.Master.Return(agent);
        });
    }
}

internal sealed class SchedulerFaults(World world)
{
    private Scheduler Leader => world.Schedulers.FirstOrDefault(s => s.Term is not null) ?? world.Chance.Pick(world.Schedulers);

    public void Crash()
    {
        var scheduler = Leader;
        if (scheduler.Down)
            return;
        scheduler.Crash();
        world.Clock.After(world.Chance.Seconds(0.2, 4), () =>
        {
            if (scheduler.Down)
                scheduler.Start();
        });
    }

    public void Freeze()
    {
        var scheduler = Leader;
        if (scheduler.Down || scheduler.Frozen)
            return;
        scheduler.Freeze();
        world.Clock.After(world.Chance.Seconds(0.1, 14), scheduler.Thaw);
    }

    public void CutFromZooKeeper()
    {
        var scheduler = Leader;
        world.Network.Cut(scheduler.Host, Store.Host);
        world.Journal.Write("network", $"{scheduler.Host} is cut off from ZooKeeper");
        scheduler.NetworkCut();
        world.Clock.After(world.Chance.Seconds(0.2, 10), () =>
        {
            world.Network.Mend(scheduler.Host, Store.Host);
            scheduler.NetworkMended();
        });
    }

    public void BreakStream() => Leader.Term?.Reconnect();

    public void SlowStore()
    {
        world.Store.SlowerBy = world.Chance.Pick([10, 100, 400]);
        world.Clock.After(world.Chance.Seconds(0.5, 4), () => world.Store.SlowerBy = 1);
    }
}
