namespace Mysos.Host.Client;

/// <summary>Columns of text, as wide as what is in them.</summary>
internal static class Table
{
    public static string Format(string[] titles, IEnumerable<string[]> rows)
    {
        var lines = rows.Select(r => r.Select(Printable).ToArray()).Prepend(titles).ToArray();
        var widths = titles.Select((_, i) => lines.Max(l => l[i].Length)).ToArray();
        return string.Join('\n', lines.Select(l => string.Join("  ", l.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd())) + "\n";
    }

    /// <summary>What a server says must not steer the terminal.</summary>
    public static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
