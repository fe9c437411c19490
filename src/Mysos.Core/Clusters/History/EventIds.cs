using System.Collections.Immutable;
using System.Globalization;

namespace Mysos.Core.Clusters.History;

/// <summary>
/// Names the events of a cluster's history for <c>Last-Event-ID</c>: the time in ticks and, among events of one moment, a
/// number. Unlike an index it stays the same when old events are dropped.
/// </summary>
public static class EventIds
{
    public static string Of(ImmutableArray<ClusterEvent> events, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{events[index].Time.UtcTicks}-{NumberOf(events, index)}");

    /// <summary>The place of a cluster's event among those of all clusters.</summary>
    public static EventPlace PlaceOf(string cluster, ImmutableArray<ClusterEvent> events, int index) =>
        new(events[index].Time.UtcTicks, cluster, NumberOf(events, index));

    private static int NumberOf(ImmutableArray<ClusterEvent> events, int index)
    {
        var first = index;
        while (first > 0 && events[first - 1].Time == events[index].Time)
        {
            first--;
        }
        return index - first;
    }

    /// <summary>
    /// Index of the first event that somebody who saw <paramref name="lastId"/> has not seen: what follows it, or, when it
    /// is no longer there, what is younger. 0 for an id that is none.
    /// </summary>
    public static int FirstAfter(ImmutableArray<ClusterEvent> events, string? lastId)
    {
        var dash = lastId?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0 || !long.TryParse(lastId.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
        {
            return 0;
        }

        for (var i = events.Length - 1; i >= 0; i--)
        {
            if (events[i].Time.UtcTicks == ticks && Of(events, i) == lastId)
            {
                return i + 1;
            }
        }

        var first = events.Length;
        while (first > 0 && events[first - 1].Time.UtcTicks > ticks)
        {
            first--;
        }

        return first;
    }
}
