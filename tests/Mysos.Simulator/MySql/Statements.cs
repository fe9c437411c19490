using System.Globalization;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Simulator.MySql;

/// <summary>
/// The statements that the executor says to its servers, in both dialects, as far as Mysos uses them. One that is not known is an error
/// of the simulator, never an answer.
/// </summary>
internal sealed class Statements(Server server, int connection)
{
    private const string AckersCount = "SET GLOBAL rpl_semi_sync_source_wait_for_replica_count=";
    private readonly List<Result> _results = [];
    /// <summary>Takes effect with the statement after it, which always comes with it.</summary>
    private int _count = 1;

    private Disk Disk => server.Disk;
    private Replica Replica => server.Replica;

    public void Run(string sql, Action<IReadOnlyList<Result>> done, Action<string> failed)
    {
        if (server.World.Journal.On && !sql.StartsWith("SELECT", StringComparison.Ordinal))
            server.World.Journal.Write(server.Name, sql);
        Next(sql.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), 0, done, failed);
    }

    private void Next(string[] statements, int at, Action<IReadOnlyList<Result>> done, Action<string> failed)
    {
        if (at == statements.Length)
            done(_results);
        else
            One(statements[at], () => Next(statements, at + 1, done, failed), failed);
    }

    private void One(string sql, Action then, Action<string> failed)
    {
        if (sql.StartsWith("SELECT ", StringComparison.Ordinal) || sql.StartsWith("SHOW ", StringComparison.Ordinal))
            Ask(sql, then);
        else if (sql.StartsWith("SET ", StringComparison.Ordinal))
            Set(sql, then, failed);
        else if (sql.StartsWith("KILL ", StringComparison.Ordinal))
            Now(() => server.Kill(int.Parse(sql.AsSpan(5), CultureInfo.InvariantCulture)), then);
        else if (sql.StartsWith("CHANGE ", StringComparison.Ordinal))
            Now(() => Change(sql), then);
        else if (sql.EndsWith("ACCOUNT LOCK", StringComparison.Ordinal) || sql.EndsWith("ACCOUNT UNLOCK", StringComparison.Ordinal))
            Now(() => Disk.Accounts[Quoted(sql, 0)] = sql.EndsWith(" LOCK", StringComparison.Ordinal), then);
        else if (sql.StartsWith("GRANT ", StringComparison.Ordinal) || sql.StartsWith("CREATE USER ", StringComparison.Ordinal)
            || sql.StartsWith("ALTER USER ", StringComparison.Ordinal) || sql.StartsWith("REVOKE ", StringComparison.Ordinal))
            server.Commits.Begin(connection, 0, Quoted(sql, 0), true, end => Ended(sql, end));
        else if (sql.StartsWith("DROP TABLE ", StringComparison.Ordinal) && server.World.Mistake.StopsWaiting)
            StopWaiting(then);
        else if (sql.StartsWith("DROP TABLE ", StringComparison.Ordinal))
            server.Commits.Begin(connection, 0, null, true, end => Ended(sql, end));
        else
            Replicate(sql, then);

        void Ended(string statement, CommitEnd end)
        {
            if (end == CommitEnd.Done)
                then();
            else if (!server.Ended)
                failed($"{statement[..statement.IndexOf(' ', StringComparison.Ordinal)]} failed: {end}");
        }
    }

    private void StopWaiting(Action then)
    {
        var ackers = server.AckersAwaited;
        server.Await(0);
        server.After(server.World.Chance.Milliseconds(0, 1000), () =>
        {
            server.Await(ackers);
            then();
        });
    }

    private static void Now(Action act, Action then)
    {
        act();
        then();
    }

    private void Ask(string sql, Action then)
    {
        if (sql == "SELECT CONNECTION_ID()")
        {
            _results.Add(Result.Of((long)connection));
            then();
        }
        else if (Views.Of(server, sql) is { } result)
        {
            _results.Add(result);
            then();
        }
        else if (sql.Contains("GTID_WAIT(", StringComparison.Ordinal) || sql.Contains("WAIT_FOR_EXECUTED_GTID_SET(", StringComparison.Ordinal))
        {
            Wait(sql, then);
        }
        else
        {
            throw new NotSupportedException($"The simulated {server.Flavor.Name} does not know: {sql}");
        }
    }

    private void Wait(string sql, Action then)
    {
        var gtids = Quoted(sql, 0);
        var seconds = double.Parse(sql[(sql.LastIndexOf(',') + 1)..].TrimEnd(')'), CultureInfo.InvariantCulture);
        var over = false;
        void End(int answer)
        {
            if (over)
                return;
            over = true;
            Replica.AppliedWaits.Remove(Look);
            _results.Add(Result.Of((long)answer));
            then();
        }
        void Look()
        {
            if (Has(gtids))
                End(0);
        }
        Replica.AppliedWaits.Add(Look);
        server.After(TimeSpan.FromSeconds(seconds), () => End(1));
        Look();
    }

    private bool Has(string gtids) => server.IsMariaDb
        ? gtids.Length == 0 || (Disk.SlavePosition?.Sequence ?? 0) >= long.Parse(gtids.AsSpan(gtids.LastIndexOf('-') + 1), CultureInfo.InvariantCulture)
        : Disk.Executed.Covers(gtids);

    private void Set(string sql, Action then, Action<string> failed)
    {
        switch (sql)
        {
            case "SET GLOBAL read_only=1" when server.IsMariaDb:
            case "SET GLOBAL super_read_only=1":
                if (server.World.Mistake.KillsClientsFirst)
                    server.KillClients();
                server.Commits.MakeReadOnly(connection, then, () => failed("killed"));
                return;
            case "SET GLOBAL read_only=1": break;
            case "SET GLOBAL super_read_only=0": server.ReadOnly = false; break;
            case "SET GLOBAL read_only=0":
                server.ReadOnly = false;
                server.SetWritable(true);
                break;
            case "SET GLOBAL rpl_semi_sync_master_enabled=1": server.Await(1); break;
            case "SET GLOBAL rpl_semi_sync_source_enabled=1": server.Await(_count); break;
            case "SET GLOBAL rpl_semi_sync_master_enabled=0" or "SET GLOBAL rpl_semi_sync_source_enabled=0": server.Await(0); break;
            case "SET GLOBAL rpl_semi_sync_slave_enabled=1" or "SET GLOBAL rpl_semi_sync_replica_enabled=1": server.SemiSyncReplica = true; break;
            case "SET GLOBAL rpl_semi_sync_slave_enabled=0" or "SET GLOBAL rpl_semi_sync_replica_enabled=0": server.SemiSyncReplica = false; break;
            case "SET GLOBAL gtid_slave_pos=@@global.gtid_current_pos": Disk.SlavePosition = Disk.CurrentPosition(server.ServerId); break;
            case "SET GLOBAL sql_slave_skip_counter=1": Replica.SkipNext(); break;
            case "SET SESSION sql_log_bin=0" or "SET SESSION sql_log_bin=1": break;
            case var _ when sql.StartsWith(AckersCount, StringComparison.Ordinal): _count = int.Parse(sql.AsSpan(AckersCount.Length), CultureInfo.InvariantCulture); break;
            default:
                server.ServerId = sql.StartsWith("SET GLOBAL server_id=", StringComparison.Ordinal)
                    ? uint.Parse(sql.AsSpan(sql.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture)
                    : throw new NotSupportedException($"The simulated {server.Flavor.Name} does not know: {sql}");
                break;
        }
        then();
    }

    private void Replicate(string sql, Action then)
    {
        switch (sql.Replace("REPLICA", "SLAVE", StringComparison.Ordinal))
        {
            case "STOP SLAVE IO_THREAD": Replica.StopReceiving(); break;
            case "START SLAVE IO_THREAD": Replica.StartReceiving(); break;
            case "START SLAVE SQL_THREAD": Replica.StartApplying(); break;
            case "STOP SLAVE SQL_THREAD": Replica.StopApplying(); break;
            case "START SLAVE":
                Replica.StartReceiving();
                Replica.StartApplying();
                break;
            case "STOP SLAVE":
                Replica.StopReceiving();
                Replica.StopApplying();
                break;
            case "RESET SLAVE ALL": Replica.Detach(); break;
            default: throw new NotSupportedException($"The simulated {server.Flavor.Name} does not know: {sql}");
        }
        then();
    }

    private void Change(string sql)
    {
        var delay = TimeSpan.FromSeconds(sql.IndexOf("_DELAY=", StringComparison.Ordinal) is >= 0 and var at ? Number(sql, at + "_DELAY=".Length) : 0);
        if (sql.StartsWith("CHANGE REPLICATION SOURCE TO SOURCE_DELAY=", StringComparison.Ordinal))
        {
            Replica.Delay(delay);
            return;
        }
        if (sql.StartsWith("CHANGE MASTER TO MASTER_USE_GTID=no", StringComparison.Ordinal) || sql.StartsWith("CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION=0", StringComparison.Ordinal))
        {
            (Disk.ByGtid, Disk.Delay) = (false, delay);
            Disk.Applied = int.Parse(sql.AsSpan(sql.LastIndexOf('=') + 1), CultureInfo.InvariantCulture);
            return;
        }
        var port = Number(sql, sql.IndexOf("_PORT=", StringComparison.Ordinal) + "_PORT=".Length);
        Replica.Attach(new Endpoint(Quoted(sql, 0), port), Quoted(sql, 1), delay);
    }

    private static int Number(string sql, int at)
    {
        var digits = sql.AsSpan(at);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }

    /// <summary>The literal with this number; none of those here holds a quote.</summary>
    private static string Quoted(string sql, int number) => sql.Split('\'')[(2 * number) + 1];
}
