using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary>
/// Names the events of a cluster's history for <c>Last-Event-ID</c>: the time in ticks and, among events of one moment, a
/// number. Unlike an index it stays the same when old events are dropped.
/// </summary>
internal static class EventIds
{
    public static string Of(ImmutableArray<ClusterEvent> events, int index)
    {
        var sameMoment = 0;
        for (var i = index - 1; i >= 0 && events[i].Time == events[index].Time; i--)
        {
            sameMoment++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{events[index].Time.UtcTicks}-{sameMoment}");
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
