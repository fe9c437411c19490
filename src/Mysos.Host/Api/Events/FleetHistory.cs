using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Host.Api.Events;

/// <summary>What has happened in all clusters, as far as it is kept.</summary>
internal static class FleetHistory
{
    private const int DefaultLimit = 500;

    /// <summary>Oldest first.</summary>
    public static IReadOnlyList<FleetEvent> Of(News first, EventQuery query)
    {
        var events = first.Events.Where(query.Wants);
        if (query.After is { } after)
            events = events.Where(e => EventPlace.Parse(e.Id)!.Value.CompareTo(after) > 0);
        return query.Last is { } last ? [.. events.TakeLast(last)] : [.. events];
    }

    public static EventPage Page(SchedulerView view, EventQuery query)
    {
        var events = Of(new FleetNews(query.Wants).Next(view), query);
        var limit = query.Limit ?? DefaultLimit;
        return events.Count <= limit ? new EventPage([.. events], null) : new EventPage([.. events.Take(limit)], events[limit - 1].Id);
    }
}

/// <param name="Last">The last id on this page when there is a next one.</param>
internal sealed record EventPage(FleetEvent[] Events, string? Last);
