using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Elections;

/// <summary>By what terms a cluster's elections go: its own, or else those of the scheduler's flags.</summary>
internal static class ElectionTerms
{
    public static ElectionPolicy PolicyOf(Cluster cluster, SchedulerSettings settings) => cluster.ElectionPolicy ?? settings.ElectionPolicy;

    public static int SyncReplicasOf(Cluster cluster, SchedulerSettings settings) => cluster.SyncReplicas ?? settings.SyncReplicas;

    public static TimeSpan TimeoutOf(Cluster cluster, SchedulerSettings settings) => cluster.ElectionTimeout ?? settings.ElectionTimeout;
}
