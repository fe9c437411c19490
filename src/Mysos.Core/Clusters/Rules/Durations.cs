using System.Globalization;
using System.Text.RegularExpressions;

namespace Mysos.Core.Clusters.Rules;

/// <summary>Lengths of time as users write them: <c>14d</c>, <c>60s</c>, <c>500ms</c>, <c>1h30m</c>.</summary>
public static partial class Durations
{
    /// <summary>Far beyond any use, and well within what Mesos and .NET hold.</summary>
    private static readonly TimeSpan Max = TimeSpan.FromDays(36_500);

    /// <summary>False when <paramref name="text"/> is no such length.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var match = Pattern().Match(text);
        if (!match.Success)
            return false;

        var total = 0m;
        var numbers = match.Groups["number"].Captures;
        var units = match.Groups["unit"].Captures;
        for (var i = 0; i < numbers.Count; i++)
        {
            if (!decimal.TryParse(numbers[i].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return false;
            total += number * Milliseconds(units[i].Value);
            if (total > (decimal)Max.TotalMilliseconds)
                return false;
        }

        duration = TimeSpan.FromMilliseconds((double)total);
        return true;
    }

    /// <summary>In days or in seconds: <c>1d</c>, <c>90s</c>, <c>0.1s</c>.</summary>
    public static string Format(TimeSpan duration) => duration.Ticks > 0 && duration.Ticks % TimeSpan.TicksPerDay == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalDays}d")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds}s");

    private static decimal Milliseconds(string unit) => unit switch
    {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => 604_800_000,
    };

    [GeneratedRegex(@"\A(?:(?<number>[0-9]{1,12}(?:\.[0-9]{1,6})?)(?<unit>ms|s|m|h|d|w))+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
