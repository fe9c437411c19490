namespace Mysos.Core.Elections;

/// <summary>
/// MariaDB's <c>gtid_binlog_state</c>: the last GTID of each server in each domain. It tells what a position alone cannot:
/// that <c>0-1-5</c> is missing from a server that is at <c>0-2-6</c>, because it took another fifth transaction.
/// </summary>
public static class MariaDbBinlogState
{
    /// <summary>The first GTID of <paramref name="position"/> that a server with this state never had; null when it had them all, and so all that came before them.</summary>
    public static string? Missing(string state, string? position)
    {
        var last = Parse(state).GroupBy(g => (g.Domain, g.Server)).ToDictionary(g => g.Key, g => g.Max(gtid => gtid.Sequence));
        return Parse(position).Where(g => last.GetValueOrDefault((g.Domain, g.Server)) < g.Sequence)
            .Select(g => $"{g.Domain}-{g.Server}-{g.Sequence}").FirstOrDefault();
    }

    private static IEnumerable<(uint Domain, uint Server, ulong Sequence)> Parse(string? text)
    {
        foreach (var gtid in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            yield return gtid.Split('-') is [var domain, var server, var sequence]
                && uint.TryParse(domain, out var d) && uint.TryParse(server, out var s) && ulong.TryParse(sequence, out var n)
                ? (d, s, n)
                : throw new FormatException($"'{gtid}' is not a MariaDB GTID: expected 'domain-server-sequence'.");
        }
    }
}
