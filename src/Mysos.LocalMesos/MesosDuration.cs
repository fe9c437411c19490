using System.Globalization;

namespace Mysos.LocalMesos;

/// <summary>Durations as Mesos prints them: <c>15mins</c>, <c>5secs</c>, <c>250ms</c>.</summary>
internal static class MesosDuration
{
    private static readonly (TimeSpan Unit, string Name)[] Units =
    [
        (TimeSpan.FromDays(7), "weeks"), (TimeSpan.FromDays(1), "days"), (TimeSpan.FromHours(1), "hrs"),
        (TimeSpan.FromMinutes(1), "mins"), (TimeSpan.FromSeconds(1), "secs"), (TimeSpan.FromMilliseconds(1), "ms"),
        (TimeSpan.FromMicroseconds(1), "us"),
    ];

    /// <summary>In the largest unit that needs no fraction.</summary>
    public static string Text(TimeSpan duration)
    {
        foreach (var (unit, name) in Units)
        {
            if (duration.Ticks != 0 && duration.Ticks % unit.Ticks == 0)
                return (duration.Ticks / unit.Ticks).ToString(CultureInfo.InvariantCulture) + name;
        }
        return (duration.Ticks * 100).ToString(CultureInfo.InvariantCulture) + "ns";
    }
}
