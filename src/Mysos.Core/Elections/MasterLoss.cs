using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Elections;

/// <summary>
/// Why a master is to be replaced. Its end is reason enough. Short of that, one side's word is not: whoever the acker
/// still hears goes on being master, for it can still acknowledge writes.
/// </summary>
internal static class MasterLoss
{
    /// <summary>What was said longer ago tells nothing of now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2.5);
    /// <summary>For how long slaves have heard nothing, when the master's executor says that its mysqld does not answer.</summary>
    private const double Hung = 0.7;
    /// <summary>For how long slaves and scheduler have heard nothing of a master whose executor is silent as well.</summary>
    private static readonly TimeSpan CutOff = TimeSpan.FromSeconds(3);

    /// <summary>One sentence without a subject; null: it is not lost.</summary>
    public static string? Of(Turn turn, ClusterState cluster, int master)
    {
        if (Ended(cluster, master) is { } ended)
            return ended;
        var witnesses = cluster.Durable.Nodes.Keys.Where(n => n != master && Follows(turn, cluster, n)).ToImmutableArray();
        // Without an acker none could be elected.
        if (Hearing.IsLate(turn) || !cluster.Durable.Ackers.Any(witnesses.Contains))
            return null;
        var seen = cluster.Of(master);
        var symptoms = IsFresh(turn, seen) ? seen.Report?.Symptoms : null;
        var silent = witnesses.Min(n => cluster.Of(n).Report!.Symptoms?.MasterSilentFor ?? 0);
        if (symptoms is { Volume: { } volume } && witnesses.Any(n => cluster.Of(n).Report!.Symptoms?.Volume is null && !Promotions.Bars(cluster.Durable, n)))
            return $"its volume takes no writes: {volume}";
        if (symptoms is { SilentFor: { } hung } && silent >= Hung)
            return $"its executor has had no answer from mysqld for {hung:F1} s, and {Names(witnesses)} nothing from it for {silent:F1} s";
        if (seen.Heard is { } heard && Hearing.Silence(turn, heard) is var unheard && unheard >= CutOff && silent >= CutOff.TotalSeconds
            && witnesses.All(n => cluster.Of(n).Report!.Symptoms!.MasterRefuses is not null))
        {
            return $"its executor has not been heard for {unheard.TotalSeconds:F1} s, {Names(witnesses)} heard nothing from it for {silent:F1} s and cannot "
                + $"log in: {cluster.Of(witnesses[0]).Report!.Symptoms!.MasterRefuses}";
        }
        return null;
    }

    private static string? Ended(ClusterState cluster, int master)
    {
        if (!cluster.Durable.Nodes.TryGetValue(master, out var node))
            return "its node is gone";
        if (node.Task is null)
            return $"its task ended: {node.LastFailure}";
        if (!Electorate.HasItsData(cluster, master))
            return "its data were made anew, and lack what was written to it";
        return cluster.Of(master).Report is { Phase: NodePhase.Stopped or NodePhase.Failed } report
            ? report.Reason ?? "its mysqld ended"
            : null;
    }

    /// <summary>Set up to follow the master of this epoch, whether it hears it or not.</summary>
    private static bool Follows(Turn turn, ClusterState cluster, int node) => IsFresh(turn, cluster.Of(node))
        && cluster.Of(node).Report is { Phase: NodePhase.Running, Role: DirectedRole.Slave, Symptoms: null or { SilentFor: null } } report
        && report.Epoch == cluster.Durable.Epoch;

    private static bool IsFresh(Turn turn, Observation seen) => seen.Heard is { } heard && turn.Now - heard <= Fresh;

    private static string Names(ImmutableArray<int> nodes) => string.Join(" and ", nodes.Select(n => $"node {n}")) + (nodes.Length == 1 ? " has" : " have");
}
