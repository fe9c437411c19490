using System.Diagnostics;
using System.Net.Http.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Core.Security;
using Mysos.Core.ZooKeeper;

namespace Mysos.Bench.Scale;

/// <summary>
/// The scheduler alone among many agents and clusters: <c>Mysos.Bench scale &lt;agents&gt; &lt;clusters&gt;</c>. The state is in a
/// real ZooKeeper; Mesos, agents and executors are <see cref="PlayedMesos"/>.
/// </summary>
internal static class ScaleBench
{
    private const int NodesEach = 3;
    /// <summary>Until what runs often is compiled as such.</summary>
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(int agents, int clusters)
    {
        var directory = Directory.CreateTempSubdirectory("mysos-scale-").FullName;
        await using var zooKeeper = await ZooKeeperServer.StartAsync(directory, 0, TimeProvider.System, CancellationToken.None);
        using var mesos = PlayedMesos.Start(agents, busy: false);
        try
        {
            var port = int.Parse((await mesos.StandardOutput.ReadLineAsync())!);
            using var figures = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await MeasureAsync(agents, clusters, ZooKeeperUrl.Parse($"zk://{zooKeeper.ConnectString}/mysos"), port, figures);
            return 0;
        }
        finally
        {
            mesos.StandardInput.Close();
            await mesos.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(int agents, int clusters, ZooKeeperUrl url, int port, HttpClient figures)
    {
        using var key = new SchedulerKey(new byte[SchedulerKey.Size]);
        var vault = new Vault(key, new Account("admin", "bench-password"));
        async Task<OfferFigures> LookAsync() => (await figures.GetFromJsonAsync<OfferFigures>("/figures"))!;
        void Say(string what, string measured) => Console.WriteLine($"| {agents} agents, {clusters} clusters | {what} | {measured} |");

        await using (var scheduler = new MeasuredScheduler(url, port, vault))
        {
            await UntilAsync(() => scheduler.Loop.State.Mesos.Connected, "the subscription");
            await CreateAsync(scheduler, vault, "too-large", ClusterSize.Default with { MemMb = 1_000_000 });
            Task CreateManyAsync(Range which) => Parallel.ForEachAsync(Enumerable.Range(0, clusters).Take(which), new ParallelOptions { MaxDegreeOfParallelism = 64 },
                async (i, _) => await CreateAsync(scheduler, vault, $"c{i:D5}", ClusterSize.Default));
            var first = clusters / 20;
            await CreateManyAsync(..first);
            await UntilAsync(() => scheduler.Healthy == first, "the first clusters to be healthy");
            await Task.Delay(Warm, TimeProvider.System);
            await LookAsync();
            var load = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
            await Task.Delay(Load, TimeProvider.System);
            var declined = await LookAsync();
            Say("offers matched in vain, each agent once a second",
                $"{Share(before, load):P0} of a core, {declined.Answered / load.Elapsed.TotalSeconds:F0} offers/s, median {declined.Median:F0} ms, p99 {declined.P99:F0} ms, worst {declined.Worst:F0} ms");

            var clock = Stopwatch.StartNew();
            before = Environment.CpuUsage.TotalTime;
            await LookAsync();
            await CreateManyAsync(first..);
            var accepted = clock.Elapsed;
            await UntilAsync(() => scheduler.Healthy == clusters, "all clusters to be healthy");
            var launched = await LookAsync();
            Say($"POST to healthy, {(clusters - first) * NodesEach} nodes",
                $"{clock.Elapsed.TotalSeconds:F1} s, {Share(before, clock):P0} of a core (all accepted after {accepted.TotalSeconds:F1} s); meanwhile {launched.Answered / clock.Elapsed.TotalSeconds:F0} offers/s, "
                + $"median {launched.Median:F0} ms, p99 {launched.P99:F0} ms, worst {launched.Worst:F0} ms");

            await Task.Delay(Warm, TimeProvider.System);
            await LookAsync();
            before = Environment.CpuUsage.TotalTime;
            load.Restart();
            await Task.Delay(Load, TimeProvider.System);
            var running = await LookAsync();
            Say("all healthy, each executor reports once a second, each agent is offered once a second",
                $"{Share(before, load):P0} of a core, {running.Answered / load.Elapsed.TotalSeconds:F0} offers/s, median {running.Median:F0} ms, p99 {running.P99:F0} ms");
            Say("resident memory, most so far", $"{StatusMb("VmHWM"):F0} MB (now {StatusMb("VmRSS"):F0} MB)");
        }

        var restart = Stopwatch.StartNew();
        await using var next = new MeasuredScheduler(url, port, vault);
        await next.Loop.Recovered;
        var loaded = restart.Elapsed;
        await UntilAsync(() => next.Healthy == clusters && next.Loop.State.Reconciliation.Unreconciled.IsEmpty, "all clusters after the restart");
        Say("restart: state read from ZooKeeper, then all tasks reconciled and all clusters healthy",
            $"{loaded.TotalSeconds:F1} s, {restart.Elapsed.TotalSeconds:F1} s");
        if (next.Loop.State.Clusters.Values.Sum(c => c.Durable.Nodes.Values.Count(n => n.Task is not null)) != clusters * NodesEach)
            throw new InvalidOperationException("Nodes were lost or launched twice.");
        Say("resident memory, most of both schedulers", $"{StatusMb("VmHWM"):F0} MB");
    }

    private static double Share(TimeSpan before, Stopwatch since) => (Environment.CpuUsage.TotalTime - before) / since.Elapsed;

    private static Task CreateAsync(MeasuredScheduler scheduler, Vault vault, string name, ClusterSize size) => scheduler.Loop.AskAsync(
        id => new CreateRequested(id, new Cluster
        {
            Name = name, User = "bench", NumNodes = NodesEach, Size = size, Created = TimeProvider.System.GetUtcNow(),
            SealedPassword = vault.SealPassword(name, "bench-password"), SealedReplicationPassword = vault.SealReplicationPassword(name, "bench-password"),
        }), CancellationToken.None);

    private static Task UntilAsync(Func<bool> condition, string what) => Wait.UntilAsync(() => Task.FromResult(condition()), Patience, what);

    private static double StatusMb(string field) => double.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim().Split(' ')[0]) / 1024;
}
