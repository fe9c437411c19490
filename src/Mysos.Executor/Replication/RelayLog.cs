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
    private const long FirstEvent = 4;

    /// <summary>
    /// The first transaction from <paramref name="noted"/> on, in this file or those after it, that was not executed; where all were, the last one, and
    /// where there is none, <paramref name="noted"/>. A file that ends within an event is read until there.
    /// </summary>
    public static async Task<RelayPosition> UnappliedAsync(ServerConnection connection, RelayPosition noted, string executed, CancellationToken cancellation)
    {
        var done = GtidPosition.Parse(executed);
        var scan = new Scan(noted, IsThere: true, Unapplied: false);
        for (var file = noted; scan is { IsThere: true, Unapplied: false }; file = NextFile(file))
            scan = await ScanAsync(connection, file, scan.Place, done, cancellation).ConfigureAwait(false);
        return scan.Place;
    }

    /// <param name="Place">The first transaction that was not executed, or else the last one.</param>
    /// <param name="IsThere">There is such a file: it has at least one event.</param>
    private readonly record struct Scan(RelayPosition Place, bool IsThere, bool Unapplied);

    private static async Task<Scan> ScanAsync(ServerConnection connection, RelayPosition start, RelayPosition last, GtidPosition done, CancellationToken cancellation)
    {
        try
        {
            return await connection.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SHOW RELAYLOG EVENTS IN {SqlText.Literal(start.File)} FROM {start.Position}"),
                async (reader, token) =>
                {
                    var any = false;
                    while (await NextAsync(reader, token).ConfigureAwait(false))
                    {
                        any = true;
                        if (Gtid.Match(reader.GetString(reader.GetOrdinal("Info"))) is not { Success: true } begins)
                            continue;
                        last = start with { Position = Convert.ToInt64(reader["Pos"], CultureInfo.InvariantCulture) };
                        if (!done.Covers(GtidPosition.Parse(begins.Groups["gtid"].Value)))
                            return new Scan(last, any, Unapplied: true);
                    }
                    return new Scan(last, any, Unapplied: false);
                }, cancellation, PatienceSeconds).ConfigureAwait(false);
        }
        catch (DbException)
        {
            return new Scan(last, IsThere: false, Unapplied: false);
        }
    }

    private static RelayPosition NextFile(RelayPosition file)
    {
        var number = file.File[(file.File.LastIndexOf('.') + 1)..];
        var next = (long.Parse(number, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture).PadLeft(number.Length, '0');
        return new RelayPosition(file.File[..^number.Length] + next, FirstEvent);
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
