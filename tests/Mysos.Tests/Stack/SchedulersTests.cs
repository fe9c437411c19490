using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Mysos.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Stack;

/// <summary>
/// Several schedulers, started as a deployment starts them: the Mesos master is found in ZooKeeper, and the agents fetch
/// the executor from whoever leads.
/// </summary>
public abstract class SchedulersTests(string server, BrowserFixture browser) : IAsyncLifetime
{
    public sealed class OnMariaDb(BrowserFixture browser) : SchedulersTests(Servers.MariaDb, browser);

    public sealed class OnMySql(BrowserFixture browser) : SchedulersTests(Servers.MySql, browser);

    private readonly SeparateStack _stack = new(server);
    private readonly List<Scheduler> _schedulers = [];
    private string _mesos = "";

    public async ValueTask InitializeAsync()
    {
        await _stack.StartMesosAsync();
        _mesos = await _stack.AnnounceMesosAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scheduler in _schedulers)
            scheduler.Client.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task LeadersGo_EachFollowerGoesOnShowingAndOneTakesOver()
    {
        var (first, second, third) = (await StartAsync(), await StartAsync(), await StartAsync());
        (await first.LeadsAsync()).ShouldBeTrue();
        var name = StackClient.UniqueName();
        var (password, url) = await second.Client.CreateAsync(name, 3);
        // At once, and from the follower that the cluster was created through.
        (await second.Client.GetAsync(name))["name"]!.GetValue<string>().ShouldBe(name);
        var before = await second.Client.HealthyAsync(name, 3);
        await ShowTheSameAsync(name);
        await using (var opened = await browser.OpenAsync(third.Client.Api))
        {
            await opened.Page.GotoAsync($"/ui/clusters/{name}");
            await Expect(new ClusterPageDriver(opened.Page).Event("All 3 nodes serve.")).ToBeVisibleAsync();
            opened.Complaints.ShouldBeEmpty();
        }
        var servers = await ServersAsync(before, password);
        foreach (var mysqld in servers.Split(' '))
            new FileInfo($"/proc/{StackClient.ParentOf(mysqld)}/exe").LinkTarget!.ShouldStartWith(_stack.WorkDir, customMessage: "the executor was fetched");
        var master = StackClient.MasterOf(before)["task_id"]!.GetValue<string>();

        using var watching = new CancellationTokenSource();
        var watch = WatchAsync(third, name, watching.Token);
        var clock = Stopwatch.StartNew();
        var stopping = first.Process.StopAsync();
        var next = await NextLeaderAsync(second, third);
        TestContext.Current.SendDiagnosticMessage($"Another scheduler leads {clock.ElapsedMilliseconds} ms after SIGTERM.");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        (await stopping).ShouldBe(0, first.Process.Output);
        var after = await next.Client.HealthyAsync(name, 3);
        StackClient.MasterOf(after)["task_id"]!.GetValue<string>().ShouldBe(master);
        after["epoch"]!.GetValue<int>().ShouldBe(1);
        (await ServersAsync(after, password)).ShouldBe(servers);

        var other = next == second ? third : second;
        clock.Restart();
        await next.Process.KillAsync();
        (await NextLeaderAsync(other)).ShouldBe(other);
        TestContext.Current.SendDiagnosticMessage($"Another scheduler leads {clock.ElapsedMilliseconds} ms after SIGKILL, with a session timeout of 4 s.");
        after = await other.Client.HealthyAsync(name, 3);
        after["epoch"]!.GetValue<int>().ShouldBe(1);
        (await ServersAsync(after, password)).ShouldBe(servers);
        (await StackClient.ServerSetAsync(url))!["slaves"]!.AsObject().Count.ShouldBe(2);
        await watching.CancelAsync();
        if (other == third)
            (await watch).ShouldBeEmpty();
        await other.Client.DeleteAsync(name, password);
    }

    [Fact]
    public async Task LeaderIsFrozen_AnotherLeads_AwakeItChangesNothingAndFollows()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var name = StackClient.UniqueName();
        var (password, _) = await first.Client.CreateAsync(name, 2);
        var before = await first.Client.HealthyAsync(name, 2);
        var slave = StackClient.SlavesOf(before).Single()["task_id"]!.GetValue<string>();

        first.Process.Freeze();
        (await NextLeaderAsync(second)).ShouldBe(second);
        await second.Client.HealthyAsync(name, 2);
        // What the frozen one knows becomes untrue: the next leader lets go of a node that it counts on.
        (await second.Client.CurlAsync("-X", "PUT", $"{{api}}/clusters/{name}", "--form", "num_nodes=1", "--form", $"password={password}")).Status.ShouldBe(200);
        (await second.Client.HealthyAsync(name, 1))["nodes"]!.AsArray().ShouldAllBe(n => n!["task_id"]!.GetValue<string>() != slave);
        var tree = await _stack.ZooKeeperTreeAsync();

        first.Process.Thaw();
        await Eventually.IsAsync(
            async () => (await first.ReadyAsync())?["leader"]?.GetValue<string>() == $"127.0.0.1:{second.Client.Port}"
                && (await first.ReadyAsync())?["stale_since"] is null,
            TimeSpan.FromSeconds(60), () => $"the old leader to follow the new one:\n{first.Process.Output}");
        (await _stack.ZooKeeperTreeAsync()).ShouldBe(tree);
        // A SUBSCRIBE of the old one would have ended the new one's.
        second.Process.Output.ShouldNotContain("Not connected to Mesos");
        Occurrences(first.Process.Output, "Subscribed to Mesos").ShouldBe(1);
        (await first.Client.GetAsync(name)).ToJsonString().ShouldBe((await second.Client.GetAsync(name)).ToJsonString());
        await first.Client.DeleteAsync(name, password);
    }

    private async Task<Scheduler> StartAsync()
    {
        var client = new StackClient(MysosProcess.FreePort());
        var process = _stack.StartScheduler(client.Port, $"--mesos_master={_mesos}", "--storage=volume", "--zk_session_timeout=4s");
        var scheduler = new Scheduler(process, client);
        _schedulers.Add(scheduler);
        await process.ReadyAsync(client.Http);
        return scheduler;
    }

    private async Task ShowTheSameAsync(string name)
    {
        var shown = Array.Empty<string>();
        await Eventually.IsAsync(async () =>
        {
            shown = await Task.WhenAll(_schedulers.Select(s => s.Client.Http.GetStringAsync($"/clusters/{name}")));
            return shown.Distinct().Count() == 1;
        }, TimeSpan.FromSeconds(30), () => $"all schedulers to show the same:\n{string.Join('\n', shown)}");
    }

    private static async Task<Scheduler> NextLeaderAsync(params Scheduler[] candidates)
    {
        Scheduler? found = null;
        await Eventually.IsAsync(async () =>
        {
            foreach (var candidate in candidates)
            {
                if (await candidate.LeadsAsync())
                    found = candidate;
            }
            return found is not null;
        }, TimeSpan.FromSeconds(60), () => $"another scheduler to lead:\n{string.Join("\n---\n", candidates.Select(c => c.Process.Output))}");
        return found!;
    }

    /// <summary>Reads again and again; answers what went wrong.</summary>
    private static async Task<IReadOnlyCollection<string>> WatchAsync(Scheduler scheduler, string name, CancellationToken stop)
    {
        var wrong = new ConcurrentQueue<string>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var answer = await scheduler.Client.Http.GetAsync($"/clusters/{name}", stop);
                if (answer.StatusCode != HttpStatusCode.OK)
                    wrong.Enqueue($"{answer.StatusCode}");
            }
            catch (HttpRequestException e)
            {
                wrong.Enqueue(e.Message);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
        return wrong;
    }

    private static async Task<string> ServersAsync(JsonNode cluster, string password)
    {
        var pids = await Task.WhenAll(cluster["nodes"]!.AsArray().Select(n => StackClient.MysqldPidAsync(n!, password)));
        return string.Join(' ', pids.Order());
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private sealed record Scheduler(MysosProcess Process, StackClient Client)
    {
        public async Task<bool> LeadsAsync() => (await ReadyAsync())?["leads"]?.GetValue<bool>() == true;

        /// <summary>Null while it is not ready.</summary>
        public async Task<JsonNode?> ReadyAsync()
        {
            try
            {
                using var answer = await Client.Http.GetAsync("/ready");
                return answer.StatusCode == HttpStatusCode.OK ? JsonNode.Parse(await answer.Content.ReadAsStringAsync()) : null;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }
}
