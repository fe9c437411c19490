using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;

namespace Mysos.Dashboard.Presentation;

/// <summary>Numbers for people. One unit each, the same everywhere, independent of the server's culture.</summary>
public static class Format
{
    /// <summary>What stands where nothing is known.</summary>
    public const string Unknown = "–";

    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary><c>42 s</c>, <c>5 min</c>, <c>3 h</c>, <c>12 d</c>; a time in the future (a clock that is off) counts as 0.</summary>
    public static string Age(TimeSpan age)
    {
        var seconds = Math.Max(0, age.TotalSeconds);
        return seconds switch
        {
            < 60 => Whole(seconds, "s"),
            < 3600 => Whole(seconds / 60, "min"),
            < 48 * 3600 => Whole(seconds / 3600, "h"),
            _ => Whole(seconds / 86400, "d"),
        };
    }

    /// <summary>Below 10 s with one decimal: <c>0.4 s</c>; 0 is <c>0 s</c>.</summary>
    public static string Lag(double? seconds) => seconds switch
    {
        null => Unknown,
        <= 0 => "0 s",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        _ => Age(TimeSpan.FromSeconds(seconds.Value)),
    };

    /// <summary>Exact, in words of one unit each: <c>1 h 30 min</c>.</summary>
    public static string Delay(int seconds)
    {
        var time = TimeSpan.FromSeconds(seconds);
        var parts = new[] { (time.Days, "d"), (time.Hours, "h"), (time.Minutes, "min"), (time.Seconds, "s") }.Where(p => p.Item1 > 0);
        return string.Join(' ', parts.Select(p => Whole(p.Item1, p.Item2)).DefaultIfEmpty("0 s"));
    }

    /// <summary>Good below 1 s, a warning from 10 s, bad from a minute.</summary>
    public static Tone LagTone(double? seconds) => seconds switch
    {
        null => Tone.Quiet,
        < 10 => Tone.Good,
        < 60 => Tone.Warning,
        _ => Tone.Bad,
    };

    /// <summary>Binary units, at most one decimal: <c>1.5 GiB</c>.</summary>
    public static string Bytes(double? bytes)
    {
        if (bytes is not { } value)
        {
            return Unknown;
        }
        var unit = 0;
        while (value >= 1024 && unit < s_units.Length - 1)
        {
            value /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {s_units[unit]}");
    }

    public static string Mebibytes(double? mebibytes) => Bytes(mebibytes * 1024 * 1024);

    public static string Cpus(double? cpus) =>
        cpus is null ? Unknown : string.Create(CultureInfo.InvariantCulture, $"{cpus:0.##}");

    /// <summary><c>1 cpu · 512 MiB · 2 GiB</c>: cores, memory, disk.</summary>
    public static string Size(ClusterSize size) =>
        $"{Cpus(size.Cpus)} cpu · {Mebibytes(size.MemMb)} · {Mebibytes(size.DiskMb)}";

    public static string Resources(AgentResources resources) =>
        $"{Cpus(resources.Cpus)} cpu · {Mebibytes(resources.MemMb)} · {Mebibytes(resources.DiskMb)}";

    /// <summary>What there is of it: <c>24 GiB disk reserved</c>.</summary>
    public static string Reserved(AgentResources reserved) => string.Join(" · ", new[]
    {
        reserved.Cpus > 0 ? $"{Cpus(reserved.Cpus)} cpu" : "", reserved.MemMb > 0 ? $"{Mebibytes(reserved.MemMb)} mem" : "",
        reserved.DiskMb > 0 ? $"{Mebibytes(reserved.DiskMb)} disk" : "",
    }.Where(part => part.Length > 0)) + " reserved";

    /// <summary><c>Lossless</c>, or <c>Available after 10s</c>.</summary>
    public static string Policy(ElectionView election) =>
        election.Policy == ElectionPolicy.Available ? $"Available after {election.Timeout}" : "Lossless";

    /// <summary>A sentence: what is done when nobody is sure to have the last write, and whose word that is.</summary>
    public static string Elections(ElectionView election) => election.Policy == ElectionPolicy.Available
        ? $"Without anybody who is sure to have the last write, another is elected after {election.Timeout}: {Whose(election.OwnPolicy, election.OwnTimeout)}"
        : $"Without anybody who is sure to have the last write, an election waits: {Whose(election.OwnPolicy, election.OwnPolicy)}";

    private static string Whose(bool policy, bool timeout) => (policy, timeout) switch
    {
        (true, true) => "the cluster's own terms.",
        (true, false) => "the cluster's own policy, the scheduler's timeout.",
        (false, true) => "the scheduler's policy, the cluster's own timeout.",
        _ => "as the scheduler's flags say.",
    };

    /// <summary>What others say as a part of a sentence, as a whole one.</summary>
    public static string Sentence(string text) => text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..]}.";

    /// <summary>UTC to the second.</summary>
    public static string Moment(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>As <see cref="Moment"/>, where the heading says that it is UTC.</summary>
    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Below a second in milliseconds: <c>135 ms</c>, <c>2.4 s</c>.</summary>
    public static string Took(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? Whole(Math.Round(time.TotalMilliseconds), "ms") : Seconds(time.TotalSeconds);

    public static string Seconds(double? seconds) => seconds switch
    {
        null => Unknown,
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)(seconds / 60)} min {(long)(seconds % 60)} s"),
    };

    /// <summary>Below 10 with one decimal.</summary>
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => Unknown,
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.#}"),
        _ => Whole(perSecond),
    };

    /// <summary>With a space between thousands.</summary>
    public static string Whole(double? value) =>
        value is { } number ? number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f') : Unknown;

    public static string Count(int count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    // Rounded down, as ages are: 1 h 59 min is still 1 h.
    private static string Whole(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}
