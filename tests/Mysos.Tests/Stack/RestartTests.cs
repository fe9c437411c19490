using System.Text.Json.Nodes;

namespace Mysos.Tests.Stack;

/// <summary>The whole stack, or the scheduler alone, stops and starts again.</summary>
public abstract class RestartTests(string server) : IAsyncDisposable
{
    public sealed class OnMariaDb() : RestartTests(Servers.MariaDb);

    public sealed class OnMySql() : RestartTests(Servers.MySql);

    private readonly SeparateStack _stack = new(server);
    private readonly StackClient _client = new(MysosProcess.FreePort());

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _stack.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Local_StoppedOrKilled_TheNextOneFindsClustersAndData(bool kill)
    {
        var first = await LocalAsync();
        var name = StackClient.UniqueName();
        var (password, url) = await _client.CreateAsync(name, 3);
        var master = StackClient.MasterOf(await _client.HealthyAsync(name, 3));
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1),(2)");
        if (kill)
        {
            await first.KillAsync();
        }
        else
        {
            (await first.StopAsync()).ShouldBe(0, first.Output);
            MysosProcess.ProcessesOf(_stack.WorkDir).ShouldBeEmpty();
        }

        await LocalAsync();
        var cluster = await _client.HealthyAsync(name, 3, seconds: 90);
        foreach (var node in cluster["nodes"]!.AsArray())
            await Eventually.IsAsync(async () => Convert.ToInt64(await StackClient.SqlAsync(node!, password, "SELECT COUNT(*) FROM d.t"),
                System.Globalization.CultureInfo.InvariantCulture) == 2, TimeSpan.FromSeconds(10), () => "both rows");
        await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "INSERT INTO d.t VALUES (3)");
        (await StackClient.ServerSetAsync(url))!["slaves"]!.AsObject().Count.ShouldBe(2);
        MysosProcess.ProcessesOf(_stack.WorkDir).Count(p => p.Contains("--defaults-file", StringComparison.Ordinal)).ShouldBe(3);
        await _client.DeleteAsync(name, password);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scheduler_StoppedOrKilledBesideLocalMesos_ServersGoOnAndWhatWasMissedIsActedOn(bool kill)
    {
        await _stack.StartMesosAsync();
        var scheduler = await SchedulerAsync();
        var name = StackClient.UniqueName();
        var (password, _) = await _client.CreateAsync(name, 3);
        var before = await _client.HealthyAsync(name, 3);
        var master = StackClient.MasterOf(before);
        var slave = StackClient.SlavesOf(before).First();
        var pids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in before["nodes"]!.AsArray())
            pids[node!["task_id"]!.GetValue<string>()] = await StackClient.MysqldPidAsync(node, password);

        if (kill)
            await scheduler.KillAsync();
        else
            await scheduler.StopAsync();
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");
        // While nobody leads a slave's executor dies; its mysqld ends with it.
        var victim = pids[slave["task_id"]!.GetValue<string>()];
        using (var executor = System.Diagnostics.Process.GetProcessById(StackClient.ParentOf($"{victim}")))
            executor.Kill();
        await Eventually.IsAsync(() => Task.FromResult(!Directory.Exists($"/proc/{victim}")), TimeSpan.FromSeconds(10), () => "its mysqld to end");

        await SchedulerAsync();
        await Eventually.IsAsync(
            async () => (await _client.GetAsync(name))["nodes"]!.AsArray().All(n => n!["task_id"]!.GetValue<string>() != slave["task_id"]!.GetValue<string>()),
            TimeSpan.FromSeconds(30), () => "the lost task to be replaced");
        var after = await _client.HealthyAsync(name, 3);
        after["epoch"]!.GetValue<int>().ShouldBe(1);
        StackClient.MasterOf(after)["task_id"]!.GetValue<string>().ShouldBe(master["task_id"]!.GetValue<string>());
        foreach (var node in after["nodes"]!.AsArray().Where(n => pids.ContainsKey(n!["task_id"]!.GetValue<string>())))
            (await StackClient.MysqldPidAsync(node!, password)).ShouldBe(pids[node!["task_id"]!.GetValue<string>()]);
        await _client.DeleteAsync(name, password);
    }

    private async Task<MysosProcess> LocalAsync()
    {
        var process = _stack.StartLocal(_client.Port);
        await process.ReadyAsync(_client.Http);
        return process;
    }

    private async Task<MysosProcess> SchedulerAsync()
    {
        var process = _stack.StartScheduler(_client.Port, $"--executor_cmd={SeparateStack.Executor}");
        await process.ReadyAsync(_client.Http);
        return process;
    }
}
