using System.Globalization;
using Mysos.Core.Clusters;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mysos.Host.Client.Top;

/// <summary>One look at the clusters, as it is drawn.</summary>
/// <param name="First">How many clusters are above those that are shown.</param>
/// <param name="Problem">Why <paramref name="Seen"/> is not what is now; null: it is.</param>
internal sealed record TopScreen(Fleet Seen, string Address, TimeSpan Every, string? Problem = null, int First = 0)
{
    /// <summary>Lines that are no cluster: heading, summary, titles, what is left out, and the heading of the events.</summary>
    private const int OtherLines = 5;

    private static readonly Style Title = new(decoration: Decoration.Dim), Bold = new(decoration: Decoration.Bold);

    /// <summary>As many lines as there is room for, and none longer.</summary>
    public IRenderable Draw(int width, int height)
    {
        var room = Room(height);
        var first = TopKeys.Within(room, Seen.Clusters.Count, First);
        Cell[][] table =
        [
            [.. new[] { "NAME", "STATE", "NODES", "MASTER", "LAG", "SIZE", "IF MASTER DIED", "REASON" }.Select(t => new Cell(t, Title))],
            .. Seen.Clusters.Skip(first).Take(room).Select(Row),
        ];
        var widths = Enumerable.Range(0, table[0].Length).Select(i => table.Max(r => r[i].Text.Length) + 2).ToArray();
        return new Rows(
        [
            Line(width, new Cell(Heading, Style.Plain)),
            Line(width, Problem is null ? new Cell(Summary, Bold) : new Cell($"Not live: {Problem}", new Style(Color.White, Color.Red))),
            .. table.Select(row => Line(width, [.. row.Select((cell, i) => cell with { Text = cell.Text.PadRight(widths[i]) })])),
            Line(width, new Cell(Others(first, Math.Max(0, Seen.Clusters.Count - first - room)), Title)),
            Line(width, new Cell("Last events", Title)),
            .. Seen.Events.Select(e => Line(width, new Cell($"{ClusterText.Time(e.Time)}  {e.Cluster}  {e.Text}", Style.Plain))),
        ]);
    }

    public TopScreen Scrolled(ConsoleKey key, int height)
    {
        var (room, count) = (Room(height), Seen.Clusters.Count);
        return this with { First = TopKeys.Scroll(key, TopKeys.Within(room, count, First), room, count) };
    }

    /// <summary>How many clusters are shown at a time.</summary>
    private int Room(int height) => Math.Max(1, height - OtherLines - Seen.Events.Count - 1);

    private static string Others(int above, int below) => (above, below) switch
    {
        (0, 0) => "",
        (0, _) => string.Create(CultureInfo.InvariantCulture, $"… and {below} more: arrow keys, PgUp, PgDn, Home, End"),
        _ => string.Create(CultureInfo.InvariantCulture, $"… and {above} above, {below} below"),
    };

    private string Heading => string.Create(CultureInfo.InvariantCulture,
        $"mysos top  {Address.TrimEnd('/')}  {ClusterText.Time(Seen.At)}  every {Every.TotalSeconds:0.#} s  q ends");

    private string Summary => Seen.Clusters.Count == 0 ? "There are no clusters." : $"{Seen.Clusters.Count} clusters: "
        + string.Join(", ", Seen.Clusters.CountBy(c => c.State).Select(c => $"{c.Value} {ClusterText.Word(c.Key)}"));

    private static Cell[] Row(ClusterSummary cluster) =>
    [
        new(cluster.Name, Style.Plain), new(ClusterText.Word(cluster.State), new Style(ColorOf(cluster.State))),
        new(ClusterText.Nodes(cluster), Style.Plain), new(cluster.Master ?? "", Style.Plain), new(ClusterText.Lag(cluster.WorstLagSeconds), Style.Plain),
        new(ClusterText.Size(cluster.Size), Style.Plain),
        Risk(cluster), new(cluster.Reason, Style.Plain),
    ];

    private static Cell Risk(ClusterSummary cluster) => cluster.IfMasterDied switch
    {
        null => new("", Style.Plain),
        { Heir: { } heir, MayLoseWrites: false } => new($"node {heir}", Style.Plain),
        { Heir: { } heir } => new($"node {heir}, may lose writes", new Style(Color.Yellow)),
        _ => new("no other", new Style(Color.Yellow)),
    };

    private static Color ColorOf(ClusterCondition state) => state switch
    {
        ClusterCondition.Healthy => Color.Green,
        ClusterCondition.Electing or ClusterCondition.Failed => Color.Red,
        ClusterCondition.Degraded => Color.Yellow,
        _ => Color.Blue,
    };

    private static Paragraph Line(int width, params Cell[] cells)
    {
        var line = new Paragraph();
        foreach (var cell in cells)
        {
            var text = Client.Table.Printable(cell.Text);
            line.Append(text.Length <= width ? text : width > 0 ? text[..(width - 1)] + "…" : "", cell.Style);
            width -= Math.Min(width, text.Length);
        }
        return line;
    }

    private sealed record Cell(string Text, Style Style);
}
