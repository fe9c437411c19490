using System.Globalization;

namespace Mysos.Core.Clusters.Rules;

/// <summary>How late a slave applies, as users write it: <c>1h</c>, <c>1h30m</c>; <c>0s</c> is not at all.</summary>
public static class DelayText
{
    /// <summary>Limits are checked elsewhere (<see cref="ClusterRules.CheckDelay"/>).</summary>
    /// <exception cref="RequestException">400, field <c>delay</c>.</exception>
    public static TimeSpan Parse(string text) => Durations.TryParse(text, out var delay) ? delay
        : throw new RequestException(400, "delay", $"delay is {ClusterRules.Shown(text)}; it must be a length of time such as 1h, 30m or 1h30m, or 0s for none.");

    public static string Of(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        var parts = new[] { (time.Days, "d"), (time.Hours, "h"), (time.Minutes, "m"), (time.Seconds, "s") }.Where(p => p.Item1 > 0);
        return seconds == 0 ? "0s" : string.Concat(parts.Select(p => p.Item1.ToString(CultureInfo.InvariantCulture) + p.Item2));
    }
}
