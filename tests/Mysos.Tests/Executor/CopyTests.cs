using MySqlConnector;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>Nodes that are rebuilt from the data of another one, with real servers.</summary>
public sealed class CopyTests
{
    private const int Slow = 2;
    private const int Fast = 1000;

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task NewSlave_MasterHasPurgedItsBinaryLogs_BeginsWithACopyOfASlaveThatGoesOnServing(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, donor) = (cluster.Nodes[0], cluster.Nodes[1]);
        await WriteAndPurgeAsync(flavor, cluster);
        await using var third = await ThirdAsync();
        third.FirstDirective = new Directive { TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Slave, Source = master.Endpoint };
        third.Launch(Servers.Mysqld(flavor));
        var stuck = await third.WaitForAsync(r => r.Diverged, "a slave that cannot begin", 60);
        stuck.Reason!.ShouldContain("purged");

        if (flavor == Servers.MySql)
        {
            // As it left it when it was the master of an earlier epoch, and this node was barred.
            await using var admin = await donor.LoginAsync(TestNode.Accounts.Admin);
            await new MySqlCommand($"SET GLOBAL super_read_only=0; SET sql_log_bin=0; ALTER USER '{TestNode.Accounts.Follower(3).User}'@'%' ACCOUNT LOCK; SET GLOBAL super_read_only=1",
                admin).ExecuteNonQueryAsync();
            // It may have seen that it could be written to, and has put that right now.
            await donor.AppliedAsync(donor.Direct(DirectedRole.Slave, 1, master.Endpoint, 1));
        }
        var given = donor.Last!.Sequence;
        await GrantAsync(flavor, donor, master, third, Fast, 1);
        var copied = await third.WaitForAsync(r => r.Rebuild == 1 && r.Serving, "a copy that serves", 180);
        copied.DataMade.ShouldNotBe(stuck.DataMade);
        (await TestCluster.EventuallyAsync(third, "SELECT GROUP_CONCAT(i ORDER BY i) FROM d.t", "1,2")).ShouldBe("1,2");
        (await third.QueryAsync(TestNode.Accounts.Cluster, "SELECT COUNT(*) FROM d.t")).ShouldBe(2L);
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (3)");
        foreach (var slave in new[] { donor, third })
            (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 3L)).ShouldBe(3L);
        donor.Since(given).ShouldAllBe(r => r.Serving);

        // What was copied is as good as what was replicated: it can be the master's data.
        await master.AppliedAsync(master.Direct(DirectedRole.Candidate, 2), serving: false);
        await third.AppliedAsync(third.Direct(DirectedRole.Candidate, 2), serving: false);
        await third.AppliedAsync(third.Direct(DirectedRole.Master, 2));
        await master.AppliedAsync(master.Direct(DirectedRole.Slave, 2, third.Endpoint));
        await donor.AppliedAsync(donor.Direct(DirectedRole.Slave, 2, third.Endpoint));
        await cluster.WriteAsync(third, "INSERT INTO d.t VALUES (4)");
        foreach (var slave in new[] { donor, master })
            (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 4L)).ShouldBe(4L);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Copy_BrokenOffInTheMiddle_IsMadeAgain(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, donor) = (cluster.Nodes[0], cluster.Nodes[1]);
        await WriteAndPurgeAsync(flavor, cluster);
        await using var third = await ThirdAsync(rebuild: 1);
        // An executor that ended in the middle of a copy left this.
        foreach (var half in new[] { "mysql", "mysql.copy" })
            Directory.CreateDirectory(Path.Combine(third.Sandbox, half, "junk"));
        await GrantAsync(flavor, donor, master, third, Slow, 1, launch: true);
        await third.WaitForAsync(r => r is { Phase: NodePhase.Restoring, Reason: { } reason } && reason.EndsWith("MB", StringComparison.Ordinal)
            && !reason.EndsWith(" 0 MB", StringComparison.Ordinal), "a copy under way", 180);

        if (flavor == Servers.MariaDb)
            donor.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1);
        else
            await TestCluster.KillServerAsync(third);
        await third.SeenAsync(r => r.Reason?.Contains("tried again", StringComparison.Ordinal) == true, "a copy that failed");
        await GrantAsync(flavor, donor, master, third, Fast, 1);
        await third.WaitForAsync(r => r.Serving, "a copy that serves", 180);
        (await TestCluster.EventuallyAsync(third, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);
        Directory.GetDirectories(third.Sandbox, "mysql*").Select(Path.GetFileName).ShouldBe(["mysql"]);
        Directory.Exists(Path.Combine(third.Sandbox, "mysql", "junk")).ShouldBeFalse();
    }

    private static Task<TestNode> ThirdAsync(int rebuild = 0) => TestNode.CreateAsync(TestNode.TaskOf(3) with { Rebuild = rebuild });

    /// <summary>As the scheduler tells both sides.</summary>
    private static async Task GrantAsync(string flavor, TestNode donor, TestNode master, TestNode receiver, int speed, int rebuild, bool launch = false)
    {
        var node = receiver.Task.Node;
        var before = donor.Last?.Offers;
        donor.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1, change: d => d with { Grants = new CopyGrant(node, speed) });
        var port = flavor == Servers.MariaDb
            ? (await donor.WaitForAsync(r => r.Offers is { } offer && offer.Node == node && offer != before, "an offer")).Offers!.Port
            : 0;
        var from = new Donor(donor.Task.Node, donor.Endpoint, port, speed);
        if (!launch)
        {
            receiver.Direct(DirectedRole.Slave, 1, master.Endpoint, rebuild: rebuild, change: d => d with { Donor = from });
            return;
        }
        receiver.FirstDirective = new Directive
        {
            TaskId = "", Version = 1, Epoch = 1, Role = DirectedRole.Slave, Source = master.Endpoint, Rebuild = rebuild, Donor = from,
        };
        receiver.Launch(Servers.Mysqld(flavor));
    }

    /// <summary>Until nobody can begin with the master's first transaction any more.</summary>
    private static async Task WriteAndPurgeAsync(string flavor, TestCluster cluster)
    {
        var now = flavor == Servers.MariaDb ? "SHOW MASTER STATUS" : "SHOW BINARY LOG STATUS";
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 2L)).ShouldBe(2L);
        var first = await master.QueryAsync(TestNode.Accounts.Admin, "SHOW BINARY LOGS");
        await master.QueryAsync(TestNode.Accounts.Admin, "FLUSH BINARY LOGS");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            // What a slave still reads is kept.
            var last = await master.QueryAsync(TestNode.Accounts.Admin, now);
            await master.QueryAsync(TestNode.Accounts.Admin, $"PURGE BINARY LOGS TO '{last}'");
            await tick.WaitForNextTickAsync(deadline.Token);
        }
        while (Equals(first, await master.QueryAsync(TestNode.Accounts.Admin, "SHOW BINARY LOGS")));
    }
}
