using System.Data.Common;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Transactions of a slave that its master lacks.</summary>
internal static class Errants
{
    /// <summary>The event that tells what came before a binary log is among its first.</summary>
    private const int FirstEvents = 5;

    /// <summary>
    /// What this server has and <paramref name="master"/> lacks: it wrote it itself, or got it from an earlier master, which may have been at the same address. Of what came
    /// from elsewhere a master that takes no writes yet may have some only received.
    /// </summary>
    /// <param name="own">Of <see cref="IFlavor.OwnSql"/>, from before the master was asked.</param>
    /// <returns>In words; null: nothing.</returns>
    public static string? Describe(IFlavor flavor, (string Id, string Executed) own, SourceState master)
    {
        var lacking = own.Executed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(gtid => !master.Has(gtid)).ToList();
        var written = lacking.Where(gtid => flavor.IsBy(own.Id, gtid)).ToList();
        if (written.Count > 0)
            return $"somebody has written to it: its master lacks {string.Join(',', written)}";
        return lacking.Count > 0 && !master.ReadOnly ? $"it has transactions that its master lacks: {string.Join(',', lacking)}" : null;
    }

    /// <summary>The first binary log with something that the master lacks; null when it cannot be told.</summary>
    public static async Task<string?> FirstLogAsync(ServerConnection connection, SourceState master, CancellationToken cancellation)
    {
        try
        {
            var logs = await connection.TextsAsync("SHOW BINARY LOGS", "Log_name", cancellation).ConfigureAwait(false);
            for (var i = logs.Count - 1; i > 0; i--)
            {
                if (await BeforeAsync(connection, logs[i], cancellation).ConfigureAwait(false) is { } before && master.Has(before))
                    return logs[i];
            }
            return logs.FirstOrDefault();
        }
        catch (DbException)
        {
            return null;
        }
    }

    /// <summary>The GTIDs of all earlier binary logs.</summary>
    private static Task<string?> BeforeAsync(ServerConnection connection, string log, CancellationToken cancellation) =>
        connection.QueryAsync($"SHOW BINLOG EVENTS IN {SqlText.Literal(log)} LIMIT {FirstEvents}", async (reader, token) =>
        {
            while (await RowReader.ReadAsync(reader, token).ConfigureAwait(false) is { } row)
            {
                if (row.Text("Event_type") is "Gtid_list" or "Previous_gtids")
                    return row.Text("Info")?.Trim('[', ']').Replace("\n", "", StringComparison.Ordinal);
            }
            return null;
        }, cancellation);
}
