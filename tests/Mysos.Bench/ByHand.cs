using System.Diagnostics;

namespace Mysos.Bench;

/// <summary>The same steps as Mysos takes, with no framework between them and the servers: the floor of what is possible.</summary>
internal sealed class ByHand : IAsyncDisposable
{
    private const string Write = "CREATE DATABASE IF NOT EXISTS bench; CREATE TABLE IF NOT EXISTS bench.t (n INT PRIMARY KEY); REPLACE INTO bench.t VALUES (1)";

    private readonly string _directory;
    private int _last;

    private ByHand(string directory) => _directory = directory;

    private string Template => Path.Combine(_directory, "template");

    public static async Task<ByHand> PrepareAsync(string directory)
    {
        var byHand = new ByHand(Directory.CreateDirectory(directory).FullName);
        await Server.MakeTemplateAsync(byHand.Template);
        return byHand;
    }

    public async Task<TimeSpan> OneNodeAsync()
    {
        var clock = Stopwatch.StartNew();
        await using var server = await StartAsync();
        await server.RunAsync("SET GLOBAL read_only=0");
        await server.RunAsync(Write);
        return clock.Elapsed;
    }

    public async Task<TimeSpan> ThreeNodesAsync()
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await ClusterAsync();
        await cluster.Master.RunAsync(Write);
        return clock.Elapsed;
    }

    public async Task<TimeSpan> FailoverAsync()
    {
        await using var cluster = await ClusterAsync();
        await cluster.Master.RunAsync(Write);
        var clock = Stopwatch.StartNew();
        cluster.Master.Kill();
        await Task.WhenAll(cluster.Slaves.Select(s => s.RunAsync("STOP SLAVE")));
        await cluster.Slaves[0].RunAsync(Promote);
        await cluster.Slaves[1].FollowAsync(cluster.Slaves[0]);
        await cluster.Slaves[0].RunAsync("INSERT INTO bench.t VALUES (2)");
        return clock.Elapsed;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private const string Promote = "RESET SLAVE ALL; SET GLOBAL rpl_semi_sync_master_enabled=1; SET GLOBAL read_only=0";

    private Task<Server> StartAsync()
    {
        var number = Interlocked.Increment(ref _last);
        return Server.StartAsync(Template, Path.Combine(_directory, $"{number}"), number);
    }

    private async Task<Cluster> ClusterAsync()
    {
        var servers = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());
        await Task.WhenAll(servers[1..].Select(s => s.FollowAsync(servers[0])));
        await servers[0].RunAsync(Promote);
        return new Cluster(servers[0], servers[1..]);
    }

    private sealed record Cluster(Server Master, Server[] Slaves) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var server in Slaves.Prepend(Master))
                await server.DisposeAsync();
        }
    }
}
