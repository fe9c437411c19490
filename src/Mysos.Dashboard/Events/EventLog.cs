using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Dashboard.Events;

/// <summary>An event, and how long what it ends took; null when it ends nothing, or the beginning is no longer known.</summary>
public sealed record EventLine(FleetEvent Event, TimeSpan? Took);

/// <summary>
/// The events that one reader asks for: at first what the clusters' histories have, then what happens. What has been read stays, also
/// when its cluster goes.
/// </summary>
public sealed class EventLog
{
    /// <summary>So many are kept, the newest.</summary>
    public const int Most = 5000;

    private readonly Func<FleetEvent, bool> _wants;
    private readonly FleetNews _news;

    public EventLog(EventsQuery query, SchedulerView view)
    {
        _wants = query.EventsIn();
        _news = new FleetNews(query.ClustersIn(view));
        Read(view);
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<EventLine> Lines { get; private set; } = [];

    /// <summary>How many there have been, those included that are no longer kept.</summary>
    public int Total { get; private set; }

    public void Read(SchedulerView view)
    {
        FleetEvent[] events = [.. _news.Next(view).Events.Where(_wants)];
        if (events.Length == 0)
        {
            return;
        }
        Total += events.Length;
        var lines = events.TakeLast(Most).Select(e => new EventLine(e, Took(view, e)));
        Lines = [.. Lines.Skip(Math.Max(0, Lines.Length + events.Length - Most)), .. lines];
    }

    private static TimeSpan? Took(SchedulerView view, FleetEvent e) =>
        Course.EndedBy(view.Clusters[e.Cluster], new ClusterEvent(e.Time, e.Kind, e.Text) { By = e.By })?.Duration;
}
