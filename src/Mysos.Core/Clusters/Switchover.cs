using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// A planned change of master. The old one stops taking writes before the new one begins, and goes on serving its binary
/// log, so nothing can be lost; until the next epoch is durable, everything can be undone.
/// </summary>
internal static class Switchover
{
    /// <summary>Seconds of lag.</summary>
    private const double Near = 1;
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(60);
    /// <summary>How long nobody may take writes before the old master does again.</summary>
    private static readonly TimeSpan YieldPatience = TimeSpan.FromSeconds(5);
    /// <summary>After one that was undone, none begins for so long unless it is asked for.</summary>
    private static readonly TimeSpan NotAgain = TimeSpan.FromMinutes(1);

    /// <param name="why">A clause: who wants it.</param>
    /// <param name="chosen">The cluster's owner does.</param>
    public static Cluster Begin(Turn turn, Cluster durable, int to, string why, bool chosen = false) =>
        turn.Log(durable, "switchover_began", $"Node {to} is to be the master in the place of node {durable.Master}: {why}.") with
        {
            Handover = new Handover(to, why, turn.Now, Chosen: chosen),
        };

    /// <summary>The node's agent is drained. Its executor waits a moment for another master before it ends.</summary>
    public static void LeaveDrained(Turn turn, string name, int number) => turn.Change(name, cluster =>
        cluster.Durable is { Handover: null, Deleting: false, Paused: false } durable && Mastership.IsServingMaster(cluster, number) && Best(turn, cluster) is { } heir
            ? cluster with { Durable = Begin(turn, durable, heir, "its agent is being drained") }
            : cluster);

    /// <summary>
    /// A master whose machine is to be maintained, or whose agent is drained, gives way to a slave elsewhere; to none that
    /// would have to give way itself.
    /// </summary>
    public static Cluster LeaveMachine(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable is not { Master: { } master, Election: null, Handover: null, Restart: null, Deleting: false, Failure: null }
            || durable.Nodes.GetValueOrDefault(master)?.Task is not { } task || Maintenance.WhyLeave(turn, task.Agent) is not { } why
            || IsTooSoon(turn, durable) || !Mastership.IsServingMaster(cluster, master)
            || Best(turn, cluster) is not { } heir || Maintenance.Concerns(turn.State, durable.Nodes[heir].Task!.Agent, turn.Now))
            return durable;
        return Begin(turn, durable, heir, why);
    }

    /// <summary>One was undone a moment ago.</summary>
    public static bool IsTooSoon(Turn turn, Cluster durable) => turn.Now - durable.HandoverUndone < NotAgain;

    /// <summary>
    /// The slave that would be the master soonest, rather one whose machine stays, and among those that are close to the master
    /// rather one that is preferred; null when none serves that may be master.
    /// </summary>
    public static int? Best(Turn turn, ClusterState cluster) => cluster.Durable.Nodes.Values
        .Where(n => Mastership.IsServingSlave(cluster, n.Number) && !Promotions.Bars(cluster.Durable, n.Number))
        .OrderBy(n => Maintenance.Concerns(turn.State, n.Task!.Agent, turn.Now))
        .ThenBy(n => !IsNear(cluster.Of(n.Number)))
        .ThenBy(n => Promotions.Rank(cluster.Durable, n.Number))
        .ThenBy(n => cluster.Of(n.Number).Report!.LagSeconds ?? 0)
        .ThenByDescending(n => Electorate.PositionOf(cluster.Of(n.Number)).Count)
        .ThenBy(n => n.Failures).ThenBy(n => n.Number)
        .Select(n => (int?)n.Number).FirstOrDefault();

    /// <summary>It can be expected to have the rest in a moment.</summary>
    public static bool IsNear(Observation slave) => slave.Report is { } report && (report.LagSeconds ?? 0) <= Near;

    /// <summary>The next step, when it can be taken.</summary>
    public static Cluster Advance(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var handover = durable.Handover!;
        var candidate = cluster.Of(handover.To).Report;
        // A new leader has not heard of it yet.
        var unheard = candidate is null && durable.Nodes.GetValueOrDefault(handover.To) is { Retiring: false, Restarting: false, Task: not null };
        var noted = Delays.Note(cluster, handover, master);
        if (noted != handover)
            return durable with { Handover = noted };
        // While a delay is being taken off, replication may stop for a moment.
        var changes = handover.YieldingSince is null && Delays.IsDelayed(durable, handover.To) && turn.Now - handover.Since < CatchUpPatience;
        if (!unheard && !changes && !Mastership.IsServingSlave(cluster, handover.To))
            return Undo(turn, durable, $"node {handover.To} no longer follows the master");
        if (handover.YieldingSince is not { } yielding)
        {
            if (Mastership.IsServingSlave(cluster, handover.To) && IsNear(cluster.Of(handover.To)) && Delays.HasCaughtUp(cluster, handover))
                return durable with { Handover = handover with { YieldingSince = turn.Now } };
            return turn.Now - handover.Since < CatchUpPatience ? durable
                : Undo(turn, durable, $"node {handover.To} did not catch up within {CatchUpPatience.TotalSeconds:F0} s");
        }
        if (LastWrites(cluster, master) is { } last && Electorate.PositionOf(cluster.Of(handover.To)).Covers(GtidPosition.Parse(last)))
        {
            durable = turn.Log(durable, "switched_over",
                $"Node {handover.To} is master of epoch {durable.Epoch + 1} in the place of node {master}; "
                + $"it took over {(turn.Now - yielding).TotalMilliseconds:F0} ms after writes were stopped.");
            // Who was the master has all that it wrote.
            return AckSet.Begin(durable with
            {
                Master = handover.To, Epoch = durable.Epoch + 1, Handover = null,
                ChosenEpoch = handover.Chosen ? durable.Epoch + 1 : durable.ChosenEpoch,
            }, [master], _ => false);
        }
        return turn.Now - yielding < YieldPatience ? durable
            : Undo(turn, durable, $"it was not done within {YieldPatience.TotalSeconds:F0} s");
    }

    /// <summary>What the master has executed, once it has yielded and will execute no more; null before.</summary>
    public static string? LastWrites(ClusterState cluster, int master) =>
        cluster.Of(master) is
        {
            Sent: { Yield: true } sent,
            Report: { Phase: NodePhase.Running, Role: DirectedRole.Master, ReadOnly: true, Executed: { } executed } report,
        } && report.AppliedVersion == sent.Version && report.Epoch == cluster.Durable.Epoch
            ? executed
            : null;

    private static Cluster Undo(Turn turn, Cluster durable, string why)
    {
        durable = turn.Log(durable, "switchover_undone", $"Node {durable.Master} stays master: {why}.") with { Handover = null, HandoverUndone = turn.Now };
        return durable.Restart is null ? durable
            : turn.Log(durable, "restart_abandoned", "The other nodes are not restarted, because the switchover was undone.") with { Restart = null };
    }
}
