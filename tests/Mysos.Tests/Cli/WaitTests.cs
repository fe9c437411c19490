using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Tests.Api;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Cli;

/// <summary>Commands that end when what they wait for has come about, or cannot.</summary>
public sealed class WaitTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Wait_UntilHealthy_ShowsProgress()
    {
        var time = new FakeTimeProvider();
        host.Clusters.Put(InMemoryClusters.Cluster("slow") with { State = ClusterCondition.Creating, Reason = "waits for an offer" });
        var errors = new StringWriter();
        var wait = RunAsync(["wait", "slow", "--json"], time: time, error: errors);
        await UntilAsync(() => errors.ToString().Contains("waits for an offer"));

        host.Clusters.Put(InMemoryClusters.Cluster("slow"));
        await TurnAsync(wait, time);

        (await wait).Code.ShouldBe(0);
        JsonDocument.Parse((await wait).Out).RootElement.GetProperty("state").GetString().ShouldBe("healthy");
    }

    [Fact]
    public async Task Wait_UntilDeleted_EndsWhenItIsGone()
    {
        var time = new FakeTimeProvider();
        host.Clusters.Put(InMemoryClusters.Cluster("going") with { State = ClusterCondition.Deleting });
        var errors = new StringWriter();
        var wait = RunAsync(["wait", "going", "--for", "deleted"], time: time, error: errors);
        await UntilAsync(() => errors.ToString().Contains("deleting"));

        host.Clusters.Update(v => v with { Clusters = v.Clusters.Remove("going") });
        await TurnAsync(wait, time);

        (await wait).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Wait_ThatTakesTooLong_EndsWith3()
    {
        var time = new FakeTimeProvider();
        host.Clusters.Put(InMemoryClusters.Cluster("stuck") with { State = ClusterCondition.Degraded });
        var wait = RunAsync(["wait", "stuck", "--timeout", "3s"], time: time);

        await TurnAsync(wait, time);

        (await wait).Code.ShouldBe(3);
    }

    [Fact]
    public async Task Wait_ForWhatFailedOrIsAbsent_EndsWith1()
    {
        host.Clusters.Put(InMemoryClusters.Cluster("broken") with { State = ClusterCondition.Failed, Nodes = [], Reason = "no backup" });

        (await RunAsync("wait", "broken")).Code.ShouldBe(1);
        (await RunAsync("wait", "absent")).Code.ShouldBe(1);
    }

    [Fact]
    public async Task Switchover_ThatIsWaitedFor_EndsAsItEnds()
    {
        var time = new FakeTimeProvider();
        var cluster = InMemoryClusters.Cluster("moving");
        ClusterView With(ClusterCondition state, uint master, params string[] kinds) => cluster with
        {
            State = state, Reason = "switchover to node 2", Nodes = [.. cluster.Nodes.Select(n => n with { Role = n.ServerId == master ? NodeRole.Master : NodeRole.Slave })],
            Events = [.. kinds.Select(k => new ClusterEvent(DateTimeOffset.UnixEpoch, k, k))],
        };
        async Task<CliRun> EndsAsync(ClusterView end, params string[] more)
        {
            host.Clusters.Put(With(ClusterCondition.Degraded, 1, "switchover_undone", "switchover_began"), "pw");
            var errors = new StringWriter();
            var run = RunAsync(["switchover", "moving", "--wait", "--password", "pw", .. more], time: time, error: errors);
            await UntilAsync(() => errors.ToString().Contains("switchover to node 2"));
            host.Clusters.Put(end, "pw");
            await TurnAsync(run, time);
            return await run;
        }

        (await EndsAsync(With(ClusterCondition.Healthy, 2, "switchover_began", "switched_over"))).Code.ShouldBe(0);
        (await EndsAsync(With(ClusterCondition.Healthy, 1, "switchover_began", "switchover_undone"))).Code.ShouldBe(1);
        (await EndsAsync(With(ClusterCondition.Degraded, 1, "switchover_began"), "--timeout", "5s")).Code.ShouldBe(3);
    }

    [Theory]
    [InlineData("restart", "restart_done", 0)]
    [InlineData("restart", "restart_abandoned", 1)]
    [InlineData("resize", "node_launched", 0)]
    [InlineData("replace", "node_launched", 0)]
    [InlineData("backup", "backup_done", 1)]
    public async Task Change_ThatIsWaitedFor_EndsWithItsEnd(string command, string last, int code)
    {
        host.Clusters.Put(InMemoryClusters.Cluster("awaited") with
        {
            Events = [new ClusterEvent(DateTimeOffset.UnixEpoch, "restart_began", "…"), new ClusterEvent(DateTimeOffset.UnixEpoch, last, "…")],
            Backups = [new BackupView { BackupId = "awaited:202601020304", State = BackupState.Failed, Started = DateTimeOffset.UnixEpoch }],
        }, "pw");
        string[] more = command switch { "resize" => ["--nodes", "2"], "replace" => ["--node", "2"], _ => [] };

        var run = await RunAsync([command, "awaited", "--password", "pw", "--wait", .. more]);

        run.Code.ShouldBe(code, run.Error);
        run.Error.ShouldContain("awaited: healthy, 2 of 2 nodes serve");
    }

    private Task<CliRun> RunAsync(params string[] args) => RunAsync(args, TimeProvider.System);

    private Task<CliRun> RunAsync(string[] args, TimeProvider time, StringWriter? error = null) =>
        CliRun.OfAsync($"http://127.0.0.1:{host.Port}", args, [], time: time, error: error);

    /// <summary>Lets seconds pass until the command has ended.</summary>
    private static Task TurnAsync(Task command, FakeTimeProvider time) => UntilAsync(() =>
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return command.IsCompleted;
    });

    private static Task UntilAsync(Func<bool> condition) => Eventually.IsAsync(() => Task.FromResult(condition()), Deadline, () => "the command");
}
