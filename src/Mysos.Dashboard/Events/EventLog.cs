using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Dashboard.Events;

/// <summary>An event, and how long what it ends took; null when it ends nothing, or the beginning is no longer known.</summary>
public sealed record EventLine(FleetEvent Event, TimeSpan? Took);

/// <summary>
/// The events that one reader asks for: at first what the clusters' histories have, then what happens. What has been read stays while it is
/// not too old, also when its cluster goes.
/// </summary>
public sealed class EventLog
{
    /// <summary>So many are kept, the newest.</summary>
    public const int Most = 5000;

    private readonly EventsQuery _query;
    private readonly Func<FleetEvent, bool> _wants;
    private readonly FleetNews _news;

    public EventLog(EventsQuery query, SchedulerView view, DateTimeOffset now)
    {
        _query = query;
        _wants = query.EventsIn();
        _news = new FleetNews(query.ClustersIn(view));
        Read(view, now);
    }

    /// <summary>Oldest first.</summary>
    public ImmutableArray<EventLine> Lines { get; private set; } = [];

    /// <summary>How many there have been, those included that are no longer kept.</summary>
    public int Total { get; private set; }

    /// <summary>There were more than <see cref="Most"/>.</summary>
    public bool Overflowed { get; private set; }

    public void Read(SchedulerView view, DateTimeOffset now)
    {
        var from = _query.From(now);
        EventLine[] lines = [.. _news.Next(view).Events.Where(e => e.Time >= from && _wants(e)).Select(e => new EventLine(e, Course.EndedBy(view, e)?.Duration))];
        Total += lines.Length;
        var all = Lines.Length + lines.Length;
        Overflowed |= all > Most;
        var old = Math.Max(all - Most, Lines.TakeWhile(l => l.Event.Time < from).Count());
        if (lines.Length > 0 || old > 0)
        {
            Lines = [.. Lines.Concat(lines).Skip(old)];
        }
    }
}
