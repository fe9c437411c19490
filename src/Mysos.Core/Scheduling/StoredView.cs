using Mysos.Core.Clusters;
using Mysos.Core.State;

namespace Mysos.Core.Scheduling;

/// <summary>The durable documents as a view, for a scheduler that has never seen a leader's: nothing is known of what runs.</summary>
public static class StoredView
{
    public static SchedulerView Of(
        IReadOnlyDictionary<string, StoredDocument> documents, SchedulerSettings settings, ZooKeeperView zooKeeper, DateTimeOffset now)
    {
        var (record, clusters) = StateJson.Read(documents);
        var views = clusters.Select(c => Projection.View(new ClusterState(c), settings, mesosConnected: false, now));
        return SchedulerView.Empty with
        {
            Clusters = SchedulerView.Empty.Clusters.AddRange(views.Select(v => KeyValuePair.Create(v.Name, v))),
            Past = StateJson.ReadPast(documents).Clusters,
            Mesos = new MesosView { FrameworkId = record.FrameworkId?.Value },
            ZooKeeper = zooKeeper,
            Stale = new Staleness(now, "No leading scheduler has been reached since this one started; this is the stored state, "
                + "without what the servers report."),
        };
    }
}
