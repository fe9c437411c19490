using System.Globalization;
using System.Text;

namespace Mysos.Simulator.MySql;

/// <summary>A change in a binary log.</summary>
/// <param name="Origin">The data that it was first made on: MySQL's <c>server_uuid</c>.</param>
/// <param name="Write">A client's write; 0 for what the executor does.</param>
/// <param name="Account">The account that it makes.</param>
/// <param name="At">When its master committed it.</param>
internal sealed record Transaction(int Origin, uint ServerId, long Sequence, int Write, string? Account, TimeSpan At)
{
    public string MariaDbGtid => string.Create(CultureInfo.InvariantCulture, $"0-{ServerId}-{Sequence}");
}

/// <summary>MySQL's set of GTIDs.</summary>
internal sealed class GtidSet
{
    private readonly SortedDictionary<int, List<(long First, long Last)>> _sources = [];
    private string? _text = "";

    public static GtidSet Of(IEnumerable<Transaction> transactions)
    {
        var set = new GtidSet();
        foreach (var transaction in transactions)
            set.Add(transaction.Origin, transaction.Sequence);
        return set;
    }

    public bool Contains(int origin, long sequence) =>
        _sources.TryGetValue(origin, out var ranges) && ranges.Exists(r => r.First <= sequence && sequence <= r.Last);

    public void Add(int origin, long sequence)
    {
        if (Contains(origin, sequence))
            return;
        _text = null;
        if (!_sources.TryGetValue(origin, out var ranges))
            _sources[origin] = ranges = [];
        var at = ranges.FindIndex(r => r.First > sequence);
        ranges.Insert(at < 0 ? ranges.Count : at, (sequence, sequence));
        for (var i = ranges.Count - 1; i > 0; i--)
        {
            if (ranges[i - 1].Last + 1 < ranges[i].First)
                continue;
            ranges[i - 1] = (ranges[i - 1].First, ranges[i].Last);
            ranges.RemoveAt(i);
        }
    }

    public long LastOf(int origin) => _sources.TryGetValue(origin, out var ranges) ? ranges[^1].Last : 0;

    /// <param name="text">As <see cref="ToString"/> gives it.</param>
    public bool Covers(string text)
    {
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = part.Split(':');
            var origin = int.Parse(fields[0].AsSpan(24), CultureInfo.InvariantCulture);
            foreach (var range in fields.Skip(1).Select(f => f.Split('-')))
            {
                var (first, last) = (long.Parse(range[0], CultureInfo.InvariantCulture), long.Parse(range[^1], CultureInfo.InvariantCulture));
                if (!_sources.TryGetValue(origin, out var mine) || !mine.Exists(m => m.First <= first && last <= m.Last))
                    return false;
            }
        }
        return true;
    }

    public static string Uuid(int origin) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{origin:D12}");

    public override string ToString() => _text ??= Write();

    private string Write()
    {
        var text = new StringBuilder();
        foreach (var (origin, ranges) in _sources)
        {
            text.Append(text.Length > 0 ? "," : "").Append(Uuid(origin));
            foreach (var (first, last) in ranges)
                text.Append(CultureInfo.InvariantCulture, $":{first}").Append(last > first ? string.Create(CultureInfo.InvariantCulture, $"-{last}") : "");
        }
        return text.ToString();
    }
}
