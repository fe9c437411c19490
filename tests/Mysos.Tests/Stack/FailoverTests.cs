using System.Diagnostics;
using System.Text.Json.Nodes;
using MySqlConnector;
using Mysos.Core.Processes;

namespace Mysos.Tests.Stack;

/// <summary>Processes die; the cluster goes on, with every row that a client was told is committed.</summary>
public abstract class FailoverTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : FailoverTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : FailoverTests(stack);

    private StackClient Client => stack.Client;

    [Theory]
    [InlineData("mysqld")]
    [InlineData("executor")]
    public async Task Master_Killed_AnotherIsWritableAndAnnouncedAndTheNodeComesBack(string victim)
    {
        var name = StackClient.UniqueName();
        var (password, url) = await Client.CreateAsync(name, 3);
        var cluster = await Client.HealthyAsync(name, 3);
        var master = StackClient.MasterOf(cluster);
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        using var stop = new CancellationTokenSource();
        var writer = WriteAsync(master, password, stop.Token);

        var pid = await StackClient.MysqldPidAsync(master, password);
        await Eventually.IsAsync(async () => (long)(await StackClient.SqlAsync(master, password, "SELECT COUNT(*) FROM d.t"))! > 20,
            TimeSpan.FromSeconds(20), () => "some rows");
        var clock = Stopwatch.StartNew();
        Kill(victim == "mysqld" ? pid : ParentOf(pid));
        var acknowledged = await writer;

        JsonNode? next = null;
        await Eventually.IsAsync(
            async () => (next = await Client.GetAsync(name))["epoch"]!.GetValue<int>() >= 2
                && next["nodes"]!.AsArray().Any(n => n!["role"]!.GetValue<string>() == "master"),
            TimeSpan.FromSeconds(5), () => $"another master: {next}");
        var elected = StackClient.MasterOf(next!);
        elected["server_id"]!.GetValue<int>().ShouldNotBe(master["server_id"]!.GetValue<int>());
        await StackClient.SqlAsync(elected, password, "INSERT INTO d.t VALUES (1000000)");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        ((long)(await StackClient.SqlAsync(elected, password, $"SELECT COUNT(*) FROM d.t WHERE i <= {acknowledged}"))!).ShouldBe(acknowledged);

        cluster = await Client.HealthyAsync(name, 3);
        var set = (await StackClient.ServerSetAsync(url))!;
        set["master"]!.AsObject().Single().Key.ShouldBe(elected["member"]!.GetValue<string>());
        set["slaves"]!.AsObject().Count.ShouldBe(2);
        var rows = (long)(await StackClient.SqlAsync(elected, password, "SELECT COUNT(*) FROM d.t"))!;
        foreach (var slave in StackClient.SlavesOf(cluster))
        {
            long there = 0;
            await Eventually.IsAsync(async () => (there = (long)(await StackClient.SqlAsync(slave, password, "SELECT COUNT(*) FROM d.t"))!) == rows,
                TimeSpan.FromSeconds(10), () => $"slave {slave["server_id"]} to have all {rows} rows, not {there}");
        }
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task OnlyNode_MysqldKilled_IsMasterAgainWithItsRows()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name);
        var master = StackClient.MasterOf(await Client.HealthyAsync(name, 1));
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (7)");
        Kill(await StackClient.MysqldPidAsync(master, password));
        await Eventually.IsAsync(async () => (await Client.GetAsync(name))["epoch"]!.GetValue<int>() >= 2, TimeSpan.FromSeconds(20), () => "a new epoch");
        var cluster = await Client.HealthyAsync(name, 1);
        (await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "SELECT i FROM d.t")).ShouldBe(7);
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task OnlyNode_ExecutorKilled_IsLaunchedAgainOnItsVolume()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name);
        var master = StackClient.MasterOf(await Client.HealthyAsync(name, 1));
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (7)");
        Kill(ParentOf(await StackClient.MysqldPidAsync(master, password)));
        await Eventually.IsAsync(async () => (await Client.GetAsync(name))["epoch"]!.GetValue<int>() >= 2, TimeSpan.FromSeconds(20), () => "a new epoch");
        var cluster = await Client.HealthyAsync(name, 1);
        StackClient.MasterOf(cluster)["task_id"]!.GetValue<string>().ShouldNotBe(master["task_id"]!.GetValue<string>());
        (await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "SELECT i FROM d.t")).ShouldBe(7);
        await Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task Slave_MysqldKilled_MasterStaysAndTheSlaveComesBack()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 2);
        var cluster = await Client.HealthyAsync(name, 2);
        var slave = StackClient.SlavesOf(cluster).Single();
        Kill(await StackClient.MysqldPidAsync(slave, password));
        await Client.StateAsync(name, "degraded");
        cluster = await Client.HealthyAsync(name, 2);
        cluster["epoch"]!.GetValue<int>().ShouldBe(1);
        await Client.DeleteAsync(name, password);
    }

    /// <summary>Rows 1, 2, 3 … until the server goes away; the last one that was acknowledged.</summary>
    private static async Task<int> WriteAsync(JsonNode node, string password, CancellationToken stop)
    {
        var acknowledged = 0;
        try
        {
            await using var connection = await StackClient.OpenAsync(node, password);
            while (!stop.IsCancellationRequested)
            {
                await using var command = new MySqlCommand($"INSERT INTO d.t VALUES ({acknowledged + 1})", connection);
                await command.ExecuteNonQueryAsync(stop);
                acknowledged++;
            }
        }
        catch (MySqlException)
        {
            // The master is gone.
        }
        return acknowledged;
    }

    private static int ParentOf(int pid) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..],
        System.Globalization.CultureInfo.InvariantCulture);

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        ChildProcesses.Signal(process, UnixSignal.Kill);
    }
}
