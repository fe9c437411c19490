using System.Globalization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Resources;

/// <summary>Mesos' <c>--resources</c> form: <c>cpus:8;mem:16384;disk:102400;ports:[31000-31999, 33000-33099]</c>.</summary>
internal static class ResourceString
{
    /// <exception cref="FormatException">Names the part that is wrong, and what would be right.</exception>
    public static IReadOnlyList<Resource> Parse(string text)
    {
        var resources = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(ParseOne)
            .ToArray();
        return resources.Length > 0
            ? resources
            : throw new FormatException("No agent resources given; right would be for example 'cpus:8;mem:16384;disk:102400'.");
    }

    private static Resource ParseOne(string part)
    {
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            throw new FormatException($"'{part}' is not a resource; right would be for example 'cpus:8' or 'ports:[31000-31999]'.");
        var name = part[..colon].Trim();
        var value = part[(colon + 1)..].Trim();
        return value.StartsWith('[')
            ? new Resource { Name = name, Type = Resource.RangesType, Ranges = new Ranges(ParseRanges(part, value)) }
            : new Resource { Name = name, Type = Resource.ScalarType, Scalar = new Scalar(ParseScalar(part, value)) };
    }

    private static double ParseScalar(string part, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{value}' in '{part}' is not an amount; right would be a number, in MiB for mem and disk.");

    private static IReadOnlyList<PortRange> ParseRanges(string part, string value)
    {
        if (!value.EndsWith(']'))
            throw new FormatException($"'{part}' lacks its closing bracket; right would be for example 'ports:[31000-31999]'.");
        return [.. value[1..^1].Split(',', StringSplitOptions.TrimEntries).Select(range =>
        {
            var ends = range.Split('-', StringSplitOptions.TrimEntries);
            return ends.Length == 2
                && ulong.TryParse(ends[0], CultureInfo.InvariantCulture, out var begin)
                && ulong.TryParse(ends[1], CultureInfo.InvariantCulture, out var end)
                && begin <= end
                    ? new PortRange(begin, end)
                    : throw new FormatException($"'{range}' in '{part}' is not a range; right would be for example '31000-31999'.");
        })];
    }
}
