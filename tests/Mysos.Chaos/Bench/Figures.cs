namespace Mysos.Chaos.Bench;

/// <summary>Times in milliseconds.</summary>
internal sealed class Figures(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => _sorted[_sorted.Length / 2];

    public double Percentile95 => _sorted[Math.Min(_sorted.Length - 1, (int)Math.Ceiling(_sorted.Length * 0.95) - 1)];

    public double Longest => _sorted[^1];

    public override string ToString() => $"{Median:F0} / {Percentile95:F0} / {Longest:F0} ms";
}
