using System.Globalization;
using Mysos.Executor.Servers;

namespace Mysos.Simulator.MySql;

/// <summary>What servers answer to questions about themselves; the questions are the flavors' own.</summary>
internal static class Views
{
    private static readonly string[] MariaDbColumns =
    [
        "Master_Host", "Master_Port", "Slave_IO_Running", "Slave_SQL_Running", "Gtid_IO_Pos", "-", "Last_IO_Errno", "Last_IO_Error", "Last_SQL_Errno",
        "Last_SQL_Error", "Seconds_Behind_Master", "Relay_Log_File", "Relay_Log_Pos", "Slave_SQL_Running_State", "Using_Gtid", "Slave_received_heartbeats", "Read_Master_Log_Pos", "SQL_Delay", "-",
    ];
    private static readonly string[] MySqlColumns =
    [
        "Source_Host", "Source_Port", "Replica_IO_Running", "Replica_SQL_Running", "-", "Retrieved_Gtid_Set", "Last_IO_Errno", "Last_IO_Error", "Last_SQL_Errno",
        "Last_SQL_Error", "Seconds_Behind_Source", "Relay_Log_File", "Relay_Log_Pos", "-", "-", "-", "Read_Source_Log_Pos", "SQL_Delay", "Auto_Position",
    ];

    private const string RelayLogFile = "relay.000001";
    private static readonly Dictionary<string, Func<Server, Result>> MariaDb = Questions(new MariaDbFlavor());
    private static readonly Dictionary<string, Func<Server, Result>> MySql = Questions(new MySqlFlavor());

    /// <summary>Null: not such a question.</summary>
    public static Result? Of(Server server, string sql)
    {
        if ((server.IsMariaDb ? MariaDb : MySql).TryGetValue(sql, out var answer))
            return answer(server);
        return sql.StartsWith("SELECT id FROM information_schema.processlist WHERE LEFT(user", StringComparison.Ordinal) ? FollowersBut(server, sql)
            : sql.StartsWith("SHOW RELAYLOG EVENTS ", StringComparison.Ordinal) ? RelayEvents(server, sql)
            : sql.EndsWith("AND state LIKE 'Waiting for%lock'", StringComparison.Ordinal) ? Result.Column(server.Commits.HeldBack ? [1] : [])
            : null;
    }

    /// <summary>There is one relay log, of one file.</summary>
    private static Result RelayEvents(Server s, string sql)
    {
        if (!sql.Contains($"'{RelayLogFile}'", StringComparison.Ordinal))
            return new(["Pos", "Info"], []);
        var from = int.Parse(sql.AsSpan(sql.LastIndexOf(' ')), CultureInfo.InvariantCulture);
        return new(["Pos", "Info"],
            [.. s.Disk.Relay.Skip(from).Select((transaction, i) => new object?[] { (long)(from + i), $"BEGIN GTID {transaction.MariaDbGtid}" })]);
    }

    private static Dictionary<string, Func<Server, Result>> Questions(IFlavor flavor)
    {
        // The two result sets of one question come as two statements.
        var observe = flavor.ObserveSql.Split("; ");
        var questions = new Dictionary<string, Func<Server, Result>>(StringComparer.Ordinal)
        {
            [observe[0]] = flavor is MariaDbFlavor ? MariaDbState : MySqlState,
            [observe[1]] = ReplicaStatus,
            [flavor.SourceSql] = flavor is MariaDbFlavor ? MariaDbSource : s => Result.Of(s.Writable ? 0L : 1L, s.Disk.Executed.ToString(), ""),
            [flavor.OwnSql] = s => flavor is MariaDbFlavor ? Result.Of($"{s.ServerId}", s.Disk.CurrentPosition(s.ServerId)?.MariaDbGtid ?? "")
                : Result.Of(GtidSet.Uuid(s.Disk.Origin), s.Disk.Executed.ToString()),
            ["SHOW BINARY LOGS"] = _ => new Result(["Log_name"], [["binlog.000001"]]),
            [flavor.ClientsSql(Accounts.Given)] = s => Result.Column(s.Clients.Keys.Order()),
            [flavor.AckersConnectedSql] = s => Result.Of("", (long)s.Dumps.Count(d => d.CanAcknowledge)),
            [flavor.ConnectionsSql] = s => Result.Of("", (long)s.Clients.Count),
            [flavor.WaitingSql] = s => Result.Column(s.Commits.WaitingConnections),
            [flavor.FollowersSql(Accounts.Given)] = s => new Result(["user", "locked", "rights"],
            [
                .. s.Disk.Accounts.Where(a => a.Key.StartsWith(Accounts.Given.Replication.User, StringComparison.Ordinal))
                    .Select(a => new object?[] { a.Key, a.Value ? 1L : 0L, 1L }),
            ]),
            [flavor.AccountSql(Accounts.Given.Admin.User)] = _ => Result.Of(1L),
            [flavor.OwnerIsReadySql(Accounts.Given.Cluster)] = s => Result.Of(s.Disk.Accounts.ContainsKey(Accounts.Given.Cluster.User) ? 1L : 0L),
        };
        // An acknowledgement is heard, and applying stopped, at once here.
        foreach (var thread in new[] { flavor.AckReceiverSql, flavor.ApplierSql }.OfType<string>())
            questions[thread] = _ => Result.Column([]);
        return questions;
    }

    private static Result MariaDbState(Server s) => Result.Of(
        Flag(s.ReadOnly), s.Disk.CurrentPosition(s.ServerId)?.MariaDbGtid ?? "", s.Disk.SlavePosition?.MariaDbGtid ?? "", Flag(s.AckersAwaited > 0), Flag(s.SemiSyncReplica),
        BinlogState(s));

    private static string BinlogState(Server s) =>
        string.Join(",", s.Disk.Binlog.GroupBy(t => t.ServerId).Select(g => g.Last()).OrderBy(t => t.Sequence).Select(t => t.MariaDbGtid));

    private static Result MySqlState(Server s) => Result.Of(
        Flag(s.ReadOnly), s.Commits.Unended.ToString(), s.Commits.Ended.ToString(), Flag(s.AckersAwaited > 0), Flag(s.SemiSyncReplica), Flag(!s.Writable),
        s.Replica.Heartbeats, (long)Math.Max(1, s.AckersAwaited));

    private static Result MariaDbSource(Server s)
    {
        string?[] positions = [s.Disk.SlavePosition?.MariaDbGtid, s.Disk.Last?.MariaDbGtid];
        return Result.Of(Flag(s.ReadOnly), string.Join(",", positions.Where(p => p is not null)), BinlogState(s));
    }

    private static Result ReplicaStatus(Server s)
    {
        var columns = s.IsMariaDb ? MariaDbColumns : MySqlColumns;
        if (s.Disk.Source is not { } source)
            return new Result(columns, []);
        var replica = s.Replica;
        return new Result(columns,
        [
            [
                source.Host, (long)source.Port, replica.Receiver switch { ReceiverState.Connected => "Yes", ReceiverState.Stopped => "No", _ => "Connecting" },
                replica.Applying ? "Yes" : "No", replica.Received, replica.Received, (long)replica.ReceiveError, replica.ReceiveError == 0 ? "" : "cannot connect",
                (long)replica.ApplyError, replica.ApplyError == 0 ? "" : "cannot apply", replica.Lag is { } lag ? (long)lag : null,
                RelayLogFile, (long)s.Disk.Applied, replica.RelayRead ? "Slave has read all relay log; waiting for more updates" : "", s.Disk.ByGtid ? "Slave_Pos" : "No",
                replica.Heartbeats, (long)s.Disk.Relay.Count, (long)s.Disk.Delay.TotalSeconds, s.Disk.ByGtid ? 1L : 0L,
            ],
        ]);
    }

    private static Result FollowersBut(Server server, string sql)
    {
        var users = sql[sql.IndexOf("NOT IN (", StringComparison.Ordinal)..].Split('\'').Where((_, i) => i % 2 == 1).ToHashSet(StringComparer.Ordinal);
        return Result.Column(server.Dumps.Where(d => !users.Contains(d.User)).Select(d => d.Connection));
    }

    private static long Flag(bool on) => on ? 1 : 0;
}
