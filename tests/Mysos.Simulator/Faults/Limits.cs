using Mysos.Core.Scheduling;
using Mysos.Simulator.Mesos;

namespace Mysos.Simulator.Faults;

/// <summary>Faults that Mysos cannot promise to survive are not made: those that take the last copy of a write away.</summary>
internal static class Limits
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1.2);

    public static void Change(this World world, Func<string, RequestEvent> request)
    {
        if (world.State is { } state)
            world.Ask(id => request(state.Durable.Incarnation) with { Request = id });
    }

    /// <summary>mysqld may end. With its data in a sandbox, a node that fails again and again loses them.</summary>
    public static bool MayFail(this World world, RunningTask task) => world.Settings.Volumes || MayLose(world, task);

    /// <summary>The task may end, and with it the data that are in its sandbox.</summary>
    public static bool MayLose(this World world, RunningTask task) => task.Volume is not null || MayLoseData(world, t => t == task);

    /// <summary>Its data may be deleted, of a volume too.</summary>
    public static bool MayLoseData(this World world, RunningTask task) => MayLoseData(world, t => t == task);

    public static bool MayLoseData(this World world, Agent agent) => MayLoseData(world, t => t.Agent == agent)
        && !agent.Volumes.Values.Any(v => v.Disk.Marker is { } marker && !MayLoseNode(world, marker.Node));

    private static bool MayLoseData(World world, Func<RunningTask, bool> lost) =>
        world.Tasks.Where(lost).All(t => MayLoseNode(world, t.Node.Node));

    /// <summary>
    /// Another node is sure to have everything, the durable state says so, and the leader hears of both: so it will not decide that
    /// the master goes on alone before it hears what happened. Nothing else happens for a while.
    /// </summary>
    private static bool MayLoseNode(World world, int node)
    {
        if (world.State is not { Durable: { Election: null, AckChange: null, Handover: null, Master: { } master } durable } state || !world.Network.IsWhole
            || world.Store.Find(World.Cluster) is not { } stored || stored.Master != master || !stored.Ackers.SetEquals(durable.Ackers))
            return false;
        if (!durable.Served)
            return true;
        var sure = durable.Ackers.Add(master);
        if (!sure.Contains(node))
            return true;
        if (sure.Count < 2 || sure.Any(n => world.Clock.Now - state.Of(n).ServedAt is not { } silence || silence > Fresh)
            || world.Tasks.Count(t => sure.Contains(t.Node.Node) && t.Executor!.Machine.Server is { Ended: false, Frozen: false }) < 2)
            return false;
        world.Plague.Pause(TimeSpan.FromSeconds(5));
        return true;
    }
}
