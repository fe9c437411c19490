using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using static Mysos.Executor.Servers.SqlText;

namespace Mysos.Executor.Servers;

/// <summary>MySQL 8.0.26 and later, 8.4 and 9.x.</summary>
internal sealed partial class MySqlFlavor : IFlavor
{
    [GeneratedRegex("(#[0-9]+)+")]
    private static partial Regex Owner { get; }

    public string Name => "MySQL";

    public IEnumerable<string> Options(long memoryMb) =>
    [
        "log_bin=binlog",
        "log_replica_updates=ON",
        "gtid_mode=ON",
        "enforce_gtid_consistency=ON",
        "super_read_only=ON",
        "skip_replica_start=ON",
        // 0: a binary log is never deleted; a node that is rebuilt can follow from the first transaction.
        "binlog_expire_logs_seconds=0",
        "plugin_load_add=semisync_source.so",
        "plugin_load_add=semisync_replica.so",
        "plugin_load_add=mysql_clone.so",
        "plugin_load_add=auth_socket.so",
        "loose_rpl_semi_sync_source_wait_point=AFTER_SYNC",
        $"loose_rpl_semi_sync_source_timeout={uint.MaxValue}",
        "loose_rpl_semi_sync_source_wait_no_replica=ON",
        "replica_net_timeout=4",
        "character_set_server=utf8mb4",
        $"innodb_redo_log_capacity={MyCnf.RedoLogMb(memoryMb)}M",
        "loose_mysqlx=OFF",
        .. memoryMb < MyCnf.Gigabyte ? PerformanceSchema.ThreadsOnly : ["performance_schema=ON"],
    ];

    public (string, IReadOnlyList<string>) Initialize(string mysqld, string directory, bool asRoot)
    {
        List<string> arguments = ["--no-defaults", "--initialize-insecure", $"--datadir={directory}",
            $"--innodb-redo-log-capacity={MyCnf.SmallRedoLogMb}M", $"--log-error={directory}.err"];
        if (asRoot)
            arguments.Add("--user=root");
        return (mysqld, arguments);
    }

    // MySQL has nothing that cuts unacknowledged transactions off: they are errant, and the node is rebuilt.
    public SlaveStart? StartAsSlave => null;

    public IReadOnlyList<string> InitFile(Accounts accounts, string hostName, string systemUser) =>
    [
        "SET sql_log_bin=0;",
        .. Account(accounts.Admin),
        $"GRANT ALL PRIVILEGES ON *.* TO {Everywhere(accounts.Admin.User)} WITH GRANT OPTION;",
        // Through the socket the executor is known by its user id: the exchange of a password would need TLS there, too.
        $"CREATE USER IF NOT EXISTS {Here(accounts.Admin.User)} IDENTIFIED WITH auth_socket AS {Literal(systemUser)};",
        $"ALTER USER {Here(accounts.Admin.User)} IDENTIFIED WITH auth_socket AS {Literal(systemUser)};",
        $"GRANT ALL PRIVILEGES ON *.* TO {Here(accounts.Admin.User)} WITH GRANT OPTION;",
        "DROP USER IF EXISTS 'root'@'localhost';",
        "DROP USER IF EXISTS ''@'localhost';",
    ];

    private static string[] Account(Account account) =>
    [
        $"CREATE USER IF NOT EXISTS {Everywhere(account.User)} IDENTIFIED BY {Literal(account.Password)};",
        $"ALTER USER {Everywhere(account.User)} IDENTIFIED BY {Literal(account.Password)};",
    ];

    // A commit goes from owned to executed, so they are looked at in this order, and it is in one of them at least.
    public string ObserveSql =>
        "SELECT @@global.super_read_only, @@global.gtid_owned, @@global.gtid_executed, "
        + "@@global.rpl_semi_sync_source_enabled, @@global.rpl_semi_sync_replica_enabled, @@global.read_only, "
        + "(SELECT MAX(COUNT_RECEIVED_HEARTBEATS) FROM performance_schema.replication_connection_status), "
        + "@@global.rpl_semi_sync_source_wait_for_replica_count; SHOW REPLICA STATUS";

    public async Task<ServerState> ReadStateAsync(DbDataReader reader, CancellationToken cancellation)
    {
        var row = await RowReader.ReadAsync(reader, cancellation).ConfigureAwait(false)
            ?? throw new InvalidDataException("The server did not tell its state.");
        var state = new ServerState
        {
            ReadOnly = row.Flag(0),
            Writable = !row.Flag(5),
            Executed = Gtids(row.Text(2)),
            AckersAwaited = row.Flag(3) ? (int)row.Number(7)! : 0,
            Unended = Owned(row.Text(1)),
            SemiSyncReplica = row.Flag(4),
        };
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var replica = await RowReader.ReadAsync(reader, cancellation).ConfigureAwait(false);
        return replica is null ? state : state with { Replica = ReadReplica(replica, row.Number(6)) };
    }

    private static ReplicaState ReadReplica(RowReader row, long? heartbeats) => new()
    {
        Source = new(row.Text("Source_Host") ?? "", (int)(row.Number("Source_Port") ?? 0)),
        Receiver = row.Text("Replica_IO_Running") switch
        {
            "Yes" => ReceiverState.Connected,
            "No" => ReceiverState.Stopped,
            _ => ReceiverState.Connecting,
        },
        Applying = row.Text("Replica_SQL_Running") == "Yes",
        Received = Gtids(row.Text("Retrieved_Gtid_Set")),
        ReceiveError = (int)(row.Number("Last_IO_Errno") ?? 0),
        ReceiveErrorText = row.Text("Last_IO_Error"),
        ApplyError = (int)(row.Number("Last_SQL_Errno") ?? 0),
        ApplyErrorText = row.Text("Last_SQL_Error"),
        LagSeconds = row.Number("Seconds_Behind_Source"),
        DelaySeconds = (int)(row.Number("SQL_Delay") ?? 0),
        KeepsRelayLog = true,
        Relay = row.Text("Relay_Log_File") is { Length: > 0 } file ? new(file, row.Number("Relay_Log_Pos") ?? 4) : null,
        FollowsByGtid = row.Number("Auto_Position") != 0,
        Heard = $"{heartbeats} {row.Text("Source_Log_File")} {row.Text("Read_Source_Log_Pos")}",
        RelayRead = true,
    };

    /// <summary>Long sets come with line ends in them.</summary>
    private static string Gtids(string? text) => (text ?? "").Replace("\n", "", StringComparison.Ordinal);

    /// <summary>Each comes with the numbers of the threads that own it: <c>uuid:5#11:6#12</c>.</summary>
    private static string Owned(string? text) => Owner.Replace(Gtids(text), "");

    public string AckersConnectedSql => "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_source_clients'";

    // What waits for an acknowledgement its slaves may have executed already; in the order of ObserveSql.
    public string SourceSql =>
        "SELECT @@global.read_only, CONCAT_WS(',', NULLIF(REGEXP_REPLACE(@@global.gtid_owned, '(#[0-9]+)+', ''), ''), NULLIF(@@global.gtid_executed, '')), ''";

    public string OwnSql => "SELECT @@global.server_uuid, @@global.gtid_executed";

    public bool IsBy(string id, string gtid) => gtid.StartsWith(id + ":", StringComparison.OrdinalIgnoreCase);

    public string ClientsSql(Accounts accounts) =>
        "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND command NOT IN ('Daemon', 'Connect') "
        + $"AND user NOT IN ('system user', 'event_scheduler', {Literal(accounts.Admin.User)}) AND NOT {BeginsWith("user", accounts.Replication.User)}";

    public string FollowersSql(Accounts accounts) =>
        "SELECT user, account_locked='Y', repl_slave_priv='Y' AND repl_client_priv='Y' "
        + "AND EXISTS(SELECT * FROM mysql.global_grants g WHERE g.user=u.user AND g.host=u.host AND g.priv='BACKUP_ADMIN') "
        + $"FROM mysql.user u WHERE host='%' AND {BeginsWith("user", accounts.Replication.User)}";

    public string EnsureFollower(Account follower) => string.Join(' ', Account(follower))
        + $" GRANT REPLICATION SLAVE, REPLICATION CLIENT, BACKUP_ADMIN ON *.* TO {Everywhere(follower.User)}";

    public string Lock(string user, bool on) =>
        $"SET SESSION sql_log_bin=0; ALTER USER {Everywhere(user)} ACCOUNT {(on ? "LOCK" : "UNLOCK")}; SET SESSION sql_log_bin=1";

    public string OpenToAdministrators => "SET GLOBAL super_read_only=0; SET GLOBAL read_only=1";

    public string ReadOnly(bool on) => on ? "SET GLOBAL super_read_only=1" : "SET GLOBAL super_read_only=0; SET GLOBAL read_only=0";

    public string? AckReceiverSql => "SELECT THREAD_OS_ID FROM performance_schema.threads WHERE NAME='thread/semisync/Ack_receiver'";

    public Func<long, string>? EmptyCommit { get; } = number => string.Create(CultureInfo.InvariantCulture, $"DROP TABLE IF EXISTS mysql.mysos_nothing_{number}");

    public string Await(int ackers) => ackers == 0 ? "SET GLOBAL rpl_semi_sync_source_enabled=0" : string.Create(
        CultureInfo.InvariantCulture, $"SET GLOBAL rpl_semi_sync_source_wait_for_replica_count={ackers}; SET GLOBAL rpl_semi_sync_source_enabled=1");

    public string SemiSyncReplica(bool on, bool receiving) =>
        $"SET GLOBAL rpl_semi_sync_replica_enabled={(on ? 1 : 0)}" + (receiving ? "; STOP REPLICA IO_THREAD; START REPLICA IO_THREAD" : "");

    public string StopReceiving => "STOP REPLICA IO_THREAD";

    public string StartReplication => "START REPLICA";

    public string? ApplierSql => "SELECT PROCESSLIST_ID FROM performance_schema.threads WHERE NAME='thread/sql/replica_sql'";

    public string Detach => "STOP REPLICA; RESET REPLICA ALL";

    // With neither thread running a change of the delay deletes the relay logs, unless it names a place in them, which GTIDs do not allow.
    public string StartApplying(ReplicaState replica) => (replica is { DelaySeconds: > 0, Relay: { } relay }
        ? $"CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION=0, SOURCE_DELAY=0, RELAY_LOG_FILE={Literal(relay.File)}, "
            + $"RELAY_LOG_POS={relay.Position.ToString(CultureInfo.InvariantCulture)}; "
        : "") + "START REPLICA SQL_THREAD";

    public string StopApplying => "STOP REPLICA SQL_THREAD";

    // The receiving thread has to run, or the relay logs are deleted.
    public string? SetDelay(int seconds) => string.Create(CultureInfo.InvariantCulture,
        $"STOP REPLICA SQL_THREAD; START REPLICA IO_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_DELAY={seconds}; START REPLICA SQL_THREAD");

    // A transaction that was applied before is left out by its GTID.
    public string? SkipApplied => null;

    public string AwaitApplied(string gtids, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT WAIT_FOR_EXECUTED_GTID_SET({Literal(gtids)}, {seconds:F3})");

    public string Attach(Endpoint source, Account replication, ServerState state, int delaySeconds)
    {
        var stop = state.Replica is null ? "" : "STOP REPLICA; ";
        return string.Create(CultureInfo.InvariantCulture,
            $"{stop}CHANGE REPLICATION SOURCE TO SOURCE_HOST={Literal(source.Host)}, SOURCE_PORT={source.Port}, "
            + $"SOURCE_USER={Literal(replication.User)}, SOURCE_PASSWORD={Literal(replication.Password)}, SOURCE_AUTO_POSITION=1, "
            + $"SOURCE_SSL=0, GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, SOURCE_RETRY_COUNT=100000, "
            + $"SOURCE_HEARTBEAT_PERIOD=0.5, SOURCE_DELAY={delaySeconds}; START REPLICA");
    }

    // The right to give rights comes in the same statement as all others.
    public string OwnerIsReadySql(Account owner) => $"SELECT COUNT(*) FROM mysql.user WHERE user={Literal(owner.User)} AND host='%' AND grant_priv='Y'";

    // caching_sha2_password stores a salted hash.
    public bool PasswordShows => false;

    // read_only stays on, so that only administrators can write meanwhile.
    public string EnsureOwner(Account owner, bool writable) =>
        (writable ? "" : $"{OpenToAdministrators}; ")
        + $"CREATE USER IF NOT EXISTS {Everywhere(owner.User)} IDENTIFIED BY {Literal(owner.Password)}; "
        + $"ALTER USER {Everywhere(owner.User)} IDENTIFIED BY {Literal(owner.Password)}; "
        + $"GRANT ALL PRIVILEGES ON *.* TO {Everywhere(owner.User)} WITH GRANT OPTION";

    // What the copied server was told of its own master came with the copy: with it, but without the relay logs, none follows another.
    public string TakeCopyOver(string? gtids) => "RESET REPLICA ALL";

    public bool StreamsCopies => false;

    /// <summary>Whom this server may clone, and how fast.</summary>
    public static string CloneLimits(Donor donor) => string.Create(CultureInfo.InvariantCulture,
        $"SET GLOBAL clone_valid_donor_list={Literal(donor.Server.ToString())}; SET GLOBAL clone_max_data_bandwidth={donor.MbPerSecond}");

    /// <summary>The data of the donor, in a directory beside this server's own. TLS, where the donor has it.</summary>
    public static string Clone(Donor donor, Account follower, string target) => string.Create(CultureInfo.InvariantCulture,
        $"CLONE INSTANCE FROM {Literal(follower.User)}@{Literal(donor.Server.Host)}:{donor.Server.Port} IDENTIFIED BY {Literal(follower.Password)} "
        + $"DATA DIRECTORY = {Literal(target)}");

    public string DropAccount(string user) => $"DROP USER IF EXISTS {Everywhere(user)}";

    public Task<string?> CopyAsync(CopyOrder order, CancellationToken cancellation) => PhysicalCopy.WithCloneAsync(order, cancellation);
}
