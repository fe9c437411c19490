using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Mysos.Tests.Stack;

/// <summary>Mesos removes the framework, with all of its tasks.</summary>
public abstract class FrameworkStackTests(string server) : IAsyncLifetime
{
    public sealed class OnMariaDb() : FrameworkStackTests(Servers.MariaDb);

    public sealed class OnMySql() : FrameworkStackTests(Servers.MySql);

    private readonly SeparateStack _stack = new(server);
    private readonly StackClient _client = new(MysosProcess.FreePort());

    public async ValueTask InitializeAsync() => await _stack.StartMesosAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _stack.DisposeAsync();
    }

    [Theory]
    [InlineData("14d")]
    [InlineData("1s")]
    public async Task Removed_ByAnOperatorOrByItsTimeout_IsFollowedByANewOneOnlyWhenTheFlagSaysSo(string timeout)
    {
        var first = await SchedulerAsync(timeout);
        var old = await FrameworkOfAsync(first);
        var name = StackClient.UniqueName();
        var (password, url) = await _client.CreateAsync(name, 2);
        var before = await _client.HealthyAsync(name, 2);
        await StackClient.SqlAsync(StackClient.MasterOf(before), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1),(2)");
        (await first.StopAsync()).ShouldBe(0, first.Output);
        if (timeout == "14d")
            await _stack.OperateAsync("TEARDOWN", new JsonObject { ["framework_id"] = new JsonObject { ["value"] = old } });
        await Eventually.IsAsync(async () => (await FrameworksAsync()).Count == 0, TimeSpan.FromSeconds(10), () => "the framework to be removed");
        await Eventually.IsAsync(() => Task.FromResult(!MysosProcess.ProcessesOf(_stack.WorkDir).Any(p => p.Contains("--defaults-file", StringComparison.Ordinal))),
            TimeSpan.FromSeconds(10), () => "its servers to end");

        var second = Start(timeout);
        var said = "";
        await Eventually.IsAsync(async () => (said = await RefusalAsync()).Contains(old, StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => $"/ready to say it: {said}\n{second.Output}");
        said.ShouldContain($"Mesos has removed the framework {old}");
        said.ShouldContain($"--new_framework={old}");
        await second.SaysAsync(said);
        second.Output.ShouldNotContain("Subscribed to Mesos");
        (await FrameworksAsync()).ShouldBeEmpty();
        (await _client.GetAsync(name))["nodes"]!.AsArray().ShouldAllBe(n => n!["state"]!.GetValue<string>() != "serving");
        (await second.StopAsync()).ShouldBe(0, second.Output);

        var third = await SchedulerAsync("14d", $"--new_framework={old}");
        var next = await FrameworkOfAsync(third);
        next.ShouldNotBe(old);
        await third.SaysAsync($"Mesos has removed the framework {old}; as --new_framework says, another one follows it.");
        var after = await _client.HealthyAsync(name, 2);
        PlacesOf(after).ShouldBe(PlacesOf(before));
        foreach (var node in after["nodes"]!.AsArray())
            Convert.ToInt64(await StackClient.SqlAsync(node!, password, "SELECT COUNT(*) FROM d.t"), CultureInfo.InvariantCulture).ShouldBe(2);
        after["events"]!.AsArray().ShouldNotContain(e => e!["kind"]!.GetValue<string>() == "node_rebuilt");
        (await StackClient.ServerSetAsync(url))!["master"]!.AsObject().Count.ShouldBe(1);
        (await third.StopAsync()).ShouldBe(0, third.Output);

        // The flag names the first framework, and says nothing of its follower.
        var fourth = await SchedulerAsync("14d", $"--new_framework={old}");
        (await FrameworkOfAsync(fourth)).ShouldBe(next);
        await StackClient.SqlAsync(StackClient.MasterOf(await _client.HealthyAsync(name, 2)), password, "INSERT INTO d.t VALUES (3)");
        await _client.DeleteAsync(name, password);
        await Eventually.IsAsync(async () => !(await _stack.OperateAsync("GET_AGENTS"))!.ToJsonString().Contains("persistence", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10), () => "the volumes to be destroyed");
    }

    [Fact]
    public async Task TornDown_UnderItsScheduler_NobodyIsAnnouncedAndTheSchedulerSaysWhy()
    {
        var scheduler = await SchedulerAsync("14d");
        var old = await FrameworkOfAsync(scheduler);
        var name = StackClient.UniqueName();
        var (password, url) = await _client.CreateAsync(name, 2);
        await _client.HealthyAsync(name, 2);
        await _stack.OperateAsync("TEARDOWN", new JsonObject { ["framework_id"] = new JsonObject { ["value"] = old } });

        var said = "";
        await Eventually.IsAsync(async () => (said = await RefusalAsync()).Contains($"--new_framework={old}", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10), () => $"/ready to say it: {said}\n{scheduler.Output}");
        await scheduler.SaysAsync(said);
        await Eventually.IsAsync(async () => (await StackClient.ServerSetAsync(url))!.AsObject().All(g => g.Value!.AsObject().Count == 0),
            TimeSpan.FromSeconds(10), () => $"nobody to be announced:\n{scheduler.Output}");
        (await FrameworksAsync()).ShouldBeEmpty();
        (await scheduler.StopAsync()).ShouldBe(0, scheduler.Output);

        await SchedulerAsync("14d", $"--new_framework={old}");
        await StackClient.SqlAsync(StackClient.MasterOf(await _client.HealthyAsync(name, 2)), password, "CREATE DATABASE d");
    }

    private MysosProcess Start(string timeout, params string[] more) => _stack.StartScheduler(_client.Port,
        [$"--executor_cmd={SeparateStack.Executor}", "--storage=volume", "--zk_session_timeout=2s", $"--framework_failover_timeout={timeout}", .. more]);

    private async Task<MysosProcess> SchedulerAsync(string timeout, params string[] more)
    {
        var process = Start(timeout, more);
        await process.ReadyAsync(_client.Http);
        return process;
    }

    private static async Task<string> FrameworkOfAsync(MysosProcess scheduler)
    {
        const string subscribed = "Subscribed to Mesos as framework ";
        await scheduler.SaysAsync(subscribed);
        var output = scheduler.Output;
        return output[(output.IndexOf(subscribed, StringComparison.Ordinal) + subscribed.Length)..].Split('\n')[0].Trim();
    }

    private async Task<JsonArray> FrameworksAsync() => (await _stack.OperateAsync("GET_FRAMEWORKS"))!["frameworks"]?.AsArray() ?? [];

    /// <summary>Why the scheduler is not ready; empty while it says nothing.</summary>
    private async Task<string> RefusalAsync()
    {
        try
        {
            using var answer = await _client.Http.GetAsync("/ready");
            if (answer.StatusCode == HttpStatusCode.OK)
                return "";
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>();
        }
        catch (HttpRequestException)
        {
            return "";
        }
    }

    private static string PlacesOf(JsonNode cluster) =>
        string.Join(' ', cluster["nodes"]!.AsArray().Select(n => $"{n!["server_id"]}:{n["agent"]}").Order(StringComparer.Ordinal));
}
