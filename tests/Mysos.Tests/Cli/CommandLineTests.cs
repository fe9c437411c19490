using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Host.Commands;
using Mysos.Tests.Api;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Cli;

public sealed class CommandLineTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task Create_WithAUser_PrintsPasswordAndUrl()
    {
        var run = await RunAsync("create", "shop-1", "--user", "app", "--nodes", "3", "--mem", "1gb", "--cpus", "0.5");

        run.Code.ShouldBe(0, run.Error);
        run.Out.ShouldContain("w9gMCkecsMh6sWsRdxNTa");
        run.Out.ShouldContain("zk://127.0.0.1:2181/mysos/discover/shop-1");
        var made = host.Clusters.LastCreate.ShouldNotBeNull();
        made.NumNodes.ShouldBe(3);
        made.Size.ShouldBe(new ClusterSize(0.5, 1024, 2048));
        made.IdempotencyKey.ShouldNotBeNullOrEmpty();
        made.Password.ShouldBeNull();
    }

    [Fact]
    public async Task Create_WithAPasswordFromTheInput_SendsIt()
    {
        var run = await RunAsync(["create", "shop-2", "--user", "app", "--password-file", "-", "--json"], input: "se cret\n");

        run.Code.ShouldBe(0, run.Error);
        JsonDocument.Parse(run.Out).RootElement.GetProperty("cluster_password").GetString().ShouldBe("se cret");
        host.Clusters.LastCreate!.Password.ShouldBe("se cret");
    }

    [Fact]
    public async Task Create_OfWhatIsWrong_EndsWith1AndTheServersWords()
    {
        var run = await RunAsync("create", "Shop", "--user", "app");

        run.Code.ShouldBe(1);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("cluster name 'Shop'");
    }

    [Fact]
    public async Task List_ForPeopleAndPrograms_ShowsTheSame()
    {
        var people = await RunAsync("list");
        var programs = await RunAsync("list", "--json");

        people.Code.ShouldBe(0);
        people.Out.ShouldContain("NAME");
        people.Out.Split('\n')[0].ShouldMatch("^NAME +STATE +NODES +MASTER +LAG +SIZE ");
        people.Out.ShouldMatch(@"(?m)^taken +healthy +2/2 +10\.0\.0\.1:3306 +0s +1\.0 cpus");
        JsonDocument.Parse(programs.Out).RootElement.EnumerateArray().ShouldContain(c => c.GetProperty("name").GetString() == "taken");
    }

    [Fact]
    public async Task Get_ShowsNodesBackupsAndEvents()
    {
        var run = await RunAsync("get", "taken");

        run.Code.ShouldBe(0, run.Error);
        foreach (var part in (string[])["taken", "healthy", "10.0.0.1:3306", "master", "taken:1", "The cluster was created.", "1.0 cpus, 512mb, 2gb disk", "available (its own), timeout 10s", "prefer"])
            run.Out.ShouldContain(part);
        (await RunAsync("get", "absent")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Resize_Backup_Delete_WithThePassword_AreDone()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("old"), "pw");

        (await RunAsync(["resize", "old", "--nodes", "5"], new() { ["MYSOS_PASSWORD"] = "pw" })).Out.ShouldContain("5 nodes");
        (await RunAsync("backup", "old", "--password", "pw")).Out.ShouldStartWith("old:");
        var wrong = await RunAsync("delete", "old", "--password", "hunter2");
        wrong.Code.ShouldBe(1);
        wrong.Error.ShouldNotContain("hunter2");
        (await RunAsync("delete", "old", "--password", "pw")).Code.ShouldBe(0);
        host.Clusters.Current.Clusters.ShouldNotContainKey("old");
    }

    [Fact]
    public async Task OtherChanges_AreSentAsGiven()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("busy"), "pw");
        var password = new Dictionary<string, string> { ["MYSOS_PASSWORD"] = "pw" };

        (await RunAsync(["switchover", "busy", "--to", "2", "--idempotency-key", "k"], password)).Out.ShouldContain("from node 1 to node 2");
        host.Clusters.Last.ShouldBe(new SwitchoverRequest { Name = "busy", Password = "pw", To = 2, IdempotencyKey = "k" });
        (await RunAsync(["restart", "busy"], password)).Out.ShouldContain("2, 1");
        (await RunAsync(["replace", "busy", "--node", "2", "--accept-data-loss"], password)).Code.ShouldBe(0);
        host.Clusters.Last.ShouldBeOfType<ReplaceRequest>().AcceptDataLoss.ShouldBeTrue();
        (await RunAsync(["election", "busy", "--election-policy", "available", "--election-timeout", "1m"], password)).Out.ShouldContain("policy available, election timeout 60s and sync replicas default");
        host.Clusters.Last.ShouldBeOfType<ElectionRequest>().ShouldSatisfyAllConditions(
            e => e.Policy.ShouldBe(new Setting<ElectionPolicy>(ElectionPolicy.Available)), e => e.Timeout.ShouldBe(new Setting<TimeSpan>(TimeSpan.FromMinutes(1))));
        (await RunAsync(["election", "busy", "--election-timeout", "default"], password)).Code.ShouldBe(0);
        host.Clusters.Last.ShouldBeOfType<ElectionRequest>().ShouldSatisfyAllConditions(e => e.Policy.ShouldBeNull(), e => e.Timeout.ShouldBe(new Setting<TimeSpan>(null)));
        (await RunAsync(["promotion", "busy", "--node", "2", "--to", "never"], password)).Out.ShouldContain("node 2 with promotion never");
        host.Clusters.Last.ShouldBeOfType<PromotionRequest>().Promotion.ShouldBe(Promotion.Never);
        (await RunAsync(["delay", "busy", "--node", "2", "--by", "1h30m"], password)).Out.ShouldContain("node 2 apply 1h30m late");
        host.Clusters.Last.ShouldBeOfType<DelayRequest>().Delay.ShouldBe(TimeSpan.FromMinutes(90));
        (await RunAsync(["delay", "busy", "--node", "2", "--by", "0s"], password)).Out.ShouldContain("node 2 apply at once");
        (await RunAsync(["get", "busy"])).Out.ShouldContain("0s, 1h late");
        (await RunAsync(["pause", "busy"], password)).Out.ShouldContain("busy is paused");
        host.Clusters.Last.ShouldBeOfType<PauseRequest>();
        (await RunAsync(["resume", "busy"], password)).Out.ShouldContain("busy is resumed");
        host.Clusters.Last.ShouldBeOfType<ResumeRequest>();
        var changed = await RunAsync(["password", "busy", "--new-password-file", "-", "--json"], password, input: "n w\n");
        JsonDocument.Parse(changed.Out).RootElement.GetProperty("cluster_password").GetString().ShouldBe("n w");
        (await RunAsync(["restart", "busy"], password)).Code.ShouldBe(1);
    }

    [Theory]
    [InlineData("election_policy", "election", "--election-policy", "maybe")]
    [InlineData("election_timeout", "election", "--election-timeout", "10")]
    [InlineData("election_policy", "election")]
    [InlineData("sync_replicas", "election", "--sync-replicas", "0")]
    [InlineData("sync_replicas", "election", "--sync-replicas", "many")]
    [InlineData("delay", "delay", "--node", "2", "--by", "late")]
    [InlineData("delay", "delay", "--node", "2", "--by", "1500ms")]
    [InlineData("--to", "promotion", "--node", "2", "--to", "must")]
    public async Task Change_WithAWrongWord_SaysWhatIsRight(string field, string command, params string[] args)
    {
        host.Clusters.Put(InMemoryClusters.Cluster("worded"), "pw");
        var run = await RunAsync([command, "worded", .. args], new() { ["MYSOS_PASSWORD"] = "pw" });

        run.Code.ShouldBe(1);
        run.Error.ShouldContain(field);
    }

    [Fact]
    public async Task Create_WithItsOwnElections_SendsThem()
    {
        (await RunAsync("create", "elects", "--user", "u", "--election-policy", "available", "--election-timeout", "90s", "--sync-replicas", "2")).Code.ShouldBe(0);
        host.Clusters.LastCreate.ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.ElectionPolicy.ShouldBe(ElectionPolicy.Available), c => c.ElectionTimeout.ShouldBe(TimeSpan.FromSeconds(90)), c => c.SyncReplicas.ShouldBe(2));
    }

    [Fact]
    public async Task DryRun_PrintsTheStepsAndChangesNothing()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("kept"), "pw");

        (await RunAsync("delete", "kept", "--password", "pw", "--dry-run")).Out.ShouldBe("DeleteRequest of kept\n");
        host.Clusters.Current.Clusters.ShouldContainKey("kept");
    }

    [Fact]
    public async Task Delete_WithoutAPassword_IsWrongUsage() => (await RunAsync("delete", "taken")).Code.ShouldBe(2);

    [Theory]
    [InlineData("create")]
    [InlineData("create", "x")]
    [InlineData("create", "x", "--user", "u", "--nodes", "two")]
    [InlineData("create", "x", "--user", "u", "--password", "a", "--password-file", "b")]
    [InlineData("create", "x", "--user", "u", "--password-file", "/nonexistent")]
    [InlineData("list", "--api", "ftp://x")]
    [InlineData("list", "extra")]
    [InlineData("wait", "taken", "--for", "ever")]
    [InlineData("wait", "taken", "--timeout", "long")]
    [InlineData("restart", "taken", "--wait", "--timeout", "long")]
    [InlineData("events", "--last", "x")]
    [InlineData("nonsense")]
    [InlineData("scheduler")]
    [InlineData("scheduler", "--port")]
    [InlineData("local", "--agents", "0")]
    [InlineData("local-mesos", "--admin_keypath", "/x")]
    public async Task CommandLine_ThatIsWrong_EndsWith2(params string[] args)
    {
        var run = await RunAsync(args);

        run.Code.ShouldBe(2, run.Error);
        run.Error.ShouldNotBeEmpty();
        run.Out.ShouldBeEmpty();
    }

    [Fact]
    public async Task Scheduler_WithManyMistakes_TellsOfAllAtOnceAndOfNoSecret()
    {
        var run = await RunAsync("scheduler", "--prot=hunter2", "--port", "x", "--zk_url", "zk://u:hunter2@/", "--secret", "hunter2");

        run.Code.ShouldBe(2);
        foreach (var name in (string[])["--prot: there is no such option. Did you mean port?", "--port: 'x'", "--zk_url: ", "--secret: ", "--mesos_master: ", "--admin_keypath: "])
            run.Error.ShouldContain(name);
        run.Error.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task AnyCommand_WhenNothingListens_EndsWith4()
    {
        var run = await RunAsync(["list"], new() { ["MYSOS_API"] = "http://127.0.0.1:1" });

        run.Code.ShouldBe(4);
        run.Error.ShouldContain("http://127.0.0.1:1");
    }

    [Fact]
    public async Task EachChange_CanBeTriedAndTiedToAVersion()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("tried"), "pw");
        foreach (var command in (string[])["resize", "backup", "switchover", "restart", "password", "replace", "election", "promotion", "delay", "pause", "resume", "delete"])
        {
            string[] more = command switch { "resize" => ["--nodes", "2"], "replace" => ["--node", "2"], "promotion" => ["--node", "2", "--to", "never"], "delay" => ["--node", "2", "--by", "1h"], "election" => ["--election-timeout", "5s"], _ => [] };

            (await RunAsync([command, "tried", "--password", "pw", "--dry-run", "--if-version", "aa01", .. more])).Out.ShouldEndWith("Request of tried\n", Case.Sensitive, command);
            host.Clusters.Last!.IfVersion.ShouldBe("aa01", command);
            var late = await RunAsync([command, "tried", "--password", "pw", "--dry-run", "--if-version", "bb", .. more]);
            (late.Code, late.Error.Contains("version")).ShouldBe((1, true), command);
        }
        (await RunAsync("create", "tried-too", "--user", "u", "--dry-run")).Code.ShouldBe(0);
        host.Clusters.Current.Clusters.ShouldNotContainKey("tried-too");
    }

    [Fact]
    public void Documentation_HasEachCommandAndExitCode()
    {
        var text = File.ReadAllText(Path.Combine(Stack.MysosProcess.Repository, "docs/cli.md"));
        var codes = typeof(ExitCodes).GetFields(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static).Select(f => (int)f.GetRawConstantValue()!);
        System.Text.RegularExpressions.Regex.Matches(text, @"^\| (\d) \|", System.Text.RegularExpressions.RegexOptions.Multiline).Select(m => int.Parse(m.Groups[1].Value)).ShouldBe(codes.Order());

        var commands = CommandLineApp.Root(new CommandIo(TextWriter.Null, TextWriter.Null, TextReader.Null, new Dictionary<string, string>(), TimeProvider.System)).Subcommands;
        System.Text.RegularExpressions.Regex.Matches(text, @"^\| `mysos ([a-z-]+)", System.Text.RegularExpressions.RegexOptions.Multiline).Select(m => m.Groups[1].Value).ShouldBe(commands.Select(c => c.Name), ignoreOrder: true);
    }

    [Fact]
    public async Task Help_ListsTheCommandsAndExitCodes()
    {
        var run = await RunAsync("--help");

        run.Code.ShouldBe(0);
        foreach (var word in (string[])["scheduler", "local", "local-mesos", "create", "list", "get", "wait", "resize", "backup", "switchover", "restart", "password", "replace", "election", "promotion", "delay", "pause", "resume", "delete", "events", "explain", "top", "completion", "doctor", "hash-password", "make-token", "Exit codes"])
            run.Out.ShouldContain(word);
        (await RunAsync("--version")).Out.ShouldStartWith("0.");
    }

    private Task<CliRun> RunAsync(params string[] args) => RunAsync(args, []);

    private Task<CliRun> RunAsync(string[] args, Dictionary<string, string>? environment = null, string input = "") =>
        CliRun.OfAsync($"http://127.0.0.1:{host.Port}", args, environment ?? [], input);
}
