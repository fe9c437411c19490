using System.Collections.Immutable;
using System.Globalization;

namespace Mysos.Core.Elections;

/// <summary>
/// How far a server is, in either notation: MariaDB's <c>0-1-105,1-2-7</c> (domain-server-sequence; the sequence of a
/// domain never falls) or MySQL's <c>uuid:1-5:8,uuid2:1-3</c>. Both become sets of numbers per source, so that
/// positions are compared as what they contain, never as text.
/// </summary>
public sealed class GtidPosition
{
    public static GtidPosition Empty { get; } = new(new Dictionary<string, ImmutableArray<(long, long)>>());

    private readonly ImmutableSortedDictionary<string, ImmutableArray<(long First, long Last)>> _sources;

    private GtidPosition(IReadOnlyDictionary<string, ImmutableArray<(long, long)>> sources) =>
        _sources = sources.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Transactions in it.</summary>
    public long Count => _sources.Values.Sum(ranges => ranges.Sum(r => r.Last - r.First + 1));

    /// <exception cref="FormatException">Neither notation.</exception>
    public static GtidPosition Parse(string? text)
    {
        var sources = new Dictionary<string, ImmutableArray<(long, long)>>(StringComparer.Ordinal);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (source, ranges) = part.Contains(':', StringComparison.Ordinal) ? MySqlPart(part) : MariaDbPart(part);
            sources[source] = sources.TryGetValue(source, out var there) ? Merge(there.AddRange(ranges)) : Merge(ranges);
        }
        return new GtidPosition(sources);
    }

    public GtidPosition Union(GtidPosition other)
    {
        var sources = _sources.ToDictionary(StringComparer.Ordinal);
        foreach (var (source, ranges) in other._sources)
            sources[source] = sources.TryGetValue(source, out var there) ? Merge(there.AddRange(ranges)) : ranges;
        return new GtidPosition(sources);
    }

    /// <summary>Every transaction of <paramref name="other"/> is in this one.</summary>
    public bool Covers(GtidPosition other) => other._sources.All(source =>
        _sources.TryGetValue(source.Key, out var mine)
        && source.Value.All(range => mine.Any(m => m.First <= range.First && range.Last <= m.Last)));

    private static (string, ImmutableArray<(long, long)>) MariaDbPart(string part)
    {
        var fields = part.Split('-');
        if (fields.Length != 3)
            throw NotAPosition(part);
        return ($"domain {Number(fields[0], part)}", [(1, Number(fields[2], part))]);
    }

    private static (string, ImmutableArray<(long, long)>) MySqlPart(string part)
    {
        var fields = part.Split(':', StringSplitOptions.TrimEntries);
        var source = fields[0].ToLowerInvariant();
        var ranges = ImmutableArray.CreateBuilder<(long, long)>();
        foreach (var field in fields.Skip(1))
        {
            if (field.Length > 0 && !char.IsAsciiDigit(field[0]) && field.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                // A tag of MySQL 8.3 and later: the ranges behind it are a source of their own.
                source = $"{fields[0].ToLowerInvariant()}:{field}";
                continue;
            }
            var ends = field.Split('-');
            var first = Number(ends[0], part);
            ranges.Add((first, ends.Length > 1 ? Number(ends[1], part) : first));
        }
        return (source, ranges.ToImmutable());
    }

    private static ImmutableArray<(long First, long Last)> Merge(ImmutableArray<(long First, long Last)> ranges)
    {
        var merged = new List<(long First, long Last)>();
        foreach (var range in ranges.Sort())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }
        return [.. merged];
    }

    private static long Number(string digits, string part) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NotAPosition(part);

    private static FormatException NotAPosition(string part) =>
        new($"'{part}' is not a GTID position: expected 'domain-server-sequence' (MariaDB) or 'uuid:1-5' (MySQL).");
}
