using System.Collections.Concurrent;
using MySqlConnector;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>A planned change of master, and of the owner's password, on real servers.</summary>
public sealed class SwitchoverTests
{
    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Yield_WhileWriting_TheCandidateGetsEveryAcknowledgedWrite(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        var acknowledged = new ConcurrentQueue<int>();
        using var over = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(w => WriteAsync(w * 1_000_000)).ToArray();
        await EnoughAsync(() => acknowledged.Count > 100);

        var yielded = await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Yield = true }), serving: false);
        (yielded.ReadOnly, yielded.Serving, yielded.Role).ShouldBe((true, false, DirectedRole.Master));
        await Task.WhenAll(writers);
        (await master.QueryAsync(TestNode.Accounts.Admin, "SELECT @@read_only")).ShouldBe(1L);

        var caughtUp = await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, 1, change: d => d with { CatchUp = yielded.Executed }));
        caughtUp.Executed.ShouldBe(yielded.Executed);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        var process = await TestCluster.ServerProcessAsync(master);
        await master.AppliedAsync(master.Direct(DirectedRole.Slave, 2, slave.Endpoint, 1));
        (await TestCluster.ServerProcessAsync(master)).ShouldBe(process, "what it had was handed over");
        await cluster.WriteAsync(slave, "INSERT INTO d.t VALUES (-1)");
        (await cluster.WriteAsync(slave, "SELECT COUNT(*) FROM d.t")).ShouldBeOfType<long>().ShouldBeGreaterThanOrEqualTo(acknowledged.Count + 1);
        foreach (var row in acknowledged.Chunk(500))
            (await cluster.WriteAsync(slave, $"SELECT COUNT(*) FROM d.t WHERE i IN ({string.Join(',', row)})")).ShouldBe((long)row.Length);
        (await TestCluster.EventuallyAsync(master, "SELECT COUNT(*) FROM d.t WHERE i = -1", 1L)).ShouldBe(1L);

        async Task WriteAsync(int first)
        {
            try
            {
                await using var connection = await master.LoginAsync(TestNode.Accounts.Cluster);
                for (var row = first; !over.IsCancellationRequested; row++)
                {
                    await using var insert = new MySqlCommand($"INSERT INTO d.t VALUES ({row})", connection);
                    await insert.ExecuteNonQueryAsync();
                    acknowledged.Enqueue(row);
                }
            }
            catch (MySqlException)
            {
                // Cut off, or told that the server is read-only: as it must be.
            }
        }
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Yield_WithAStatementThatDoesNotEnd_CutsItOff(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var master = cluster.Nodes[0];
        await cluster.WriteAsync(master, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        await using var connection = await master.LoginAsync(TestNode.Accounts.Cluster);
        await using var endless = new MySqlCommand("UPDATE d.t SET i = i + SLEEP(600)", connection) { CommandTimeout = 0 };
        var running = endless.ExecuteNonQueryAsync();
        await TestCluster.EventuallyAsync(master, "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'UPDATE d.t%'", 1L);

        var yielded = await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Yield = true }), serving: false);
        yielded.ReadOnly.ShouldBeTrue();
        await Should.ThrowAsync<MySqlException>(running);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1));
        (await cluster.WriteAsync(master, "SELECT i FROM d.t")).ShouldBe(1);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task SlaveThatDoesNotAcknowledge_LeavesANewMasterToTheAckerFirst(string flavor)
    {
        const string gaveWay = "left to those who acknowledge first";
        await using var cluster = await TestCluster.StartAsync(flavor, 3);
        var (master, next, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { Yield = true }), serving: false);
        await next.AppliedAsync(next.Direct(DirectedRole.Master, 2));

        await other.AppliedAsync(other.Direct(DirectedRole.Slave, 2, next.Endpoint, 1));
        other.Since(0).ShouldNotContain(r => r.Reason != null && r.Reason.Contains(gaveWay));
        await master.AppliedAsync(master.Direct(DirectedRole.Slave, 2, next.Endpoint));
        await next.AppliedAsync(next.Direct(DirectedRole.Slave, 3, other.Endpoint), serving: false);
        await other.AppliedAsync(other.Direct(DirectedRole.Master, 3));
        await master.AppliedAsync(master.Direct(DirectedRole.Slave, 3, other.Endpoint));
        await master.SeenAsync(r => r.Reason != null && r.Reason.Contains(gaveWay), "giving way");
    }

    /// <param name="seconds">What the operator allows for each task; null: what the task says.</param>
    [Theory]
    [InlineData(Servers.MariaDb, 0)]
    [InlineData(Servers.MariaDb, 15)]
    [InlineData(Servers.MariaDb, null)]
    [InlineData(Servers.MySql, 0)]
    public async Task Kill_OfAMasterWithSlavesByADrainingAgent_WaitsUntilAnotherIsMaster(string flavor, int? seconds)
    {
        var policy = seconds is { } s ? new KillPolicy(new DurationInfo(s * 1_000_000_000L)) : null;
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        master.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new(master.TaskId), policy) });
        await EnoughAsync(() => master.Agent.Updates.Any(u => u.State == TaskState.Killing));

        var yielded = await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Yield = true }), serving: false);
        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, 1, change: d => d with { CatchUp = yielded.Executed }));
        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2));
        master.Agent.Updates.ShouldNotContain(u => u.State == TaskState.Killed);
        master.Direct(DirectedRole.Slave, 2, slave.Endpoint, 1);
        (await master.ExitCodeAsync()).ShouldBe(0);
        master.Agent.Updates.Select(u => u.State).ShouldBe([TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed]);
        master.Output.ToString().ShouldNotContain("Nobody took over");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Kill_OfAMasterWithSlavesByTheScheduler_EndsItAtOnce(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var master = cluster.Nodes[0];
        master.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new(master.TaskId), KillPolicies.OfScheduler) });
        (await master.ExitCodeAsync()).ShouldBe(0);
        master.Output.ToString().ShouldNotContain("another node is to be the master first");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task Password_Changed_OnTheMasterAndByReplication(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        var changed = TestNode.Accounts with { Cluster = new(TestNode.Owner, "an'other"), Version = 1 };
        foreach (var node in cluster.Nodes)
            node.GivenAccounts = changed;
        var slaves = slave.Direct(DirectedRole.Slave, 1, master.Endpoint, 1, change: d => d with { AccountsVersion = 1 });
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { AccountsVersion = 1 }));
        await slave.AppliedAsync(slaves);

        (await master.QueryAsync(changed.Cluster, "SELECT 1")).ShouldBe(1);
        await EnoughAsync(async () => await AcceptsAsync(slave, changed.Cluster));
        (await AcceptsAsync(master, TestNode.Accounts.Cluster)).ShouldBeFalse();
        (await AcceptsAsync(slave, TestNode.Accounts.Cluster)).ShouldBeFalse();

        await slave.AppliedAsync(slave.Direct(DirectedRole.Master, 2, change: d => d with { AccountsVersion = 1 }));
        (await slave.QueryAsync(changed.Cluster, "SELECT 1")).ShouldBe(1);
    }

    private static async Task<bool> AcceptsAsync(TestNode node, Account account)
    {
        try
        {
            await using var connection = await node.LoginAsync(account);
            return true;
        }
        catch (MySqlException e) when (e.ErrorCode == MySqlErrorCode.AccessDenied)
        {
            return false;
        }
    }

    private static Task EnoughAsync(Func<bool> condition) => EnoughAsync(() => Task.FromResult(condition()));

    private static async Task EnoughAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await tick.WaitForNextTickAsync(deadline.Token);
    }
}
