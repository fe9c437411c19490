using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Mysos.Core.Elections;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>
/// Where applying has to go on in MariaDB's relay log. A slave that follows by GTID notes its place only when it goes from one file to
/// the next; after a crash the note is of the file's beginning, and everything between it and the real place was applied before.
/// </summary>
internal static partial class RelayLog
{
    /// <summary>A file may be a gigabyte.</summary>
    private const int PatienceSeconds = 300;

    /// <summary>
    /// The first transaction from <paramref name="noted"/> on that was not executed; where all were, the last one, and where there is none,
    /// <paramref name="noted"/>. A file that ends within an event is read until there.
    /// </summary>
    public static Task<RelayPosition> UnappliedAsync(ServerConnection connection, RelayPosition noted, string executed, CancellationToken cancellation)
    {
        var done = GtidPosition.Parse(executed);
        return connection.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SHOW RELAYLOG EVENTS IN {SqlText.Literal(noted.File)} FROM {noted.Position}"),
            async (reader, token) =>
            {
                var last = noted;
                while (await NextAsync(reader, token).ConfigureAwait(false))
                {
                    if (Gtid.Match(reader.GetString(reader.GetOrdinal("Info"))) is not { Success: true } begins)
                        continue;
                    last = noted with { Position = Convert.ToInt64(reader["Pos"], CultureInfo.InvariantCulture) };
                    if (!done.Covers(GtidPosition.Parse(begins.Groups["gtid"].Value)))
                        break;
                }
                return last;
            }, cancellation, PatienceSeconds);
    }

    private static async Task<bool> NextAsync(DbDataReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (DbException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A(BEGIN )?GTID (?<gtid>[0-9]+-[0-9]+-[0-9]+)")]
    private static partial Regex Gtid { get; }
}
