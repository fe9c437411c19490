using Mysos.Core.Clusters;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>
/// A pause: its owner wants to work on a cluster undisturbed. Nothing is begun in it by itself: no election, switchover, launch, rebuild or repair. What is
/// under way is brought to its end, and executors start a mysqld that has ended again, in its role. Who acknowledges writes is still looked after, for they would stop or be at risk without it; and the ServerSet says who serves.
/// </summary>
internal static class Pausing
{
    /// <summary>What would begin something that the pause is to keep away.</summary>
    public static bool Forbids(ChangeRequested change) =>
        change is ResizeRequested or SwitchoverRequested or RestartRequested or ReplaceRequested or DelayRequested;

    public static (ClusterState?, Outcome) Set(Turn turn, ClusterState cluster, bool paused)
    {
        var durable = cluster.Durable;
        if (durable.Paused == paused)
            return (cluster, new Outcome.Accepted("", ["Nothing: it is so already."]));
        durable = paused
            ? turn.Log(durable, "cluster_paused", "Its owner paused it: nothing is begun by itself.") with { PausedSince = turn.Now }
            : turn.Log(durable, "cluster_resumed", $"Its owner resumed it after {(turn.Now - durable.PausedSince!.Value).TotalSeconds:F0} s.") with { PausedSince = null };
        return (cluster with { Durable = durable }, new Outcome.Accepted("", [.. paused ? Pause(durable) : Resume]));
    }

    private static IEnumerable<string> Pause(Cluster durable)
    {
        if (durable is { Election: not null } or { Handover: not null } or { AckChange: not null })
            yield return "What is under way is brought to its end.";
        yield return "No master is elected or switched over: when the master's machine or task is lost, writes stop until the cluster is resumed. A mysqld that ends is started again.";
        yield return "No node is launched, restarted, rebuilt or given up, and what somebody changes on a server is left as it is.";
        yield return "Writes are acknowledged as before, backups and the password can be asked for, and ZooKeeper tells who serves.";
    }

    private static readonly string[] Resume =
    [
        "What was changed on the servers is put right, and a slave that was written to is rebuilt.",
        "A master that has ended is replaced, and nodes that are missing are launched.",
    ];
}
