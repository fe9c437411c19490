using System.Diagnostics.Metrics;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Status;

/// <summary>The read model as metrics. Each value is read when somebody asks; nothing is kept here.</summary>
internal sealed class MysosMetrics : IDisposable
{
    private static readonly (ClusterCondition Condition, string Label)[] Conditions =
        [.. Enum.GetValues<ClusterCondition>().Select(c => (c, c.ToString().ToLowerInvariant()))];

    private readonly Meter _meter;

    /// <param name="meterName">One per host in a process; see <see cref="Composition.MysosWebSettings.MeterName"/>.</param>
    public MysosMetrics(IReadModel model, string meterName)
    {
        _meter = new Meter(meterName);
        _meter.CreateObservableGauge("mysos.clusters", () => ByCondition(model.Current), "{cluster}", "Clusters by state.");
        Gauge("mysos.nodes.serving", "{node}", "MySQL instances that serve.",
            v => v.Clusters.Values.Sum(c => c.Nodes.Count(n => n.State == NodeState.Serving)));
        Gauge("mysos.nodes.requested", "{node}", "MySQL instances asked for.", v => v.Clusters.Values.Sum(c => (long)c.NumNodes));
        Gauge("mysos.agents", "{agent}", "Mesos agents known.", v => v.Agents.Length);
        Gauge("mysos.mesos.connected", null, "1 while registered with the Mesos master.", v => v is { Mesos.Connected: true, Stale: null } ? 1 : 0);
        Gauge("mysos.zookeeper.connected", null, "1 while connected to ZooKeeper.", v => v.ZooKeeper.Connected ? 1 : 0);
        Gauge("mysos.view.stale", null, "1 while this scheduler neither leads nor follows the leader: then all of this is from before.",
            v => v.Stale is null ? 0 : 1);
        Counter("mysos.tasks.launched", "{task}", "Tasks launched.", c => c.TasksLaunched);
        Counter("mysos.tasks.lost", "{task}", "Tasks lost.", c => c.TasksLost);
        Counter("mysos.tasks.finished", "{task}", "Tasks finished.", c => c.TasksFinished);
        Counter("mysos.tasks.failed", "{task}", "Tasks failed.", c => c.TasksFailed);
        Counter("mysos.tasks.killed", "{task}", "Tasks killed.", c => c.TasksKilled);
        Counter("mysos.offers.received", "{offer}", "Resource offers received.", c => c.ResourceOffers);
        Counter("mysos.offers.incompatible_role", "{offer}", "Offers declined because of their role.", c => c.OffersIncompatibleRole);
        Counter("mysos.offers.unused", "{offer}", "Offers that nothing was launched on.", c => c.OffersUnused);

        void Gauge(string name, string? unit, string help, Func<SchedulerView, long> value) =>
            _meter.CreateObservableGauge(name, () => value(model.Current), unit, help);

        void Counter(string name, string unit, string help, Func<Counters, long> value) =>
            _meter.CreateObservableCounter(name, () => value(model.Current.Counters), unit, help);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> ByCondition(SchedulerView view)
    {
        var counts = view.Clusters.Values.CountBy(c => c.State).ToDictionary();
        foreach (var (condition, label) in Conditions)
        {
            yield return new Measurement<int>(counts.GetValueOrDefault(condition), new KeyValuePair<string, object?>("state", label));
        }
    }
}
