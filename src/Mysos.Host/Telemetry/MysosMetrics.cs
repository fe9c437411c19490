using System.Diagnostics.Metrics;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Telemetry;

/// <summary>The read model as metrics, each read when somebody asks; and what is counted and measured as it happens.</summary>
internal sealed class MysosMetrics : IDisposable
{
    private static readonly (ClusterCondition Condition, string Label)[] Conditions =
        [.. Enum.GetValues<ClusterCondition>().Select(c => (c, EnumWords.Of(c)))];

    /// <summary>From what a quick failover takes to what a large restore does, in seconds.</summary>
    private static readonly double[] Seconds = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120, 300, 900, 3600];
    private static readonly double[] ShortSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

    /// <summary>An alert on the first of a kind needs a series that was 0 before it.</summary>
    private static readonly string[] FromZero =
        ["backup_failed", "cluster_failed", "data_loss_accepted", "failed_over", "master_alone", "master_lost", "node_rebuilt", "switchover_undone"];

    private readonly Meter _meter;
    private readonly Counter<long> _events;
    private readonly Histogram<double> _latency;
    private readonly Dictionary<CourseKind, Histogram<double>> _courses;

    /// <param name="meterName">One per host in a process; see <see cref="Composition.MysosWebSettings.MeterName"/>.</param>
    public MysosMetrics(IReadModel model, IReadiness readiness, string meterName)
    {
        _meter = new Meter(meterName);
        _meter.CreateObservableGauge("mysos.clusters", () => ByCondition(model.Current), "{cluster}", "Clusters by state.");
        Gauge("mysos.nodes.serving", "{node}", "MySQL instances that serve.",
            v => v.Clusters.Values.Sum(c => c.NodesServing));
        Gauge("mysos.nodes.requested", "{node}", "MySQL instances asked for.", v => v.Clusters.Values.Sum(c => (long)c.NumNodes));
        ClusterMetrics.AddTo(_meter, model);
        _meter.CreateObservableGauge("mysos.scheduler.leads", () => readiness.Check().Leads == true ? 1 : 0, null, "1 while this scheduler leads.");
        Gauge("mysos.agents", "{agent}", "Mesos agents known.", v => v.Agents.Length);
        Gauge("mysos.mesos.connected", null, "1 while registered with the Mesos master.", v => v is { Mesos.Connected: true, Stale: null } ? 1 : 0);
        Gauge("mysos.zookeeper.connected", null, "1 while connected to ZooKeeper.", v => v.ZooKeeper.Connected ? 1 : 0);
        Gauge("mysos.view.stale", null, "1 while this scheduler neither leads nor follows the leader: then all of this is from before.",
            v => v.Stale is null ? 0 : 1);
        _events = _meter.CreateCounter<long>("mysos.cluster.events", "{event}", "Events in the clusters' histories, by their kind.");
        _latency = Histogram("mysos.loop.latency", "How long the scheduler's loop takes to come to what is to be done now.", ShortSeconds);
        _courses = new()
        {
            [CourseKind.Create] = Histogram("mysos.create.duration", "From a creation's acceptance until all nodes serve.", Seconds),
            [CourseKind.Failover] = Histogram("mysos.failover.duration", "From the loss of a master until the next one takes writes and is announced.", Seconds),
            [CourseKind.Switchover] = Histogram("mysos.switchover.duration", "From the beginning of a switchover until the other master takes writes.", Seconds),
            [CourseKind.Restart] = Histogram("mysos.restart.duration", "From the beginning of a restart of all nodes until all serve again.", Seconds),
            [CourseKind.Backup] = Histogram("mysos.backup.duration", "From the beginning of a backup until it is complete.", Seconds),
        };
        Counter("mysos.tasks.launched", "{task}", "Tasks launched.", c => c.TasksLaunched);
        Counter("mysos.tasks.lost", "{task}", "Tasks lost.", c => c.TasksLost);
        Counter("mysos.tasks.finished", "{task}", "Tasks finished.", c => c.TasksFinished);
        Counter("mysos.tasks.failed", "{task}", "Tasks failed.", c => c.TasksFailed);
        Counter("mysos.tasks.killed", "{task}", "Tasks killed.", c => c.TasksKilled);
        Counter("mysos.offers.received", "{offer}", "Resource offers received.", c => c.ResourceOffers);
        Counter("mysos.offers.incompatible_role", "{offer}", "Offers declined because of their role.", c => c.OffersIncompatibleRole);
        Counter("mysos.offers.unused", "{offer}", "Offers that nothing was launched on.", c => c.OffersUnused);

        Histogram<double> Histogram(string name, string help, double[] bounds) =>
            _meter.CreateHistogram<double>(name, "s", help, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

        void Gauge(string name, string? unit, string help, Func<SchedulerView, long> value) =>
            _meter.CreateObservableGauge(name, () => value(model.Current), unit, help);

        void Counter(string name, string unit, string help, Func<Counters, long> value) =>
            _meter.CreateObservableCounter(name, () => value(model.Current.Counters), unit, help);
    }

    /// <summary>Called once, when what is counted is listened to.</summary>
    public void CountFromZero()
    {
        foreach (var kind in FromZero)
            _events.Add(0, new KeyValuePair<string, object?>("kind", kind));
    }

    public void Count(string kind) => _events.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>What came to nothing is counted among the events alone, as is how long an owner worked on a paused cluster.</summary>
    public void Measure(Course course)
    {
        if (!course.Failed && _courses.TryGetValue(course.Kind, out var histogram))
            histogram.Record(course.Duration.TotalSeconds);
    }

    /// <summary>So long had something waited in the loop's queue.</summary>
    public void Waited(TimeSpan time) => _latency.Record(Math.Max(0, time.TotalSeconds));

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
