using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

/// <summary>What a slave has and its master lacks, on real servers.</summary>
public sealed class ErrantsTests
{
    /// <summary>MySQL's says nothing of it. A MariaDB master refuses such a slave itself.</summary>
    [Fact]
    public async Task TransactionOfAnEarlierMaster_OfASlaveThatFollowsTheSameAddress_IsFound()
    {
        const string earlier = "SET GLOBAL super_read_only=0; SET GTID_NEXT='11111111-1111-1111-1111-111111111111:1'; INSERT INTO d.t VALUES (667); SET GTID_NEXT='AUTOMATIC'";
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 0L)).ShouldBe(0L);
        await using (var admin = await slave.LoginAsync(TestNode.Accounts.Admin))
            await new MySqlCommand(earlier, admin).ExecuteNonQueryAsync();
        (await slave.WaitForAsync(r => r.Diverged, "an audit")).Reason!.ShouldStartWith("it has transactions that its master lacks: ");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task CommitThatWaits_OfASlaveThatHasItAlready_IsNone(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        foreach (var slave in new[] { acker, other })
            await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint));
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        (await TestCluster.EventuallyAsync(other, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);

        IFlavor of = flavor == Servers.MySql ? new MySqlFlavor() : new MariaDbFlavor();
        await using var connection = await TestCluster.AdministerAsync(other);
        var own = (await connection.RowAsync(of.OwnSql, TestContext.Current.CancellationToken))!;
        var source = await SourceState.AskAsync(of, new Logins(master.Endpoint), master.Endpoint, TestNode.Accounts.Follower(3), TestContext.Current.CancellationToken);
        write.IsCompleted.ShouldBeFalse();
        Errants.Describe(of, (own.Text(0)!, own.Text(1)!), source).ShouldBeNull();

        await TestCluster.KillServerAsync(master);
        await Should.ThrowAsync<MySqlException>(write);
    }

    /// <summary>A master that takes no writes yet may have what it lacks only received, unless the slave wrote it.</summary>
    [Theory]
    [InlineData("a:1-3,b:1", true, null)]
    [InlineData("a:1-3,b:1", false, "it has transactions that its master lacks: b:1")]
    [InlineData("a:1-5,b:1", true, "somebody has written to it: its master lacks a:1-5")]
    [InlineData("a:1-5,b:1", false, "somebody has written to it: its master lacks a:1-5")]
    [InlineData("a:1-3", false, null)]
    public void Describe_MasterWithAWritesOneToThree(string executed, bool readOnly, string? expected) =>
        Errants.Describe(new MySqlFlavor(), ("a", executed), new SourceState(readOnly, "a:1-4", "")).ShouldBe(expected);

    private sealed class Logins(Endpoint local) : ILogins
    {
        public Endpoint Local => local;

        public Task<ServerConnection> OpenAsync(Account account, TimeSpan timeout, CancellationToken cancellation) => OpenAsync(local, account, timeout, cancellation);

        public Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation) =>
            ServerConnection.OpenAsync(endpoint, account, timeout, cancellation);
    }
}
