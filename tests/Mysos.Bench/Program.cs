using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Mysos.Bench;
using Mysos.Bench.Dashboards;
using Mysos.Bench.Scale;
using Mysos.Core.Processes;
using Mysos.Core.ZooKeeper;

// make bench: every figure beside the floor of the same run, as a ratio, with the target.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["played-mesos", var agents, .. var how]: return await PlayedMesos.RunAsync(int.Parse(agents, CultureInfo.InvariantCulture), how is ["busy"]);
    case ["scale", var agents, var clusters]:
        return await ScaleBench.RunAsync(int.Parse(agents, CultureInfo.InvariantCulture), int.Parse(clusters, CultureInfo.InvariantCulture));
    case ["dashboards", var path, var agents, var clusters]:
        return await DashboardsBench.RunAsync(path, int.Parse(agents, CultureInfo.InvariantCulture), int.Parse(clusters, CultureInfo.InvariantCulture));
}
var mysos = args.Length > 0 ? args[0] : throw new ArgumentException("usage: Mysos.Bench <path of mysos> [rounds] | scale <agents> <clusters> | dashboards <path of mysos> <agents> <clusters>");
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
var results = new List<(string What, string Measured, string Target, bool Met)>();
void Add(string what, string measured, string target, bool met)
{
    results.Add((what, measured, target, met));
    Console.WriteLine($"{(met ? "met   " : "MISSED")} {what}: {measured} (target {target})");
}

await using (var stack = await Stack.StartAsync(mysos))
{
    // The first cluster makes the template data directory; it is not measured.
    var (_, url) = await stack.CreateAsync("warm", 3);
    await stack.HealthyAsync("warm");
    var parsed = ZooKeeperUrl.Parse(url);
    var discover = parsed.Path[..^"/warm".Length];
    await using var zooKeeper = await ZooKeeperClient.ConnectAsync(parsed, TimeSpan.FromSeconds(10), TimeProvider.System, CancellationToken.None);

    var warm = (await System.Net.Http.Json.HttpClientJsonExtensions.GetFromJsonAsync<JsonNode>(stack.Http, "/clusters/warm"))!["nodes"]![0]!;
    var warmPid = await Writer.PidAsync(warm["host"]!.GetValue<string>(), warm["port"]!.GetValue<int>(), "bench", "bench-password");
    var commandLine = File.ReadAllText($"/proc/{warmPid}/cmdline").Split('\0');
    var config = commandLine.First(a => a.StartsWith("--defaults-file=", StringComparison.Ordinal))["--defaults-file=".Length..];
    var executor = File.ReadLines($"/proc/{warmPid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim();
    var rss = File.ReadLines($"/proc/{executor}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))[6..].Trim();
    var rssMb = double.Parse(rss.Split(' ')[0]) / 1024;
    Add("RSS of an idle instance's executor", $"{rssMb:F1} MB", "<= 32 MB", rssMb <= 32);
    await stack.DeleteAsync("warm");

    using var floor = new Floor(config is { } c && File.Exists(c) ? c : throw new InvalidOperationException("the instance has no my.cnf"));
    List<double> floors = [], ones = [], threes = [];
    for (var round = 0; round < rounds; round++)
    {
        await stack.QuietAsync();
        floors.Add(await floor.MeasureAsync(round, 21000 + round));
        ones.Add(await CreateAsync(stack, zooKeeper, discover, $"one{round}", 1));
        threes.Add(await CreateAsync(stack, zooKeeper, discover, $"three{round}", 3));
    }
    var by = Figures.Median(floors);
    Console.WriteLine($"floor: {by:F0} ms (median of {rounds})");
    var one = Figures.Median(ones);
    Add("POST to first write, one node", $"{one:F0} ms, {one / by:F2} x floor", "<= 1.5 x", one / by <= 1.5);
    var three = Figures.Median(threes);
    Add("POST to all three serving, first write done", $"{three:F0} ms, {three / by:F2} x floor", "<= 2.5 x", three / by <= 2.5);

    var outages = await FailoversAsync(stack, zooKeeper, discover, rounds);
    Add("kill -9 of the master to first write on the next",
        $"median {Figures.Median(outages):F0} ms, p95 {Figures.Percentile(outages, 95):F0} ms", "median < 1000 ms", Figures.Median(outages) < 1000);
}

await using (var stack = await Stack.StartAsync(mysos, "--agents", "1", "--agent_resources", "cpus:0.1;mem:16;disk:16"))
{
    for (var i = 0; i < 1000; i++)
        await stack.CreateAsync($"c{i:D4}", 1);
    await Listing.MeasureAsync(stack.Port, "/clusters", 4, TimeSpan.FromSeconds(2));
    var (perSecond, bytes) = await Listing.MeasureAsync(stack.Port, "/clusters", 4, TimeSpan.FromSeconds(10));
    Add("GET /clusters with 1000 clusters", $"{perSecond:F0} requests/s of {bytes / 1024} KiB", ">= 1000/s", perSecond >= 1000);
}
Console.WriteLine();
Console.WriteLine($"| what | measured | target | |\n|---|---|---|---|");
foreach (var (what, measured, target, met) in results)
    Console.WriteLine($"| {what} | {measured} | {target} | {(met ? "met" : "missed")} |");
return results.All(r => r.Met) ? 0 : 1;

static async Task<double> CreateAsync(Stack stack, IZooKeeper zooKeeper, string discover, string name, int nodes)
{
    var path = $"{discover}/{name}";
    await stack.QuietAsync();
    using var set = ServerSetReader.Watch(zooKeeper, path);
    var taken = await Figures.MillisecondsAsync(async () =>
    {
        await stack.CreateAsync(name, nodes);
        var (host, port) = await set.MasterOtherThanAsync(0);
        await Writer.WriteAsync(host, port, "bench", "bench-password");
        await set.MembersAsync(nodes - 1);
    });
    await stack.DeleteAsync(name);
    return taken;
}

static async Task<List<double>> FailoversAsync(Stack stack, IZooKeeper zooKeeper, string discover, int rounds)
{
    await stack.CreateAsync("failover", 3);
    await stack.HealthyAsync("failover");
    using var set = ServerSetReader.Watch(zooKeeper, $"{discover}/failover");
    List<double> outages = [];
    for (var round = 0; round < rounds; round++)
    {
        await stack.HealthyAsync("failover");
        var (host, port) = await set.MasterOtherThanAsync(0);
        await Writer.WriteAsync(host, port, "bench", "bench-password");
        using var master = Process.GetProcessById(await Writer.PidAsync(host, port, "bench", "bench-password"));
        outages.Add(await Figures.MillisecondsAsync(async () =>
        {
            ChildProcesses.Signal(master, UnixSignal.Kill);
            var (next, at) = await set.MasterOtherThanAsync(port);
            await Writer.WriteAsync(next, at, "bench", "bench-password");
        }));
    }
    await stack.DeleteAsync("failover");
    return outages;
}
