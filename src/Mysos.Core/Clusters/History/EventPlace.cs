using System.Globalization;

namespace Mysos.Core.Clusters.History;

/// <summary>
/// The place of an event among those of all clusters: its time in ticks, among events of one moment its cluster, and then
/// its number there. Written <c>&lt;ticks&gt;-&lt;number&gt;-&lt;cluster&gt;</c>.
/// </summary>
public readonly record struct EventPlace(long Ticks, string Cluster, int Number) : IComparable<EventPlace>
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks}-{Number}-{Cluster}");

    /// <summary>Null when it is none.</summary>
    public static EventPlace? Parse(string? text) =>
        text?.Split('-', 3) is [var ticks, var number, { Length: > 0 } cluster]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
                ? new EventPlace(time, cluster, place)
                : null;

    public int CompareTo(EventPlace other) => (Ticks.CompareTo(other.Ticks), string.CompareOrdinal(Cluster, other.Cluster)) switch
    {
        (0, 0) => Number.CompareTo(other.Number),
        (0, var name) => name,
        var (time, _) => time,
    };
}
