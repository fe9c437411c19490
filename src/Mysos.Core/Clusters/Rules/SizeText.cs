using System.Globalization;

namespace Mysos.Core.Clusters.Rules;

/// <summary>
/// Amounts of data as users write them: <c>512mb</c>, <c>1.5GB</c>. Units are binary (1 gb = 1024 mb); there is no space
/// between number and unit.
/// </summary>
public static class SizeText
{
    private const int DecimalsAllowed = 6;
    private static readonly (string Unit, long PerMb, long Mb)[] Units =
        [("kb", 1024, 0), ("mb", 1, 1), ("gb", 1, 1024), ("tb", 1, 1024 * 1024)];

    /// <summary>MiB, rounded up to a whole one; false when <paramref name="text"/> is no such amount.</summary>
    public static bool TryParse(string? text, out long mb)
    {
        mb = 0;
        if (text is null || text.Length is < 3 or > 32)
        {
            return false;
        }

        var unit = Array.Find(Units, u => text.EndsWith(u.Unit, StringComparison.OrdinalIgnoreCase));
        var number = text[..^2];
        if (unit.Unit is null || !IsPlainNumber(number) ||
            !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        // Number and unit are bounded by the length of the text, so this stays far below what a decimal holds ...
        var exact = unit.Mb == 0 ? value / unit.PerMb : value * unit.Mb;
        // ... but not below what a long holds.
        if (exact > long.MaxValue / 2)
        {
            return false;
        }

        mb = (long)decimal.Ceiling(exact);
        return true;
    }

    /// <exception cref="FormatException">It is no such amount.</exception>
    public static long Parse(string text) =>
        TryParse(text, out var mb) ? mb : throw new FormatException($"'{text}' is not an amount such as 512mb or 2gb.");

    /// <summary>With the largest unit that needs no fraction: 2048 → <c>2gb</c>, 1536 → <c>1536mb</c>.</summary>
    public static string Format(long mb) => mb switch
    {
        > 0 when mb % (1024 * 1024) == 0 => string.Create(CultureInfo.InvariantCulture, $"{mb / (1024 * 1024)}tb"),
        > 0 when mb % 1024 == 0 => string.Create(CultureInfo.InvariantCulture, $"{mb / 1024}gb"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{mb}mb"),
    };

    private static bool IsPlainNumber(string number)
    {
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? "0" : number[(point + 1)..];
        return whole.Length is > 0 and <= 18 && fraction.Length is > 0 and <= DecimalsAllowed &&
            whole.All(char.IsAsciiDigit) && fraction.All(char.IsAsciiDigit);
    }
}
