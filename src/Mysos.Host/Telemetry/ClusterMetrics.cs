using System.Diagnostics.Metrics;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Protocol;

namespace Mysos.Host.Telemetry;

/// <summary>What is measured of each cluster, under its name.</summary>
internal static class ClusterMetrics
{
    private const double MiB = 1024 * 1024;
    private static readonly (ClusterCondition Condition, string Label)[] Conditions = [.. Enum.GetValues<ClusterCondition>().Select(c => (c, EnumWords.Of(c)))];

    public static void AddTo(Meter meter, IReadModel model)
    {
        meter.CreateObservableGauge("mysos.cluster.state", () => model.Current.Clusters.Values.SelectMany(States), null,
            "1 for the state that the cluster is in, 0 for the others.");
        Gauge("mysos.cluster.nodes.wanted", "{node}", "MySQL instances asked for.", c => c.NumNodes);
        Gauge("mysos.cluster.nodes.serving", "{node}", "MySQL instances that serve.", c => c.NodesServing);
        Gauge("mysos.cluster.epoch", null, "Rises by one with each master.", c => c.Epoch);
        Gauge("mysos.cluster.master.alone", null, "1 while a master serves and no slave is sure to have every acknowledged write.", IsAlone);
        Gauge("mysos.cluster.paused", null, "1 while nothing is begun in the cluster by itself, as its owner wants it.", c => c.PausedSince is null ? 0 : 1);
        Gauge("mysos.cluster.size.cpus", null, "Cores of each instance.", c => c.Size.Cpus);
        Gauge("mysos.cluster.size.memory", "By", "Memory of each instance.", c => c.Size.MemMb * MiB);
        Gauge("mysos.cluster.size.disk", "By", "Disk of each instance.", c => c.Size.DiskMb * MiB);
        meter.CreateObservableGauge("mysos.cluster.last_backup.timestamp", () => model.Current.Clusters.Values.SelectMany(LastBackup), "s",
            "When the newest backup that was completed was begun, in seconds since 1970.");
        NodeGauge("mysos.node.lag", "s", "How far a slave is behind its master, beyond its delay.", (_, n) => n.LagSeconds);
        NodeGauge("mysos.node.data", "By", "What the node's data take on its disk.", (_, n) => n.DataMb * MiB);
        NodeGauge("mysos.node.disk", "By", "The disk that the node was given.", (c, _) => c.Size.DiskMb * MiB);
        NodeGauge("mysos.node.connections", "{connection}", "Connections of clients, slaves and Mysos itself.", (_, n) => n.Connections);

        void Gauge(string name, string? unit, string help, Func<ClusterView, double> value) => meter.CreateObservableGauge(
            name, () => model.Current.Clusters.Values.Select(c => new Measurement<double>(value(c), Of(c))), unit, help);

        // Absent while it is not known.
        void NodeGauge(string name, string? unit, string help, Func<ClusterView, NodeView, double?> value) => meter.CreateObservableGauge(
            name, () => model.Current.Clusters.Values.SelectMany(c => Known(c, value)), unit, help);
    }

    private static IEnumerable<Measurement<double>> Known(ClusterView cluster, Func<ClusterView, NodeView, double?> value) =>
        from node in cluster.Nodes
        let known = value(cluster, node)
        where known is not null
        select new Measurement<double>(known.Value, Of(cluster), new("node", node.ServerId.ToString(CultureInfo.InvariantCulture)));

    private static double IsAlone(ClusterView cluster) => cluster.Master is not null && !cluster.Nodes.Any(n => n.Acker) ? 1 : 0;

    private static IEnumerable<Measurement<double>> States(ClusterView cluster) =>
        Conditions.Select(c => new Measurement<double>(cluster.State == c.Condition ? 1 : 0, Of(cluster), new("state", c.Label)));

    private static IEnumerable<Measurement<double>> LastBackup(ClusterView cluster) =>
        cluster.Backups.LastOrDefault(b => b.State == BackupState.Done) is { } backup
            ? [new Measurement<double>(backup.Started.ToUnixTimeSeconds(), Of(cluster))]
            : [];

    private static KeyValuePair<string, object?> Of(ClusterView cluster) => new("cluster", cluster.Name);
}
