using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// Whose data a rebuilt node begins with: a slave's that serves, if possible none that is delayed or that the master waits for; else the
/// master's.
/// A donor gives to one node at a time.
/// </summary>
internal static class Donors
{
    public static Donor? For(ClusterState cluster, Node receiver, SchedulerSettings settings)
    {
        if (Of(cluster, receiver) is not { } donor)
            return null;
        var offer = cluster.Of(donor).Report?.Offers;
        return new Donor(donor, cluster.Durable.Nodes[donor].Task!.Endpoint, offer?.Node == receiver.Number ? offer.Port : 0, settings.CopyMbPerSecond);
    }

    public static CopyGrant? GrantOf(ClusterState cluster, Node donor, SchedulerSettings settings)
    {
        var receivers = cluster.Durable.Nodes.Values.Where(n => Of(cluster, n) == donor.Number).Select(n => n.Number).ToList();
        if (receivers.Count == 0)
            return null;
        var now = cluster.Of(donor.Number).Sent?.Grants?.Node;
        return new CopyGrant(now is { } granted && receivers.Contains(granted) ? granted : receivers.Min(), settings.CopyMbPerSecond);
    }

    private static int? Of(ClusterState cluster, Node receiver)
    {
        if (!IsWithoutData(cluster, receiver))
            return null;
        // A copy under way is not begun again elsewhere because another node could give one now.
        if (cluster.Of(receiver.Number).Sent?.Donor is { } now && CanGive(cluster, now.Node))
            return now.Node;
        return cluster.Durable.Nodes.Keys.Where(n => n != receiver.Number && CanGive(cluster, n))
            .OrderBy(n => n == cluster.Durable.Master).ThenBy(n => Delays.IsDelayed(cluster.Durable, n)).ThenBy(n => cluster.Durable.Ackers.Contains(n))
            .ThenBy(n => cluster.Of(n).Report!.LagSeconds ?? 0).ThenBy(n => n).Select(n => (int?)n).FirstOrDefault();
    }

    /// <summary>It is to be rebuilt, or is about it.</summary>
    private static bool IsWithoutData(ClusterState cluster, Node node) => node is { Rebuild: > 0, Retiring: false, Task: not null }
        && cluster.Of(node.Number).Report is { } report && (report.Rebuild < node.Rebuild || report.DataMade is null);

    private static bool CanGive(ClusterState cluster, int node) =>
        Mastership.IsServingSlave(cluster, node) || Mastership.IsServingMaster(cluster, node);
}
