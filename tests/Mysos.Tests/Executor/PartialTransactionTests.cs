using MySqlConnector;
using Mysos.Core.Protocol;

namespace Mysos.Tests.Executor;

/// <summary>What a slave of a real MySQL does with the beginning of a transaction whose end never comes.</summary>
public sealed class PartialTransactionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_MySqlMasterInTheMiddleOfALongTransaction_IsReplacedWithoutWaitingForTheRest(bool promoted)
    {
        const string receiving = "SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE queueing_transaction <> ''";
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 3);
        var (master, acker, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var slave = promoted ? acker : other;
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY AUTO_INCREMENT, v LONGTEXT); INSERT INTO d.t (v) VALUES (REPEAT('x', 1000000))");
        for (var doubled = 0; doubled < 6; doubled++)
            await cluster.WriteAsync(master, "INSERT INTO d.t (v) SELECT v FROM d.t");
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 64L)).ShouldBe(64L);
        await using var connection = await TestCluster.AdministerAsync(slave);
        var write = cluster.WriteAsync(master, "INSERT INTO d.t (v) SELECT v FROM d.t");
        while ((await connection.NumbersAsync(receiving, TestContext.Current.CancellationToken))[0] == 0)
            write.IsCompleted.ShouldBeFalse("it went by unseen");
        await TestCluster.KillServerAsync(master);
        await Should.ThrowAsync<MySqlException>(write);

        foreach (var node in new[] { acker, other })
            await node.AppliedAsync(node.Direct(DirectedRole.Candidate, 2), serving: false);
        (await connection.NumbersAsync(receiving, TestContext.Current.CancellationToken)).ShouldBe([1L], "the rest has not come");
        await acker.AppliedAsync(acker.Direct(DirectedRole.Master, 2));
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 2, acker.Endpoint));
        await cluster.WriteAsync(acker, "INSERT INTO d.t (v) VALUES ('y')");
        (await TestCluster.EventuallyAsync(other, "SELECT COUNT(*) FROM d.t", 65L)).ShouldBe(65L);
    }
}
