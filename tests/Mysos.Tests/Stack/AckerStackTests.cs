using System.Diagnostics;
using System.Text.Json.Nodes;
using Mysos.Core.Processes;

namespace Mysos.Tests.Stack;

/// <summary>The slave that the master waits for dies or hangs, alone or with the master, while clients write.</summary>
public abstract class AckerStackTests(StackFixture stack)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack) : AckerStackTests(stack);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack) : AckerStackTests(stack);

    private StackClient Client => stack.Client;

    private static JsonNode AckerOf(JsonNode cluster) => cluster["nodes"]!.AsArray().Single(n => n!["acker"]!.GetValue<bool>())!;

    private static int ServerId(JsonNode node) => node["server_id"]!.GetValue<int>();

    [Fact]
    public async Task AckerIsKilled_WritesGoOnWithAnotherOne()
    {
        var (name, password) = await CreateAsync(3);
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(200);
        var acker = AckerOf(await Client.GetAsync(name));
        await SignalAsync(acker, password, UnixSignal.Kill);
        await writers.AcknowledgedAsync(200);
        ServerId(AckerOf(await Client.GetAsync(name))).ShouldNotBe(ServerId(acker));
        await NothingIsMissingAsync(writers, name, password, 3);
    }

    [Fact]
    public async Task AckerHangs_IsLockedOut_AndComesBackAsASlave()
    {
        var (name, password) = await CreateAsync(3);
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(200);
        var acker = AckerOf(await Client.GetAsync(name));
        using var server = Process.GetProcessById(await StackClient.MysqldPidAsync(acker, password));
        ChildProcesses.Signal(server, UnixSignal.Stop);
        try
        {
            await Eventually.IsAsync(async () => ServerId(AckerOf(await Client.GetAsync(name))) != ServerId(acker), TimeSpan.FromSeconds(20),
                () => "another acker");
            await writers.AcknowledgedAsync(200);
        }
        finally
        {
            ChildProcesses.Signal(server, UnixSignal.Continue);
        }
        await NothingIsMissingAsync(writers, name, password, 3);
    }

    [Fact]
    public async Task MasterHangs_AnotherTakesOver_AndItComesBackAsASlave()
    {
        var (name, password) = await CreateAsync(3);
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(200);
        using var server = Process.GetProcessById(await StackClient.MysqldPidAsync(StackClient.MasterOf(await Client.GetAsync(name)), password));
        ChildProcesses.Signal(server, UnixSignal.Stop);
        await writers.AcknowledgedAsync(200);
        var events = (await Client.GetAsync(name))["events"]!.AsArray().Select(e => (Kind: e!["kind"]!.GetValue<string>(), Text: e["text"]!.GetValue<string>()));
        var failedOver = events.Single(e => e.Kind == "failed_over").Text;
        TestContext.Current.TestOutputHelper!.WriteLine(failedOver);
        failedOver.ShouldContain("its executor has had no answer from mysqld for ");
        // Its executor kills it, since it does not become read-only.
        await NothingIsMissingAsync(writers, name, password, 3);
        server.HasExited.ShouldBeTrue();
    }

    [Fact]
    public async Task MasterAndAckerAreKilled_NobodyElseIsElected_UntilOneOfThemIsBack()
    {
        var (name, password) = await CreateAsync(3);
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(200);
        var cluster = await Client.GetAsync(name);
        var (master, acker) = (StackClient.MasterOf(cluster), AckerOf(cluster));
        using var first = Process.GetProcessById(await StackClient.MysqldPidAsync(master, password));
        using var second = Process.GetProcessById(await StackClient.MysqldPidAsync(acker, password));
        ChildProcesses.Signal(second, UnixSignal.Kill);
        ChildProcesses.Signal(first, UnixSignal.Kill);
        await writers.AcknowledgedAsync(200);
        await NothingIsMissingAsync(writers, name, password, 3);
    }

    [Fact]
    public async Task ClusterOfTwo_ItsSlaveIsKilled_TheMasterGoesOnAloneAndThenWaitsAgain()
    {
        var (name, password) = await CreateAsync(2);
        await using var writers = new Writers(Client, name, password);
        await writers.AcknowledgedAsync(200);
        await SignalAsync(AckerOf(await Client.GetAsync(name)), password, UnixSignal.Kill);
        await writers.AcknowledgedAsync(200);
        // Alone, the master takes writes faster than a slave applies them; so it is given no more.
        await NothingIsMissingAsync(writers, name, password, 2);
    }

    private async Task<(string Name, string Password)> CreateAsync(int nodes)
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, nodes);
        var cluster = await Client.HealthyAsync(name, nodes);
        await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
        await Eventually.IsAsync(async () => (await Client.GetAsync(name))["nodes"]!.AsArray().Any(n => n!["acker"]!.GetValue<bool>()),
            TimeSpan.FromSeconds(20), () => "an acker");
        return (name, password);
    }

    private async Task NothingIsMissingAsync(Writers writers, string name, string password, int nodes)
    {
        var (rows, gap) = await writers.StopAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{rows.Count} rows, longest pause {gap.TotalMilliseconds:F0} ms");
        var cluster = await Client.HealthyAsync(name, nodes);
        foreach (var node in cluster["nodes"]!.AsArray())
        {
            IReadOnlyList<int> missing = [];
            await Eventually.IsAsync(async () => (missing = await Writers.MissingAsync(node!, password, rows)).Count == 0, TimeSpan.FromSeconds(60),
                () => $"node {ServerId(node!)} to have rows {string.Join(", ", missing.Take(10))}");
        }
        await Client.DeleteAsync(name, password);
    }

    private static async Task SignalAsync(JsonNode node, string password, UnixSignal signal)
    {
        using var server = Process.GetProcessById(await StackClient.MysqldPidAsync(node, password));
        ChildProcesses.Signal(server, signal);
    }
}
