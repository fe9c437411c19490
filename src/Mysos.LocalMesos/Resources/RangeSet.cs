using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>A set of whole numbers as sorted, disjoint, non-adjacent ranges (Mesos' RANGES).</summary>
internal sealed class RangeSet
{
    public static readonly RangeSet Empty = new([]);

    private readonly PortRange[] _ranges;

    private RangeSet(PortRange[] ranges) => _ranges = ranges;

    public IReadOnlyList<PortRange> Ranges => _ranges;
    public bool IsEmpty => _ranges.Length == 0;

    public static RangeSet Of(IEnumerable<PortRange> ranges)
    {
        var merged = new List<PortRange>();
        foreach (var range in ranges.Where(range => range.Begin <= range.End).OrderBy(range => range.Begin))
        {
            if (merged.Count > 0 && (range.Begin <= merged[^1].End || range.Begin - merged[^1].End == 1))
                merged[^1] = merged[^1] with { End = Math.Max(merged[^1].End, range.End) };
            else
                merged.Add(range);
        }
        return merged.Count == 0 ? Empty : new RangeSet([.. merged]);
    }

    public RangeSet Plus(RangeSet other) => Of(_ranges.Concat(other._ranges));

    public RangeSet Minus(RangeSet other)
    {
        IEnumerable<PortRange> left = _ranges;
        foreach (var hole in other._ranges)
            left = left.SelectMany(range => Cut(range, hole)).ToArray();
        return Of(left);
    }

    public bool Contains(RangeSet other) => other.Minus(this).IsEmpty;

    public override string ToString() => "[" + string.Join(", ", _ranges.Select(range => $"{range.Begin}-{range.End}")) + "]";

    private static IEnumerable<PortRange> Cut(PortRange range, PortRange hole)
    {
        if (hole.End < range.Begin || hole.Begin > range.End)
        {
            yield return range;
            yield break;
        }
        if (range.Begin < hole.Begin)
            yield return range with { End = hole.Begin - 1 };
        if (range.End > hole.End)
            yield return range with { Begin = hole.End + 1 };
    }
}
