using System.Collections.Immutable;

namespace Mysos.Core.Clusters.History;

/// <summary>Which of a cluster's events are kept: the newest, and of those that somebody asked for the newest of their own.</summary>
public static class EventRetention
{
    public const int Newest = 40;
    public const int NewestAskedFor = 40;

    /// <param name="events">Oldest first, as is the answer.</param>
    public static ImmutableList<ClusterEvent> Kept(ImmutableList<ClusterEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var newest = events.Count - Newest;
        if (newest <= 0)
            return events;
        var askedFor = NewestAskedFor - events.Skip(newest).Count(e => e.By is not null);
        ClusterEvent[] older = [.. events.Take(newest).Where(e => e.By is not null).TakeLast(Math.Max(0, askedFor))];
        return older.Length == newest ? events : [.. older, .. events.Skip(newest)];
    }

    /// <summary>The newest of those that are kept: between them nothing is left out.</summary>
    public static ImmutableArray<ClusterEvent> WithoutGaps(ImmutableArray<ClusterEvent> kept) => kept.Length > Newest ? kept[^Newest..] : kept;
}
