using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Executor.Data;
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

    public static bool MayLoseData(this World world, Agent agent) => MayLoseNodes(world,
        [.. NodesOf(world, t => t.Agent == agent), .. agent.Volumes.Values.Select(v => v.Disk.Marker).OfType<NodeMarker>().Select(marker => marker.Node)]);

    private static bool MayLoseData(World world, Func<RunningTask, bool> lost) => MayLoseNodes(world, [.. NodesOf(world, lost)]);

    private static IEnumerable<int> NodesOf(World world, Func<RunningTask, bool> tasks) => world.Tasks.Where(tasks).Select(t => t.Node.Node);

    /// <summary>
    /// A node that stays is sure to have everything, the durable state says so, and the leader hears of all such nodes: so it will not decide that
    /// the master goes on alone before it hears what happened. Nothing else happens for a while.
    /// </summary>
    private static bool MayLoseNodes(World world, ImmutableSortedSet<int> nodes)
    {
        if (nodes.IsEmpty)
            return true;
        if (world.State is not { Durable: { Election: null, AckChange: null, Handover: null, Master: { } master } durable } state || !world.Network.IsWhole
            || world.Store.Find(World.Cluster) is not { } stored || stored.Master != master || !stored.Ackers.SetEquals(durable.Ackers))
            return false;
        if (!durable.Served)
            return true;
        var sure = durable.Ackers.Add(master);
        if (!sure.Overlaps(nodes))
            return true;
        if (sure.Any(n => world.Clock.Now - state.Of(n).ServedAt is not { } silence || silence > Fresh) || !sure.Except(nodes).Any(n => Stays(world, durable, n)))
            return false;
        world.Plague.Pause(TimeSpan.FromSeconds(5));
        return true;
    }

    private static bool Stays(World world, Cluster durable, int node) => durable.Nodes[node] is { Restarting: false, Retiring: false }
        && world.Tasks.Any(t => t.Node.Node == node && t.Executor!.Machine.Server is { Ended: false, Frozen: false });
}
