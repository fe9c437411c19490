using System.Text;

namespace Mysos.Chaos.Runs;

/// <summary>The results as a table in Markdown: a line for each fault, a column for each flavor and size.</summary>
internal static class ResultTable
{
    public static string Of(IReadOnlyList<BlowResult> results)
    {
        var columns = results.Select(r => (r.Flavor, r.Nodes)).Distinct().OrderBy(c => c.Flavor, StringComparer.Ordinal).ThenBy(c => c.Nodes).ToArray();
        var table = new StringBuilder();
        table.AppendLine($"{results.Count} blows, {results.Sum(r => r.Begun)} faults, {results.Sum(r => r.Lost)} rows lost, "
            + $"{results.Count(r => r.Problems.Count > 0)} not as they should be. Longest pause between two acknowledged rows, in milliseconds:");
        table.AppendLine();
        table.AppendLine($"| fault |{string.Concat(columns.Select(c => $" {c.Flavor} {c.Nodes} |"))}");
        table.AppendLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (var fault in results.Where(r => !IsPair(r)).GroupBy(r => r.Faults).OrderBy(g => g.Min(r => Array.FindIndex([.. Faults.Catalogue.Faults], f => f.Name == r.Faults))))
            table.AppendLine($"| {fault.Key} |{Cells(fault)}");
        if (results.Where(IsPair).ToArray() is { Length: > 0 } pairs)
            table.AppendLine($"| random pairs ({pairs.Length}) |{Cells(pairs)}");
        var problems = results.Where(r => r.Problems.Count > 0).ToArray();
        foreach (var result in problems)
            table.AppendLine($"\n- {result.Flavor}, {result.Nodes} nodes, {result.Faults}: {string.Join("; ", result.Problems)}");
        return table.ToString();

        string Cells(IEnumerable<BlowResult> rows) => string.Concat(columns.Select(c =>
        {
            var there = rows.Where(r => r.Flavor == c.Flavor && r.Nodes == c.Nodes).ToArray();
            return there.Length == 0 ? " |" : $" {(there.Length > 1 ? "≤ " : "")}{there.Max(r => r.OutageMs):F0}{(there.Any(r => r.Problems.Count > 0) ? " **✗**" : "")} |";
        }));
    }

    private static bool IsPair(BlowResult result) => result.Faults.Contains(" + ", StringComparison.Ordinal);
}
