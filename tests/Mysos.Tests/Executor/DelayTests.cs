using Mysos.Core.Protocol;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Executor;

/// <summary>A slave that is late, on real servers.</summary>
public sealed class DelayTests
{
    private const int Hour = 3600;
    private const string MakeTable = "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)";

    /// <summary>The only slave, which acknowledges: what it received is taken neither early nor away, by a change of the delay, by hand, or by an election.</summary>
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Acker_ThatIsLate_KeepsAllUntilItIsMaster(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, late) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(late, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        await late.AppliedAsync(Late(late, master, Hour, ackers: 1));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        await ReceivedAsync(master, late);
        (await CountAsync(late)).ShouldBe(0L);
        (await late.WaitForAsync(r => r.LagSeconds >= 1, "lag")).Serving.ShouldBeTrue("to be late is no trouble");

        var taken = await late.AppliedAsync(Late(late, master, 0, ackers: 1));
        taken.Serving.ShouldBeTrue();
        (await TestCluster.EventuallyAsync(late, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);

        await late.AppliedAsync(Late(late, master, Hour, ackers: 1));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (2)");
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (3)");
        await ReceivedAsync(master, late);
        (await CountAsync(late)).ShouldBe(1L);
        await TestCluster.KillServerAsync(master);
        await late.AppliedAsync(late.Direct(DirectedRole.Candidate, 2), serving: false);
        (await CountAsync(late)).ShouldBe(1L);
        var promoted = await late.AppliedAsync(late.Direct(DirectedRole.Master, 2));
        promoted.ReadOnly.ShouldBeFalse();
        (await cluster.WriteAsync(late, "SELECT COUNT(*) FROM d.t")).ShouldBe(3L);
    }

    /// <summary>
    /// Its mysqld is killed, somebody changes its delay, and its master is replaced: it is as late as before. Killed again, with nobody else left, it
    /// has all that it had received.
    /// </summary>
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Slave_ThatIsLate_StaysLate_AndLosesNothingItReceived(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (master, next, late) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, MakeTable);
        (await TestCluster.EventuallyAsync(late, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        await late.AppliedAsync(Late(late, master, Hour));
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        await ReceivedAsync(master, late);

        await TestCluster.KillServerAsync(late);
        await late.SeenAsync(r => r.Phase == NodePhase.Stopped, "a stop");
        await late.AppliedAsync(Late(late, master, Hour));
        await ReceivedAsync(master, late);
        (await CountAsync(late)).ShouldBe(0L);

        await late.QueryAsync(TestNode.Accounts.Admin, flavor == Servers.MariaDb
            ? "STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=7200; START SLAVE" : "STOP REPLICA SQL_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_DELAY=7200; START REPLICA");
        (await late.WaitForAsync(r => r.Repair is not null, "a repair")).Repair!.Found.ShouldBe("had a delay of 2h");
        await late.WaitForAsync(r => r is { Serving: true, Reason: null }, "service");
        (await CountAsync(late)).ShouldBe(0L);

        await TestCluster.KillServerAsync(master);
        await next.AppliedAsync(next.Direct(DirectedRole.Candidate, 2), serving: false);
        await next.AppliedAsync(next.Direct(DirectedRole.Master, 2));
        await late.AppliedAsync(Late(late, next, Hour, epoch: 2));
        await cluster.WriteAsync(next, "INSERT INTO d.t VALUES (2)");
        await ReceivedAsync(next, late);
        (await CountAsync(late)).ShouldBe(0L);

        await Task.WhenAll(TestCluster.KillServerAsync(next), TestCluster.KillServerAsync(late));
        await late.WaitForAsync(r => r.Phase == NodePhase.Stopped, "a stop");
        await late.AppliedAsync(late.Direct(DirectedRole.Candidate, 3), serving: false);
        await late.AppliedAsync(late.Direct(DirectedRole.Master, 3));
        (await cluster.WriteAsync(late, "SELECT COUNT(*) FROM d.t")).ShouldBe(2L);
    }

    private static Directive Late(TestNode late, TestNode master, int seconds, int ackers = 0, long epoch = 1) =>
        late.Direct(DirectedRole.Slave, epoch, master.Endpoint, ackers, change: d => d with { DelaySeconds = seconds });

    /// <summary>It has received, but not applied, all that its master has.</summary>
    private static Task ReceivedAsync(TestNode master, TestNode late) => Eventually.IsAsync(
        async () => Core.Elections.GtidPosition.Parse((await PositionAsync(master)).Replace("\n", "", StringComparison.Ordinal)) is var all
            && late.Last is { Received: { } received, Executed: var executed }
            && Core.Elections.GtidPosition.Parse(received).Union(Core.Elections.GtidPosition.Parse(executed)).Covers(all),
        TimeSpan.FromSeconds(20), () => "the slave to receive all");

    private static async Task<string> PositionAsync(TestNode node)
    {
        try
        {
            return (string)(await node.QueryAsync(TestNode.Accounts.Admin, "SELECT @@global.gtid_executed"))!;
        }
        catch (MySqlConnector.MySqlException)
        {
            return (string)(await node.QueryAsync(TestNode.Accounts.Admin, "SELECT @@global.gtid_current_pos"))!;
        }
    }

    private static Task<object?> CountAsync(TestNode node) => node.QueryAsync(TestNode.Accounts.Admin, "SELECT COUNT(*) FROM d.t");
}
