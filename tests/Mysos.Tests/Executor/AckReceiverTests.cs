using System.Globalization;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;
using Mysos.Executor.Replication;
using Mysos.Executor.Servers;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Executor;

/// <summary>The thread that hears acknowledgements, in a real MySQL: left alone, it wakes up once a second.</summary>
public sealed class AckReceiverTests
{
    private const int Wakes = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly MySqlFlavor Flavor = new();

    [Fact]
    public async Task AnotherAcker_TheThreadIsWokenUntilItIsThere()
    {
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 2);
        var master = cluster.Nodes[0];
        await cluster.WriteAsync(master, "CREATE DATABASE d");
        var server = await TestCluster.ServerProcessAsync(master);
        await using var connection = await TestCluster.AdministerAsync(master);
        var thread = (await connection.NumbersAsync(Flavor.AckReceiverSql!, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        var before = Woken(server, thread);

        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Acker = 2 }));
        await Eventually.IsAsync(() => Task.FromResult(Woken(server, thread) >= before + Wakes), Patience, () => $"{Woken(server, thread) - before} times woken");
        await cluster.WriteAsync(master, "CREATE TABLE d.t (i INT PRIMARY KEY)");
        (await TestCluster.ServerProcessAsync(master)).ShouldBe(server);
    }

    [Fact]
    public async Task StatementThatEndsTheThread_IsInterruptedUntilItIsDone_AndTheServerGoesOn()
    {
        await using var cluster = await TestCluster.StartAsync(Servers.MySql, 2);
        var master = cluster.Nodes[0];
        await using var connection = await TestCluster.AdministerAsync(master);
        var process = await TestCluster.ServerProcessAsync(master);
        using var server = new Interrupted(process);
        var receiver = new AckReceiver(Flavor, connection, server, TimeProvider.System);
        var thread = (await connection.NumbersAsync(Flavor.AckReceiverSql!, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();

        await receiver.ExecuteAsync(Flavor.Await(0), TestContext.Current.CancellationToken);
        server.Sent.ShouldAllBe(t => t == thread);
        server.Sent.ShouldNotBeEmpty();
        // Its executor starts another one soon.
        Directory.Exists($"/proc/{process}/task/{thread}").ShouldBeFalse();
        await cluster.WriteAsync(master, "CREATE DATABASE d");
    }

    private static long Woken(int process, long thread) => long.Parse(
        File.ReadLines($"/proc/{process}/task/{thread}/status").Single(l => l.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal)).Split(':')[1],
        CultureInfo.InvariantCulture);

    /// <summary>A mysqld that another process runs.</summary>
    private sealed class Interrupted(int process) : IServerProcess
    {
        private readonly List<int> _sent = [];

        public IReadOnlyList<int> Sent => [.. _sent];

        public void Interrupt(int thread)
        {
            if (ThreadInterrupts.TrySend(process, thread))
                _sent.Add(thread);
        }

        public Task<int> Exited => throw new NotSupportedException();
        public Task<ServerConnection?> ReadyAsync(Account admin, CancellationToken cancellation) => throw new NotSupportedException();
        public Task StopAsync(TimeSpan grace) => throw new NotSupportedException();
        public void Kill() => throw new NotSupportedException();
        public string LastWords(int code) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
