using System.Text.Json.Nodes;
using Mysos.LocalMesos;

namespace Mysos.Tests.Stack;

/// <summary>Machines that are maintained, agents that are drained or killed, under clients that write.</summary>
public abstract class AgentStackTests(string server) : IAsyncLifetime
{
    public sealed class OnMariaDb() : AgentStackTests(Servers.MariaDb);

    public sealed class OnMySql() : AgentStackTests(Servers.MySql);

    private readonly SeparateStack _stack = new(server);
    private readonly StackClient _client = new(MysosProcess.FreePort());
    private readonly string _name = StackClient.UniqueName();
    private LocalMesosCluster _mesos = null!;
    private MysosProcess _scheduler = null!;
    private string _password = "";
    private JsonNode _before = null!;

    public async ValueTask InitializeAsync()
    {
        // Mesos knows machines by their names and addresses: two of the agents are on one.
        _mesos = await _stack.StartMesosHereAsync("127.0.0.1", "localhost", "localhost");
        _scheduler = _stack.StartScheduler(_client.Port, $"--executor_cmd={SeparateStack.Executor}", "--storage=volume");
        await _scheduler.ReadyAsync(_client.Http);
        (_password, _) = await _client.CreateAsync(_name, 3);
        _before = await _client.HealthyAsync(_name, 3);
        await StackClient.SqlAsync(StackClient.MasterOf(_before), _password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY)");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task Maintenance_OfTheMastersMachine_AnotherIsMasterBeforeAndItsNodesComeBackAfter()
    {
        var master = StackClient.MasterOf(_before);
        var machine = new JsonObject { ["hostname"] = AgentOf(master).Hostname, ["ip"] = "127.0.0.1" };
        await using var writers = new Writers(_client, _name, _password);
        await writers.AcknowledgedAsync(20);
        var start = (DateTimeOffset.UtcNow.AddMinutes(30) - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        await _stack.OperateAsync("UPDATE_MAINTENANCE_SCHEDULE", new JsonObject
        {
            ["schedule"] = new JsonObject
            {
                ["windows"] = new JsonArray(new JsonObject
                {
                    ["machine_ids"] = new JsonArray(machine.DeepClone()),
                    ["unavailability"] = new JsonObject { ["start"] = new JsonObject { ["nanoseconds"] = start } },
                }),
            },
        });

        var after = await EpochAsync(2);
        AgentOf(StackClient.MasterOf(after)).Hostname.ShouldNotBe(AgentOf(master).Hostname);
        Event(after, "switchover_began").ShouldContain("maintenance of its agent's machine begins at ");
        await Eventually.IsAsync(async () => (await AnswersAsync()).SequenceEqual(["ACCEPT"]), TimeSpan.FromSeconds(20), () => "the inverse offers to be accepted");

        var gone = _mesos.Agents.Where(a => a.Hostname == AgentOf(master).Hostname).ToArray();
        await _stack.OperateAsync("START_MAINTENANCE", new JsonObject { ["machines"] = new JsonArray(machine.DeepClone()) });
        await Eventually.IsAsync(async () => (await _client.GetAsync(_name))["nodes"]!.AsArray().Count(n => n!["state"]!.GetValue<string>() == "down") == gone.Length,
            TimeSpan.FromSeconds(10), () => $"the machine's nodes to end:\n{_scheduler.Output}");
        await writers.AcknowledgedAsync(20);
        await _stack.OperateAsync("STOP_MAINTENANCE", new JsonObject { ["machines"] = new JsonArray(machine.DeepClone()) });
        foreach (var agent in gone)
            await agent.StartAsync();
        after = await _client.HealthyAsync(_name, 3);
        after["epoch"]!.GetValue<int>().ShouldBe(2);
        await writers.AcknowledgedAsync(20);
        await AllThereAsync(writers, [.. after["nodes"]!.AsArray().Select(n => n!)]);

        async Task<IEnumerable<string>> AnswersAsync() =>
            (await _stack.OperateAsync("GET_MAINTENANCE_STATUS"))!["status"]!["draining_machines"]!.AsArray()
            .SelectMany(m => m!["statuses"]?.AsArray() ?? []).Select(s => s!["status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Drain_OfTheMastersAgent_AnotherIsMasterFirstAndTheNodeComesBackWithItsData(bool withGrace)
    {
        var master = StackClient.MasterOf(_before);
        var task = master["task_id"]!.GetValue<string>();
        var mysqld = await StackClient.MysqldPidAsync(master, _password);
        var executor = StackClient.ParentOf($"{mysqld}");
        var error = (string)(await StackClient.SqlAsync(master, _password, "SELECT @@log_error"))!;
        await using var writers = new Writers(_client, _name, _password);
        await writers.AcknowledgedAsync(20);
        var agent = new JsonObject { ["value"] = master["agent"]!.GetValue<string>() };
        var drain = new JsonObject { ["agent_id"] = agent.DeepClone() };
        if (withGrace)
            drain["max_grace_period"] = new JsonObject { ["seconds"] = 20 };
        await _stack.OperateAsync("DRAIN_AGENT", drain);

        await Eventually.IsAsync(async () => await DrainAsync() == "DRAINED", TimeSpan.FromSeconds(15), () => $"the agent to be drained:\n{_scheduler.Output}");
        var after = await _client.StateAsync(_name, "degraded");
        after["epoch"]!.GetValue<int>().ShouldBe(2);
        Event(after, "switched_over").ShouldContain("is master of epoch 2");
        after["events"]!.AsArray().ShouldNotContain(e => e!["kind"]!.GetValue<string>() == "master_lost");
        await Eventually.IsAsync(() => Task.FromResult(!Directory.Exists($"/proc/{mysqld}") && !Directory.Exists($"/proc/{executor}")),
            TimeSpan.FromSeconds(5), () => "its processes to be gone");
        MysosProcess.ProcessesOf(_stack.WorkDir).ShouldNotContain(p => p.Contains(task, StringComparison.Ordinal));
        (await File.ReadAllTextAsync(error)).ShouldContain("Shutdown complete");

        await _stack.OperateAsync("REACTIVATE_AGENT", new JsonObject { ["agent_id"] = agent.DeepClone() });
        after = await _client.HealthyAsync(_name, 3);
        var back = after["nodes"]!.AsArray().Single(n => n!["server_id"]!.GetValue<int>() == master["server_id"]!.GetValue<int>())!;
        (back["agent"]!.GetValue<string>(), back["role"]!.GetValue<string>()).ShouldBe((master["agent"]!.GetValue<string>(), "slave"));
        await writers.AcknowledgedAsync(20);
        await AllThereAsync(writers, StackClient.MasterOf(after), back);
        after["events"]!.AsArray().ShouldNotContain(e => e!["kind"]!.GetValue<string>() == "node_rebuilt");

        async Task<string> DrainAsync() =>
            (await _stack.OperateAsync("GET_AGENTS"))!["agents"]!.AsArray()
            .Single(a => a!["agent_info"]!["id"]!["value"]!.GetValue<string>() == agent["value"]!.GetValue<string>())!["drain_info"]!["state"]!.GetValue<string>();
    }

    [Fact]
    public async Task AgentOfTheMaster_KilledAndStarted_ItsServerGoesOnAndObeysAgain()
    {
        var master = StackClient.MasterOf(_before);
        var mysqld = await StackClient.MysqldPidAsync(master, _password);
        await using var writers = new Writers(_client, _name, _password);
        await writers.AcknowledgedAsync(20);
        var agent = AgentOf(master);
        await agent.KillAsync();
        await writers.AcknowledgedAsync(50);
        await agent.StartAsync();
        await writers.AcknowledgedAsync(50);
        (await _client.HealthyAsync(_name, 3))["epoch"]!.GetValue<int>().ShouldBe(1);
        (await StackClient.MysqldPidAsync(master, _password)).ShouldBe(mysqld);

        // What its executor says is heard, and what it is told is done.
        (await _client.CurlAsync("-X", "POST", $"{{api}}/clusters/{_name}/switchover", "--form", $"password={_password}")).Status.ShouldBe(200);
        var after = await EpochAsync(2);
        StackClient.MasterOf(after)["task_id"]!.GetValue<string>().ShouldNotBe(master["task_id"]!.GetValue<string>());
        await writers.AcknowledgedAsync(20);
        await AllThereAsync(writers, StackClient.MasterOf(after), master);
        (await StackClient.MysqldPidAsync(master, _password)).ShouldBe(mysqld);
        await _client.DeleteAsync(_name, _password);
        Directory.Exists($"/proc/{mysqld}").ShouldBeFalse();
    }

    private LocalAgent AgentOf(JsonNode node) => _mesos.Agents.Single(a => a.AgentId == node["agent"]!.GetValue<string>());

    private static string Event(JsonNode cluster, string kind) =>
        cluster["events"]!.AsArray().Last(e => e!["kind"]!.GetValue<string>() == kind)!["text"]!.GetValue<string>();

    /// <summary>The epoch has begun, and all nodes serve in it.</summary>
    private async Task<JsonNode> EpochAsync(int epoch)
    {
        await Eventually.IsAsync(async () => (await _client.GetAsync(_name))["epoch"]!.GetValue<int>() == epoch,
            TimeSpan.FromSeconds(15), () => $"epoch {epoch}:\n{_scheduler.Output}");
        return await _client.HealthyAsync(_name, 3);
    }

    /// <summary>No acknowledged row is lost.</summary>
    private async Task AllThereAsync(Writers writers, params JsonNode[] nodes)
    {
        var (rows, _) = await writers.StopAsync();
        foreach (var node in nodes)
        {
            await Eventually.IsAsync(async () => (await Writers.MissingAsync(node, _password, rows)).Count == 0,
                TimeSpan.FromSeconds(10), () => $"node {node["server_id"]} to have all {rows.Count} rows");
        }
    }
}
