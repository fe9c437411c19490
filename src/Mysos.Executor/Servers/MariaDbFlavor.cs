using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using static Mysos.Executor.Servers.SqlText;

namespace Mysos.Executor.Servers;

/// <summary>MariaDB 10.6 and later.</summary>
internal sealed class MariaDbFlavor : IFlavor
{
    // Bits of what mysql.global_priv calls access; MariaDB's sql/privilege.h numbers them.
    private const long GrantOption = 1L << 10;
    private const long ReplicationSlave = 1L << 19;
    private const long BinlogMonitor = 1L << 20;
    private const long ReadOnlyAdmin = 1L << 33;

    public string Name => "MariaDB";

    public IEnumerable<string> Options(long memoryMb) =>
    [
        "log_bin=binlog",
        "log_slave_updates=ON",
        "gtid_strict_mode=ON",
        "read_only=ON",
        "skip_slave_start",
        "binlog_format=ROW",
        // 0: a binary log is never deleted; a node that is rebuilt can follow from the first transaction.
        "expire_logs_days=0",
        "rpl_semi_sync_master_wait_point=AFTER_SYNC",
        $"rpl_semi_sync_master_timeout={uint.MaxValue}",
        "rpl_semi_sync_master_wait_no_slave=ON",
        // STOP SLAVE kills its dump thread on the master, which may be frozen: it waits this many seconds for it.
        "rpl_semi_sync_slave_kill_conn_timeout=1",
        "slave_net_timeout=4",
        "character_set_server=utf8mb4",
        $"performance_schema={(memoryMb < MyCnf.Gigabyte ? "OFF" : "ON")}",
        $"innodb_log_file_size={MyCnf.RedoLogMb(memoryMb)}M",
        "aria_pagecache_buffer_size=8M",
        "key_buffer_size=4M",
    ];

    public (string, IReadOnlyList<string>) Initialize(string mysqld, string directory, bool asRoot)
    {
        var program = Directory.Exists(Path.GetDirectoryName(mysqld))
            ? InstallScripts(mysqld).FirstOrDefault(File.Exists)
            : null;
        List<string> arguments = ["--no-defaults", $"--datadir={directory}", "--auth-root-authentication-method=normal",
            "--skip-test-db", "--skip-name-resolve", $"--innodb-log-file-size={MyCnf.SmallRedoLogMb}M"];
        if (asRoot)
            arguments.Add("--user=root");
        return (program ?? throw new FileNotFoundException(
            $"There is no mariadb-install-db for '{mysqld}' (looked for {string.Join(", ", InstallScripts(mysqld))})."), arguments);
    }

    private static string[] InstallScripts(string mysqld)
    {
        var home = Path.GetDirectoryName(Path.GetDirectoryName(mysqld)) ?? "/";
        return [Path.Combine(home, "bin/mariadb-install-db"), Path.Combine(home, "scripts/mariadb-install-db"), "/usr/bin/mariadb-install-db"];
    }

    // gtid_current_pos counts from the binary log only what the server's own number wrote.
    public SlaveStart? StartAsSlave { get; } = new(["--init-rpl-role=SLAVE", "--rpl-semi-sync-slave-enabled=ON"],
        serverId => string.Create(CultureInfo.InvariantCulture,
            $"SET GLOBAL gtid_slave_pos=@@global.gtid_current_pos; SET GLOBAL server_id={serverId}"));

    public IReadOnlyList<string> InitFile(Accounts accounts, string hostName, string systemUser) =>
    [
        "SET sql_log_bin=0;",
        $"CREATE OR REPLACE USER {Everywhere(accounts.Admin.User)} IDENTIFIED BY {Literal(accounts.Admin.Password)};",
        $"GRANT ALL PRIVILEGES ON *.* TO {Everywhere(accounts.Admin.User)} WITH GRANT OPTION;",
        $"DELETE FROM mysql.global_priv WHERE User='' OR (User='root' AND Host IN ('localhost','127.0.0.1','::1',{Literal(hostName)}));",
        "FLUSH PRIVILEGES;",
    ];

    public string ObserveSql =>
        "SELECT @@global.read_only, @@global.gtid_current_pos, @@global.gtid_slave_pos, "
        + "@@global.rpl_semi_sync_master_enabled, @@global.rpl_semi_sync_slave_enabled, @@global.gtid_binlog_state; SHOW ALL SLAVES STATUS";

    public async Task<ServerState> ReadStateAsync(DbDataReader reader, CancellationToken cancellation)
    {
        var row = await RowReader.ReadAsync(reader, cancellation).ConfigureAwait(false)
            ?? throw new InvalidDataException("The server did not tell its state.");
        var executed = row.Text(1) ?? "";
        var state = new ServerState
        {
            ReadOnly = row.Flag(0),
            Writable = !row.Flag(0),
            Executed = executed,
            SlavePositionStale = executed != (row.Text(2) ?? ""),
            AckersAwaited = row.Flag(3) ? 1 : 0,
            SemiSyncReplica = row.Flag(4),
            BinlogState = row.Text(5) ?? "",
        };
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var replica = await RowReader.ReadAsync(reader, cancellation).ConfigureAwait(false);
        return replica is null ? state : state with { Replica = ReadReplica(replica) };
    }

    private static ReplicaState ReadReplica(RowReader row) => new()
    {
        Source = new(row.Text("Master_Host") ?? "", (int)(row.Number("Master_Port") ?? 0)),
        Receiver = row.Text("Slave_IO_Running") switch
        {
            "Yes" => ReceiverState.Connected,
            "No" => ReceiverState.Stopped,
            _ => ReceiverState.Connecting,
        },
        Applying = row.Text("Slave_SQL_Running") == "Yes",
        Received = row.Text("Gtid_IO_Pos") ?? "",
        ReceiveError = (int)(row.Number("Last_IO_Errno") ?? 0),
        ReceiveErrorText = row.Text("Last_IO_Error"),
        ApplyError = (int)(row.Number("Last_SQL_Errno") ?? 0),
        ApplyErrorText = row.Text("Last_SQL_Error"),
        LagSeconds = row.Number("Seconds_Behind_Master"),
        DelaySeconds = (int)(row.Number("SQL_Delay") ?? 0),
        Heard = $"{row.Text("Slave_received_heartbeats")} {row.Text("Master_Log_File")} {row.Text("Read_Master_Log_Pos")}",
        Relay = row.Text("Relay_Log_File") is { Length: > 0 } file ? new(file, row.Number("Relay_Log_Pos") ?? 4) : null,
        RelayRead = row.Text("Slave_SQL_Running_State")?.StartsWith("Slave has read all relay log", StringComparison.Ordinal) == true,
        FollowsByGtid = row.Text("Using_Gtid") != "No",
    };

    public string AckersConnectedSql => "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'";

    // Both: right after a restore the binary log is empty, and after promotion only it moves.
    public string SourceSql =>
        "SELECT @@global.read_only, CONCAT_WS(',', NULLIF(@@global.gtid_slave_pos, ''), NULLIF(@@global.gtid_binlog_pos, '')), @@global.gtid_binlog_state";

    public string OwnSql => "SELECT @@global.server_id, @@global.gtid_current_pos";

    public bool IsBy(string id, string gtid) => gtid.Split('-') is [_, var server, _] && server == id;

    public string ClientsSql(Accounts accounts) =>
        "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND command NOT IN ('Daemon', 'Slave_IO', 'Slave_SQL') "
        + $"AND user NOT IN ('system user', 'event_scheduler', {Literal(accounts.Admin.User)}) AND NOT {BeginsWith("user", accounts.Replication.User)}";

    public string FollowersSql(Accounts accounts) =>
        $"SELECT User, COALESCE(JSON_VALUE(Priv, '$.account_locked') IN ('1', 'true'), 0), {Access(ReplicationSlave | BinlogMonitor)} FROM mysql.global_priv "
        + $"WHERE Host='%' AND {BeginsWith("User", accounts.Replication.User)}";

    public string EnsureFollower(Account follower) =>
        $"GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO {Everywhere(follower.User)} IDENTIFIED BY {Literal(follower.Password)}";

    public string Lock(string user, bool on) =>
        $"SET SESSION sql_log_bin=0; ALTER USER {Everywhere(user)} ACCOUNT {(on ? "LOCK" : "UNLOCK")}; SET SESSION sql_log_bin=1";

    public string OpenToAdministrators => "";

    public string ReadOnly(bool on) => on ? "SET GLOBAL read_only=1" : "SET GLOBAL read_only=0";

    public string? AckReceiverSql => null;

    public string? ApplierSql => null;

    // The group of commits that is next holds the binary log's lock while the one before waits.
    public Func<long, string>? EmptyCommit => null;

    public string Await(int ackers) => ackers switch
    {
        0 => "SET GLOBAL rpl_semi_sync_master_enabled=0",
        1 => "SET GLOBAL rpl_semi_sync_master_enabled=1",
        _ => throw new ArgumentOutOfRangeException(nameof(ackers), ackers, "MariaDB waits for one acknowledgement only."),
    };

    public string SemiSyncReplica(bool on, bool receiving) =>
        $"SET GLOBAL rpl_semi_sync_slave_enabled={(on ? 1 : 0)}" + (receiving ? "; STOP SLAVE IO_THREAD; START SLAVE IO_THREAD" : "");

    public string StopReceiving => "STOP SLAVE IO_THREAD";

    public string StartReplication => "START SLAVE";

    public string Detach => "STOP SLAVE; RESET SLAVE ALL";

    // In GTID mode START SLAVE first deletes the relay logs when neither thread runs, and with them what was received but
    // not applied. Without GTID mode, from the position where applying stopped, it keeps them.
    public string StartApplying(ReplicaState replica) => replica.Relay is { } relay
        ? $"STOP SLAVE; CHANGE MASTER TO MASTER_USE_GTID=no, MASTER_DELAY=0, RELAY_LOG_FILE={Literal(relay.File)}, "
            + $"RELAY_LOG_POS={relay.Position.ToString(CultureInfo.InvariantCulture)}; START SLAVE SQL_THREAD"
        : "START SLAVE SQL_THREAD";

    public string StopApplying => "STOP SLAVE SQL_THREAD";

    // CHANGE MASTER asks for both threads to be stopped, and in GTID mode the relay logs go when both start.
    public string? SetDelay(int seconds) => null;

    public string? SkipApplied => "SET GLOBAL sql_slave_skip_counter=1; START SLAVE SQL_THREAD";

    public string AwaitApplied(string gtids, double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT({Literal(gtids)}, {seconds:F3})");

    public string Attach(Endpoint source, Account replication, ServerState state, int delaySeconds)
    {
        var stop = state.Replica is null ? "" : "STOP SLAVE; ";
        var position = state.SlavePositionStale ? "SET GLOBAL gtid_slave_pos=@@global.gtid_current_pos; " : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{stop}{position}CHANGE MASTER TO MASTER_HOST={Literal(source.Host)}, MASTER_PORT={source.Port}, "
            + $"MASTER_USER={Literal(replication.User)}, MASTER_PASSWORD={Literal(replication.Password)}, "
            + $"MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=0.5, MASTER_DELAY={delaySeconds}; START SLAVE");
    }

    public bool PasswordShows => true;

    public string OwnerIsReadySql(Account owner) =>
        $"SELECT COUNT(*) FROM mysql.global_priv WHERE User={Literal(owner.User)} AND Host='%' "
        + $"AND JSON_VALUE(Priv, '$.authentication_string')='{NativePasswordHash(owner.Password)}' AND {Access(GrantOption)} AND NOT {Access(ReadOnlyAdmin)}";

    // Without READ_ONLY ADMIN (which ALL contains) the owner cannot write on a slave, whatever its other rights.
    public string EnsureOwner(Account owner, bool writable) =>
        $"GRANT ALL PRIVILEGES ON *.* TO {Everywhere(owner.User)} IDENTIFIED BY {Literal(owner.Password)} WITH GRANT OPTION; "
        + $"REVOKE READ_ONLY ADMIN ON *.* FROM {Everywhere(owner.User)}";

    // The binary log's state as well, or this server as master would not know where its slaves ask it to continue.
    public string TakeCopyOver(string? gtids) =>
        $"RESET MASTER; SET GLOBAL gtid_slave_pos={Literal(gtids ?? "")}; SET GLOBAL gtid_binlog_state={Literal(gtids ?? "")}";

    public bool StreamsCopies => true;

    public string DropAccount(string user) => $"DROP USER IF EXISTS {Everywhere(user)}";

    public Task<string?> CopyAsync(CopyOrder order, CancellationToken cancellation) => PhysicalCopy.WithMariaBackupAsync(order, cancellation);

    /// <summary>1 where a row of mysql.global_priv has all of these rights, everywhere.</summary>
    private static string Access(long rights) => string.Create(CultureInfo.InvariantCulture, $"COALESCE(JSON_VALUE(Priv, '$.access') & {rights} = {rights}, 0)");

    private static string NativePasswordHash(string password)
    {
#pragma warning disable CA5350 // The hash of mysql_native_password is SHA-1 of SHA-1; it is compared with, not chosen.
        return "*" + Convert.ToHexString(SHA1.HashData(SHA1.HashData(Encoding.UTF8.GetBytes(password))));
#pragma warning restore CA5350
    }
}
