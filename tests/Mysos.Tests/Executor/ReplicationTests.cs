using MySqlConnector;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>Several nodes with real servers, moved by directives.</summary>
public sealed class ReplicationTests
{
    private const string MakeTable = "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)";

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Directives_ThreeNodes_ReplicateFailOverAndTakeTheOldMasterBack(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (first, second, third) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(first, MakeTable);
        await cluster.WriteAsync(first, "INSERT INTO d.t VALUES (1)");
        foreach (var slave in new[] { second, third })
        {
            (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
            await Should.ThrowAsync<MySqlException>(() => cluster.WriteAsync(slave, "INSERT INTO d.t VALUES (99)"));
        }

        await TestCluster.KillServerAsync(first);
        await first.SeenAsync(r => r is { Phase: NodePhase.Stopped, Serving: false, Reason: "mysqld was ended by signal 9" }, "a stop, and its reason alone");
        var votes = new[] { second.Direct(DirectedRole.Candidate, 2), third.Direct(DirectedRole.Candidate, 2) };
        var candidate = await second.AppliedAsync(votes[0], serving: false);
        (candidate.Role, candidate.Epoch, candidate.Serving).ShouldBe((DirectedRole.Candidate, 2L, false));
        await third.AppliedAsync(votes[1], serving: false);

        var promoted = await second.AppliedAsync(second.Direct(DirectedRole.Master, 2, ackers: 1));
        promoted.ReadOnly.ShouldBeFalse();
        await third.AppliedAsync(third.Direct(DirectedRole.Slave, 2, second.Endpoint, ackers: 1));
        await cluster.WriteAsync(second, "INSERT INTO d.t VALUES (2)");
        (await TestCluster.EventuallyAsync(third, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);

        var back = await first.AppliedAsync(first.Direct(DirectedRole.Slave, 2, second.Endpoint, ackers: 1));
        back.ReadOnly.ShouldBeTrue();
        (await TestCluster.EventuallyAsync(first, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);
        await Should.ThrowAsync<MySqlException>(() => cluster.WriteAsync(first, "INSERT INTO d.t VALUES (98)"));
    }

    /// <summary>Nothing that is left of its time as a master, as connections of slaves that were cut off from it, is in the way of what comes.</summary>
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Replaced_MasterThatLives_IsStartedAnewAsASlave(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (first, second) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(first, MakeTable);
        var process = await TestCluster.ServerProcessAsync(first);
        await second.AppliedAsync(second.Direct(DirectedRole.Candidate, 2), serving: false);
        await first.AppliedAsync(first.Direct(DirectedRole.Candidate, 2), serving: false);
        await second.AppliedAsync(second.Direct(DirectedRole.Master, 2));

        await first.AppliedAsync(first.Direct(DirectedRole.Slave, 2, second.Endpoint, ackers: 1));

        (await TestCluster.ServerProcessAsync(first)).ShouldNotBe(process);
        await cluster.WriteAsync(second, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(first, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
        process = await TestCluster.ServerProcessAsync(first);
        await first.AppliedAsync(first.Direct(DirectedRole.Slave, 3, second.Endpoint, ackers: 1));
        (await TestCluster.ServerProcessAsync(first)).ShouldBe(process);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Fence_LivingMaster_CutsItsClientsAndNeverServesAgainByItself(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var node = cluster.Nodes[0];
        await cluster.WriteAsync(node, MakeTable);
        await using var client = await node.LoginAsync(TestNode.Accounts.Cluster);
        var fenced = await node.AppliedAsync(node.Direct(DirectedRole.Candidate, 2), serving: false);
        fenced.ReadOnly.ShouldBeTrue();
        await using var write = new MySqlCommand("INSERT INTO d.t VALUES (1)", client);
        await Should.ThrowAsync<MySqlException>(() => write.ExecuteNonQueryAsync());
        await Should.ThrowAsync<MySqlException>(() => cluster.WriteAsync(node, "INSERT INTO d.t VALUES (1)"));

        var promoted = await node.AppliedAsync(node.Direct(DirectedRole.Master, 3));
        promoted.Epoch.ShouldBe(3);
        await cluster.WriteAsync(node, "INSERT INTO d.t VALUES (1)");
        // An order of an epoch that is over changes nothing, whatever its version.
        node.Direct(DirectedRole.Candidate, 2);
        var next = node.Last!.Sequence;
        (await node.WaitForAsync(r => r.Sequence > next + 1, "more reports")).Serving.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Killed_MasterOfOne_WaitsForAnOrderAndKeepsItsData(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var node = cluster.Nodes[0];
        await cluster.WriteAsync(node, MakeTable);
        await cluster.WriteAsync(node, "INSERT INTO d.t VALUES (7)");
        await TestCluster.KillServerAsync(node);
        await node.SeenAsync(r => r.Phase == NodePhase.Stopped, "a stop");
        var again = await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running again");
        (again.Role, again.ReadOnly, again.Serving, again.AppliedVersion).ShouldBe((DirectedRole.Standby, true, false, 0L));
        await node.AppliedAsync(node.Direct(DirectedRole.Master, 2));
        (await cluster.WriteAsync(node, "SELECT i FROM d.t")).ShouldBe(7);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Killed_SlaveWithUnappliedRelayLog_LosesNothingItReceived(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        // The slave receives and cannot apply: a lock on the table holds its applier.
        await using var holder = await slave.LoginAsync(TestNode.Accounts.Admin);
        await using (var hold = new MySqlCommand("LOCK TABLES d.t READ", holder))
            await hold.ExecuteNonQueryAsync();
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
        await slave.WaitForAsync(
            r => GtidPosition.Parse(r.Received).Count > 0 && !GtidPosition.Parse(r.Executed).Covers(GtidPosition.Parse(r.Received)),
            "something received and not applied");

        await TestCluster.KillServerAsync(slave);
        await slave.SeenAsync(r => r.Phase == NodePhase.Stopped, "a stop");
        master.Direct(DirectedRole.Candidate, 2);
        await TestCluster.KillServerAsync(master);
        var candidate = slave.Direct(DirectedRole.Candidate, 2);
        await slave.AppliedAsync(candidate, serving: false);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        (await cluster.WriteAsync(slave, "SELECT COUNT(*) FROM d.t")).ShouldBe(2L);
    }

    /// <summary>
    /// MariaDB's note of where it was in its relay log is of the file's beginning, or of an earlier file: nothing of what was applied since is to be tried again.
    /// </summary>
    [Theory]
    [InlineData(Servers.MariaDb, false)]
    [InlineData(Servers.MariaDb, true)]
    [InlineData(Servers.MySql, false)]
    [InlineData(Servers.MySql, true)]
    public async Task Killed_SlaveThatHadAppliedMost_GoesOnWithTheFirstThatItHadNot(string flavor, bool inAnotherFile)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        for (var row = 1; row <= 20; row++)
            await cluster.WriteAsync(master, $"INSERT INTO d.t VALUES ({row})");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 20L)).ShouldBe(20L);
        if (inAnotherFile)
        {
            await slave.QueryAsync(TestNode.Accounts.Admin,
                flavor == Servers.MariaDb ? "STOP SLAVE IO_THREAD; START SLAVE IO_THREAD" : "STOP REPLICA IO_THREAD; START REPLICA IO_THREAD");
            for (var row = -20; row < 0; row++)
                await cluster.WriteAsync(master, $"INSERT INTO d.t VALUES ({row})");
            (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t WHERE i < 0", 20L)).ShouldBe(20L);
        }
        await using (var holder = await slave.LoginAsync(TestNode.Accounts.Admin))
        {
            await using (var hold = new MySqlCommand("LOCK TABLES d.t READ", holder))
                await hold.ExecuteNonQueryAsync();
            for (var row = 21; row <= 23; row++)
                await cluster.WriteAsync(master, $"INSERT INTO d.t VALUES ({row})");
            await TestCluster.KillServerAsync(slave);
        }
        await slave.SeenAsync(r => r.Phase == NodePhase.Stopped, "a stop");
        await TestCluster.KillServerAsync(master);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Candidate, 2), serving: false);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        (await cluster.WriteAsync(slave, "SELECT COUNT(*) FROM d.t WHERE i > 0")).ShouldBe(23L);
        (await File.ReadAllTextAsync(Path.Combine(slave.Sandbox, "mysqld.err"))).ShouldNotContain("out-of-order");
    }

    /// <summary>One row of its own: behind the master, where MariaDB's position alone does not show it. Two: ahead.</summary>
    [Theory]
    [InlineData(Servers.MariaDb, 1)]
    [InlineData(Servers.MariaDb, 2)]
    [InlineData(Servers.MySql, 1)]
    public async Task Slave_WithTransactionsOfItsOwn_SaysSoAndIsRebuilt(string flavor, int own)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Candidate, 1), serving: false);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 1));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1));
        for (var row = 1; row <= own; row++)
            await cluster.WriteAsync(slave, $"INSERT INTO d.t VALUES ({666 + row})");
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        if (own == 1)
            await cluster.WriteAsync(master, "DELETE FROM d.t WHERE i > 1; INSERT INTO d.t VALUES (2); DELETE FROM d.t WHERE i = 2");

        slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1);
        var diverged = await slave.WaitForAsync(r => r.Diverged, "divergence");
        diverged.Serving.ShouldBeFalse();
        diverged.Reason.ShouldNotBeNullOrEmpty();

        var rebuilt = await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1, rebuild: 1));
        (rebuilt.Rebuild, rebuilt.Diverged).ShouldBe((1, false));
        (await TestCluster.EventuallyAsync(slave, "SELECT GROUP_CONCAT(i) FROM d.t", "1")).ShouldBe("1");
        ShouldKeep667(rebuilt);
    }

    /// <summary>The row 667, an INT, is in the binary logs that were kept.</summary>
    private static void ShouldKeep667(Report rebuilt) =>
        Directory.GetFiles(rebuilt.Kept.ShouldNotBeNull()).Any(log => File.ReadAllBytes(log).AsSpan().IndexOf(BitConverter.GetBytes(667)) > 0).ShouldBeTrue();

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Slave_ThatSomebodyWroteTo_IsFoundWithoutAnElection_AndWhatWasWrittenIsKept(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        await using (var admin = await slave.LoginAsync(TestNode.Accounts.Admin))
            await new MySqlCommand("SET GLOBAL read_only=0; INSERT INTO d.t VALUES (667)", admin).ExecuteNonQueryAsync();
        (await slave.WaitForAsync(r => r.Diverged, "an audit", 30)).Reason!.ShouldStartWith("somebody has written to it");
        var rebuilt = await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1, rebuild: 1));
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        ShouldKeep667(rebuilt);
    }

    [Theory]
    [InlineData(Servers.MariaDb, false)]
    [InlineData(Servers.MySql, false)]
    // Counted on to have all that it had, it cuts nothing off: it could be what was acknowledged and its engine had not written yet.
    [InlineData(Servers.MariaDb, true)]
    [InlineData(Servers.MySql, true)]
    public async Task Killed_MasterWithAWriteThatNobodyAcknowledged_ComesBackWithoutIt(string flavor, bool countedOn)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        // The acker is frozen, so the write waits; then both are killed, and what the acker had not read is gone.
        Run("kill", "-STOP", await ServerIdAsync(slave));
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (13)");
        (await TestCluster.EventuallyAsync(master,
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'INSERT%' AND user = 'owner'", 1L)).ShouldBe(1L);
        Run("kill", "-KILL", await ServerIdAsync(master), await ServerIdAsync(slave));
        // The successor is named at once, as the scheduler does it, and again and again.
        var follow = master.Direct(DirectedRole.Slave, 2, slave.Endpoint, ackers: 1, change: d => d with { CountedOn = countedOn });
        using var naming = TimeProvider.System.CreateTimer(
            _ => master.Send(new SchedulerMessage { Directive = follow }), null, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        await Should.ThrowAsync<MySqlException>(() => write);
        await slave.SeenAsync(r => r.Phase == NodePhase.Stopped, "a stop");

        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        await cluster.WriteAsync(slave, "INSERT INTO d.t VALUES (1)");
        await cluster.WriteAsync(slave, "INSERT INTO d.t VALUES (2)");
        var back = await master.WaitForAsync(r => r.Epoch == 2 && (r.Serving || r.Diverged) || r.Diverged, "the old master's return");
        if (flavor == Servers.MariaDb)
            back.Diverged.ShouldBe(countedOn);
        if (back.Diverged)
            await master.AppliedAsync(master.Direct(DirectedRole.Slave, 2, slave.Endpoint, ackers: 1, rebuild: 1));
        (await TestCluster.EventuallyAsync(master, "SELECT GROUP_CONCAT(i ORDER BY i) FROM d.t", "1,2")).ShouldBe("1,2");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Killed_MasterWithAWriteThatOnlyASlaveHas_GetsItBack(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        // The slave gets the write, but its word does not count; so the master's recovery cuts off what the slave has.
        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint));
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (13)");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Candidate, 2), serving: false);
        Run("kill", "-KILL", await ServerIdAsync(master));
        var follow = master.Direct(DirectedRole.Slave, 2, slave.Endpoint, ackers: 1);
        using var naming = TimeProvider.System.CreateTimer(
            _ => master.Send(new SchedulerMessage { Directive = follow }), null, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));
        await Should.ThrowAsync<MySqlException>(() => write);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        await master.WaitForAsync(r => r is { Epoch: 2, Serving: true }, "the old master's return");
        (await TestCluster.EventuallyAsync(master, "SELECT GROUP_CONCAT(i) FROM d.t", "13")).ShouldBe("13");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Candidate_WhileAttachingToAFrozenMaster_ObeysAtOnce(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Candidate, 2), serving: false);
        Run("kill", "-STOP", await ServerIdAsync(master));
        slave.Direct(DirectedRole.Slave, 2, new Endpoint("localhost", master.Task.Port), ackers: 1);
        var started = System.Diagnostics.Stopwatch.StartNew();
        await slave.AppliedAsync(slave.Direct(DirectedRole.Candidate, 3), serving: false);
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1.5));
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Frozen_Server_IsReportedAsSilentUntilItAnswersAgain(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var node = cluster.Nodes[0];
        var pid = await ServerIdAsync(node);
        Run("kill", "-STOP", pid);
        var silent = await node.WaitForAsync(r => !r.Serving, "silence");
        silent.Reason.ShouldNotBeNull().ShouldContain("does not answer");
        Run("kill", "-CONT", pid);
        await node.WaitForAsync(r => r.Serving, "an answer");
    }

    private static async Task<string> ServerIdAsync(TestNode node) =>
        (await File.ReadAllTextAsync(Path.Combine(node.Sandbox, "mysqld.pid"))).Trim();

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
    }
}
