using Mysos.Core.Protocol;

namespace Mysos.Tests.Executor;

/// <summary>Changes that somebody makes behind Mysos' back are noticed, put right, and told.</summary>
public sealed class RepairTests
{
    private const double NoticedWithin = 10;

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task WhatWasChanged_IsPutRight_AndTold(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        var maria = flavor == Servers.MariaDb;

        await ChangeAsync(slave, maria ? "SET GLOBAL read_only=0" : "SET GLOBAL super_read_only=0; SET GLOBAL read_only=0", "was writable");
        await ChangeAsync(master, maria ? "SET GLOBAL read_only=1" : "SET GLOBAL super_read_only=1", "was read-only");
        await ChangeAsync(master, $"SET GLOBAL rpl_semi_sync_{(maria ? "master" : "source")}_enabled=0", "did not wait for acknowledgements");
        await ChangeAsync(slave, $"SET GLOBAL rpl_semi_sync_{(maria ? "slave" : "replica")}_enabled=0", "did not acknowledge");
        await ChangeAsync(slave, maria ? "STOP SLAVE" : "STOP REPLICA", "had its replication stopped");
        await ChangeAsync(slave, maria ? "STOP SLAVE; CHANGE MASTER TO MASTER_HOST='127.0.0.9'" : "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.9'",
            $"followed 127.0.0.9:{master.Task.Port}");
        await ChangeAsync(slave, maria ? "STOP SLAVE; RESET SLAVE ALL" : "STOP REPLICA; RESET REPLICA ALL", "followed nobody");
        await ChangeAsync(master, $"DROP USER '{TestNode.Owner}'@'%'", "lacked its owner's account");
        await ChangeAsync(master, $"DROP USER '{TestNode.Accounts.Follower(2).User}'@'%'", "lacked accounts of its slaves");
        await ChangeAsync(master, $"ALTER USER '{TestNode.Accounts.Follower(2).User}'@'%' ACCOUNT LOCK", "lacked accounts of its slaves");
        // As they are when a master is killed while it makes them.
        await ChangeAsync(master, $"REVOKE REPLICATION SLAVE ON *.* FROM '{TestNode.Accounts.Follower(2).User}'@'%'", "lacked accounts of its slaves");
        await ChangeAsync(master, maria ? $"GRANT READ_ONLY ADMIN ON *.* TO '{TestNode.Owner}'@'%'" : $"REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{TestNode.Owner}'@'%'",
            "lacked its owner's account");

        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Paused_WhatWasChangedStays_ButAcknowledging_UntilItIsResumed(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        var maria = flavor == Servers.MariaDb;
        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1, change: d => d with { Paused = true }));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Paused = true }));

        await slave.QueryAsync(TestNode.Accounts.Admin, maria ? "STOP SLAVE SQL_THREAD" : "STOP REPLICA SQL_THREAD");
        await slave.WaitForAsync(r => r.Reason?.Contains("had its replication stopped, which is left so", StringComparison.Ordinal) == true, "that it is left so", NoticedWithin + 20);
        var before = slave.Last!.Repair;
        await slave.QueryAsync(TestNode.Accounts.Admin, $"SET GLOBAL rpl_semi_sync_{(maria ? "slave" : "replica")}_enabled=0");
        await slave.WaitForAsync(r => r.Repair is { } repair && repair != before && repair.Found == "did not acknowledge", "acknowledging again", NoticedWithin + 20);
        slave.Last!.Reason.ShouldBe("it had its replication stopped, which is left so while the cluster is paused");
        await ChangeAsync(master, $"SET GLOBAL rpl_semi_sync_{(maria ? "master" : "source")}_enabled=0", "did not wait for acknowledgements");

        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        slave.Last!.Reason.ShouldBeNull();
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task TheExecutorsAccountIsDropped_EachServerGetsItBackByAStart(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        await master.QueryAsync(TestNode.Accounts.Admin, $"DROP USER '{TestNode.Accounts.Admin.User}'@'%'");
        foreach (var node in cluster.Nodes)
            await node.SeenAsync(r => r.Phase == NodePhase.Stopped, "its end");
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 2, ackers: 1));
        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 2, master.Endpoint, ackers: 1));
        foreach (var node in cluster.Nodes)
        {
            node.Last!.Repair!.Found.ShouldBe("lacked its administration account");
            (await node.QueryAsync(TestNode.Accounts.Admin, "SELECT COUNT(*) FROM d.t")).ShouldBe(0L);
        }
    }

    private static async Task ChangeAsync(TestNode node, string sql, string found)
    {
        var before = node.Last!.Repair;
        await node.QueryAsync(TestNode.Accounts.Admin, sql);
        await node.WaitForAsync(r => r.Repair is { } repair && repair != before && repair.Found.Contains(found, StringComparison.Ordinal),
            $"a repair: it {found}", NoticedWithin + 20);
        await node.WaitForAsync(r => r is { Serving: true, Reason: null }, $"service after it {found}");
    }
}
