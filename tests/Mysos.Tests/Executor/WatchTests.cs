using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;
using Mysos.Executor.Nodes;

namespace Mysos.Tests.Executor;

/// <summary>What executors see of trouble, and what they do about it without being told.</summary>
public sealed class WatchTests
{
    private const string MakeTable = "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)";

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterFreezes_BothSidesSaySo_AndNoLongerWhenItGoesOn(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        using (var server = Server(master))
        {
            ChildProcesses.Signal(server, UnixSignal.Stop);
            var since = Stopwatch.StartNew();
            try
            {
                await master.WaitForAsync(r => r is { Symptoms.SilentFor: > 0.5, Serving: false }, "silence of its mysqld");
                TestContext.Current.TestOutputHelper!.WriteLine($"Its executor said so after {since.ElapsedMilliseconds} ms.");
                await slave.WaitForAsync(r => r.Symptoms is { MasterSilentFor: > 1.2, MasterRefuses: not null }, "silence of its master");
                TestContext.Current.TestOutputHelper!.WriteLine($"Its slave said so after {since.ElapsedMilliseconds} ms: {slave.Last!.Symptoms}");
            }
            finally
            {
                ChildProcesses.Signal(server, UnixSignal.Continue);
            }
        }
        await master.WaitForAsync(r => r is { Symptoms: null, Serving: true }, "an answer of its mysqld");
        await slave.WaitForAsync(r => r is { Symptoms: null, Serving: true }, "an answer of its master");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterLocksTheSlaveOut_ItHearsNothing_ButIsNotRefusedByAMasterThatSaysNo(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1, change: d => d with { Barred = [2] }));
        (await slave.WaitForAsync(r => r.Symptoms is { MasterSilentFor: > 3 }, "silence of its master")).Symptoms!.MasterRefuses.ShouldBeNull();
        // Nobody acknowledges: the master says so.
        await master.WaitForAsync(r => r.Symptoms is { UnfollowedFor: > 1 }, "nobody to acknowledge");
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterTakesNoMoreConnections_ItAnswersAllTheSame(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var master = cluster.Nodes[0];
        var clients = new List<MySqlConnector.MySqlConnection>();
        try
        {
            await Should.ThrowAsync<MySqlConnector.MySqlException>(async () =>
            {
                while (true)
                    clients.Add(await master.LoginAsync(TestNode.Accounts.Cluster));
            });
            var first = master.Last!.Sequence;
            (await master.WaitForAsync(r => r.Sequence > first + 3, "more reports")).ShouldSatisfyAllConditions(
                r => r.Serving.ShouldBeTrue(), r => r.Symptoms.ShouldBeNull());
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task SlavesDataAreDeleted_ItIsMadeAnew_AndSaysThatItsDataAreOthers(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (master, slave) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(master, MakeTable);
        await cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        var made = slave.Last!.DataMade.ShouldNotBeNull();
        var server = Server(slave);
        Directory.Delete(Path.Combine(slave.Sandbox, "mysql"), recursive: true);
        // mysqld may notice before its executor does, and end by itself.
        await slave.SeenAsync(r => r.DataMade > made || r.Symptoms?.Volume is { } why && why.Contains("deleted", StringComparison.Ordinal), "deleted data");
        await server.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await slave.AppliedAsync(slave.Direct(DirectedRole.Slave, 1, master.Endpoint, ackers: 1));
        slave.Last!.DataMade.ShouldNotBeNull().ShouldBeGreaterThan(made);
        slave.Last.Symptoms.ShouldBeNull();
        (await TestCluster.EventuallyAsync(slave, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MastersDataAreDeleted_NobodyHearsOfIt_ItIsNoMasterOfTheDataThatItMakes(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var master = cluster.Nodes[0];
        var made = master.Last!.DataMade.ShouldNotBeNull();
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, change: d => d with { DataMade = made }));
        await cluster.WriteAsync(master, MakeTable);
        var server = Server(master);
        Directory.Delete(Path.Combine(master.Sandbox, "mysql"), recursive: true);
        ChildProcesses.Signal(server, UnixSignal.Kill);
        // What it was told before is forgotten with the data.
        var anew = await master.WaitForAsync(r => r.Phase == NodePhase.Running && r.DataMade > made, "other data");
        anew.ShouldSatisfyAllConditions(r => r.Serving.ShouldBeFalse(), r => r.ReadOnly.ShouldBeTrue(), r => r.AppliedVersion.ShouldBe(0));

        // And when the scheduler, which has not heard of it, says it again, it is of the data that are gone.
        master.Direct(DirectedRole.Master, 1, change: d => d with { DataMade = made });
        var refuses = await master.WaitForAsync(r => r.Reason?.Contains("made anew since it was made master", StringComparison.Ordinal) == true, "the refusal");
        refuses.ShouldSatisfyAllConditions(r => r.Serving.ShouldBeFalse(), r => r.ReadOnly.ShouldBeTrue(), r => r.AppliedVersion.ShouldBe(0));
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 2, change: d => d with { DataMade = anew.DataMade }));
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task FormerMasterIsFrozen_ItsExecutorKillsIt_AndItComesBackAsSlave(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 2);
        var (former, next) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WriteAsync(former, MakeTable);
        await cluster.WriteAsync(former, "INSERT INTO d.t VALUES (1)");
        using var server = Server(former);
        ChildProcesses.Signal(server, UnixSignal.Stop);
        await former.WaitForAsync(r => r.Symptoms?.SilentFor is not null, "silence");
        former.Direct(DirectedRole.Candidate, 2);
        await server.WaitForExitAsync().WaitAsync(Fencing.Replaced + TimeSpan.FromSeconds(20));
        former.Output.ToString().ShouldContain("after another node was made master");
        await next.AppliedAsync(next.Direct(DirectedRole.Master, 2));
        await former.AppliedAsync(former.Direct(DirectedRole.Slave, 2, next.Endpoint));
        (await TestCluster.EventuallyAsync(former, "SELECT COUNT(*) FROM d.t", 1L)).ShouldBe(1L);
    }

    [Theory]
    [InlineData(Servers.MariaDb)]
    [InlineData(Servers.MySql)]
    public async Task MasterHearsNeitherAckerNorScheduler_TakesNoWrites_UntilItHearsOne(string flavor)
    {
        await using var cluster = await TestCluster.StartAsync(flavor, 1);
        var master = cluster.Nodes[0];
        await cluster.WriteAsync(master, MakeTable);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1));
        // It waits for an acknowledgement that nobody gives.
        var write = cluster.WriteAsync(master, "INSERT INTO d.t VALUES (1)");
        // Whoever ended the commit otherwise could tell its client that it is done.
        await master.WaitForAsync(r => r is { Phase: NodePhase.Running, ReadOnly: true, Serving: false, Reason: { } why }
                && why.StartsWith("waiting for a directive", StringComparison.Ordinal), "a fence",
            Fencing.CutOff.TotalSeconds + 20);
        master.Output.ToString().ShouldContain("mysqld is killed");
        await Should.ThrowAsync<MySqlConnector.MySqlException>(() => write);
        await master.AppliedAsync(master.Direct(DirectedRole.Master, 1, ackers: 1));
        await cluster.WriteAsync(master, "SELECT 1");
    }

    private static Process Server(TestNode node) => Process.GetProcessById(int.Parse(
        File.ReadAllText(Path.Combine(node.Sandbox, "mysqld.pid")), CultureInfo.InvariantCulture));
}
