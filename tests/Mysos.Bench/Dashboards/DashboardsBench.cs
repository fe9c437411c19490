using System.Diagnostics;
using System.Net.Http.Json;
using Mysos.Bench.Scale;
using Mysos.Core.ZooKeeper;

namespace Mysos.Bench.Dashboards;

/// <summary>
/// What a hundred open dashboards cost: <c>Mysos.Bench dashboards &lt;path of mysos&gt; &lt;agents&gt; &lt;clusters&gt;</c>. The scheduler and
/// ZooKeeper are real; Mesos and the browsers are played. Half of the dashboards show the fleet, half a cluster each.
/// </summary>
internal static class DashboardsBench
{
    private const int Dashboards = 100;
    private const int FramesASecond = 4;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>Longer than what Blazor keeps a circuit for, whose browser has gone without a word: three minutes.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(200);

    public static async Task<int> RunAsync(string mysos, int agents, int clusters)
    {
        var directory = Directory.CreateTempSubdirectory("mysos-dashboards-").FullName;
        await using var zooKeeper = await ZooKeeperServer.StartAsync(Path.Combine(directory, "zk"), 0, TimeProvider.System, CancellationToken.None);
        using var mesos = PlayedMesos.Start(agents, busy: true);
        try
        {
            var port = int.Parse((await mesos.StandardOutput.ReadLineAsync())!);
            using var figures = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await using var scheduler = await SchedulerProcess.StartAsync(mysos, directory, port, $"zk://{zooKeeper.ConnectString}/mysos");
            return await MeasureAsync(scheduler, figures, $"{agents} agents, {clusters} clusters", [.. Enumerable.Range(0, clusters).Select(i => $"c{i:D5}")]) ? 0 : 1;
        }
        finally
        {
            mesos.StandardInput.Close();
            await mesos.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(SchedulerProcess scheduler, HttpClient mesos, string among, IReadOnlyList<string> clusters)
    {
        await scheduler.CreateAsync(clusters);
        // One of each, so that what is shared by all, and what has to be compiled, is not counted as the hundred's.
        foreach (var browser in await OpenAsync(scheduler, clusters, 2))
            await browser.DisposeAsync();
        var none = await WindowAsync(scheduler, mesos, []);
        Say("no dashboard", none.ToString());
        var browsers = await OpenAsync(scheduler, clusters, Dashboards);
        var open = await WindowAsync(scheduler, mesos, browsers);
        Say($"{Dashboards} dashboards", open.ToString());
        Say("each of them", $"{(open.Cores - none.Cores) / Dashboards * 1000:F1} ms of CPU a second, {(open.RssMb - none.RssMb) / Dashboards:F1} MB ({(open.HeapMb - none.HeapMb) / Dashboards:F1} MB managed), "
            + $"{open.Bytes / Dashboards / 1000:F1} kB/s received");
        Say("rendered", $"{open.Batches:F1} times a second (median), {open.MostBatches:F1} where most");
        foreach (var browser in browsers)
            await browser.DisposeAsync();
        Say("all gone without a word", (await WindowAsync(scheduler, mesos, [])).ToString());
        await Task.Delay(Forgotten - Settle - Window, TimeProvider.System);
        Say($"{Forgotten.TotalSeconds:F0} s later", (await WindowAsync(scheduler, mesos, [])).ToString());
        var kept = 0;
        foreach (var browser in browsers)
            kept += await browser.ReturnsAsync() ? 1 : 0;
        Say("circuits that are still kept", $"{kept}");
        // The collector takes its time with what nothing refers to; a second hundred shows whether its room is there again.
        browsers = await OpenAsync(scheduler, clusters, Dashboards);
        Say($"{Dashboards} others", (await WindowAsync(scheduler, mesos, browsers)).ToString());
        foreach (var browser in browsers)
            await browser.DisposeAsync();
        return open.MostBatches <= FramesASecond + 1 / Window.TotalSeconds && kept == 0;

        void Say(string what, string measured) => Console.WriteLine($"| {among} | {what} | {measured} |");
    }

    private static async Task<PlayedBrowser[]> OpenAsync(SchedulerProcess scheduler, IReadOnlyList<string> clusters, int count)
    {
        var browsers = new List<PlayedBrowser>();
        for (var i = 0; i < count; i++)
        {
            var cluster = clusters[i / 2 % clusters.Count];
            browsers.Add(i % 2 == 0 ? await PlayedBrowser.OpenAsync(scheduler.Http, "", $"ui/clusters/{clusters[0]}")
                : await PlayedBrowser.OpenAsync(scheduler.Http, $"ui/clusters/{cluster}", "topology-heading"));
        }
        return [.. browsers];
    }

    private static async Task<Measured> WindowAsync(SchedulerProcess scheduler, HttpClient mesos, IReadOnlyList<PlayedBrowser> browsers)
    {
        await Task.Delay(Settle, TimeProvider.System);
        foreach (var browser in browsers)
            browser.Batches();
        await mesos.GetFromJsonAsync<OfferFigures>("/figures");
        var bytes = browsers.Sum(b => b.Bytes);
        var before = await scheduler.LookAsync();
        var clock = Stopwatch.StartNew();
        await Task.Delay(Window, TimeProvider.System);
        var (after, seconds) = (await scheduler.LookAsync(), clock.Elapsed.TotalSeconds);
        var offers = (await mesos.GetFromJsonAsync<OfferFigures>("/figures"))!;
        double[] batches = [.. browsers.Select(b => b.Batches() / seconds).DefaultIfEmpty()];
        return new Measured((after.Cpu - before.Cpu).TotalSeconds / seconds, after.RssMb, after.HeapMb, (browsers.Sum(b => b.Bytes) - bytes) / seconds,
            Figures.Median(batches), batches.Max(), offers.P99);
    }

    private sealed record Measured(double Cores, double RssMb, double HeapMb, double Bytes, double Batches, double MostBatches, double OffersP99)
    {
        public override string ToString() => $"{Cores * 100:F1} % of a core, {RssMb:F0} MB ({HeapMb:F0} MB managed), offers p99 {OffersP99:F0} ms";
    }
}
