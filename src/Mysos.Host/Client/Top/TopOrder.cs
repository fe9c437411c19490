using Mysos.Core.Clusters;

namespace Mysos.Host.Client.Top;

/// <summary>What needs somebody's eye comes first.</summary>
internal static class TopOrder
{
    public static IEnumerable<ClusterSummary> Of(IEnumerable<ClusterSummary> clusters) => clusters
        .OrderBy(c => Rank(c.State)).ThenByDescending(c => c.IfMasterDied?.MayLoseWrites == true).ThenBy(c => c.Name, StringComparer.Ordinal);

    private static int Rank(ClusterCondition state) => state switch
    {
        ClusterCondition.Electing => 0,
        ClusterCondition.Failed => 1,
        ClusterCondition.Degraded => 2,
        ClusterCondition.Creating => 3,
        ClusterCondition.Deleting => 4,
        _ => 5,
    };
}
