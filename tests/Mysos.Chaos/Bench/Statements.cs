namespace Mysos.Chaos.Bench;

/// <summary>What a failover by hand is made of, in a server's words.</summary>
internal sealed record Statements(
    string StopReceiving, string Detach, string Status, string Received, string Executed, string ReadOnlyOn, string ReadOnlyOff, string MasterWaits, string MasterWaitsNot,
    string Acknowledge, Func<string, int, string> Follow, Func<string, string> Await)
{
    public static Statements MariaDb { get; } = new(
        "STOP SLAVE IO_THREAD", "STOP SLAVE; RESET SLAVE ALL", "SHOW SLAVE STATUS", "Gtid_IO_Pos", "SELECT @@global.gtid_current_pos",
        "SET GLOBAL read_only=1", "SET GLOBAL read_only=0", "SET GLOBAL rpl_semi_sync_master_enabled=1", "SET GLOBAL rpl_semi_sync_master_enabled=0",
        "SET GLOBAL rpl_semi_sync_slave_enabled=1",
        (host, port) => $"CHANGE MASTER TO MASTER_HOST='{host}', MASTER_PORT={port}, MASTER_USER='{HandServers.User}', MASTER_PASSWORD='{HandServers.Password}', "
            + "MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=1; START SLAVE",
        gtids => $"SELECT MASTER_GTID_WAIT('{gtids}', 10)");

    public static Statements MySql { get; } = new(
        "STOP REPLICA IO_THREAD", "STOP REPLICA; RESET REPLICA ALL", "SHOW REPLICA STATUS", "Retrieved_Gtid_Set", "SELECT @@global.gtid_executed",
        "SET GLOBAL super_read_only=1", "SET GLOBAL super_read_only=0; SET GLOBAL read_only=0",
        "SET GLOBAL rpl_semi_sync_source_enabled=1", "SET GLOBAL rpl_semi_sync_source_enabled=0", "SET GLOBAL rpl_semi_sync_replica_enabled=1",
        (host, port) => $"CHANGE REPLICATION SOURCE TO SOURCE_HOST='{host}', SOURCE_PORT={port}, SOURCE_USER='{HandServers.User}', SOURCE_PASSWORD='{HandServers.Password}', "
            + "SOURCE_AUTO_POSITION=1, SOURCE_SSL=0, GET_SOURCE_PUBLIC_KEY=1, SOURCE_CONNECT_RETRY=1, SOURCE_HEARTBEAT_PERIOD=1; START REPLICA",
        gtids => $"SELECT WAIT_FOR_EXECUTED_GTID_SET('{gtids}', 10)");
}
