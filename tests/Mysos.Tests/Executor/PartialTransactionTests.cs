using MySqlConnector;
using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Tests.Executor;

/// <summary>What a slave of a real MySQL does with the beginning of a transaction whose end never comes.</summary>
public sealed class PartialTransactionTests
{
    private const string Receiving = "SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE queueing_transaction <> ''";
    private const int Rows = 64;

    /// <param name="promoted">The slave that has it is the next master; else it follows that one.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_MasterInTheMiddleOfALongTransaction_IsReplacedWithoutWaitingForTheRest(bool promoted)
    {
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 3);
        var (master, next, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        // So a write is not done before each slave has all of it.
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 2));
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY AUTO_INCREMENT, v LONGTEXT); INSERT INTO d.t (v) VALUES (REPEAT('x', 1000000))");
        for (var rows = 1; rows < Rows; rows *= 2)
            await cluster.WriteAsync(master, "INSERT INTO d.t (v) SELECT v FROM d.t");
        await using var connection = await TestCluster.AdministerAsync(promoted ? next : other);
        var (write, whole) = await InterruptedAsync(cluster, connection);
        await TestCluster.KillServerAsync(master);
        await Should.ThrowAsync<MySqlException>(write);

        foreach (var node in new[] { next, other })
            await node.AppliedAsync(node.Direct(DirectedRole.Candidate, 2), serving: false);
        await next.AppliedAsync(next.Direct(DirectedRole.Master, 2));
        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 2, next.Endpoint));
        await cluster.WriteAsync(next, "INSERT INTO d.t (v) VALUES ('y')");
        foreach (var node in new[] { next, other })
            (await TestCluster.EventuallyAsync(node, "SELECT COUNT(*) FROM d.t", whole + 1L)).ShouldBe(whole + 1L);
    }

    /// <summary>A write of whose beginning the slave has received something, and the rows that are there without it.</summary>
    private static async Task<(Task<object?> Write, int Whole)> InterruptedAsync(TestCluster cluster, ServerConnection slave)
    {
        for (var whole = Rows; whole < 8 * Rows; whole += Rows)
        {
            var write = cluster.WriteAsync(cluster.Nodes[0], $"INSERT INTO d.t (v) SELECT v FROM d.t LIMIT {Rows}");
            while (!write.IsCompleted && !await ReceivesAsync())
            {
            }
            await slave.ExecuteAsync("STOP REPLICA IO_THREAD", TestContext.Current.CancellationToken);
            if (await ReceivesAsync())
                return (write, whole);
            await slave.ExecuteAsync("START REPLICA IO_THREAD", TestContext.Current.CancellationToken);
            await write;
        }
        throw new TimeoutException("Each transaction came whole.");

        async Task<bool> ReceivesAsync() => (await slave.NumbersAsync(Receiving, TestContext.Current.CancellationToken))[0] > 0;
    }
}
