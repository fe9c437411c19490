using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Mysos.Core.Processes;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos;

namespace Mysos.Chaos.Stack;

/// <summary>What a stack is made of.</summary>
/// <param name="Mysos">The published program.</param>
/// <param name="Mysqld">The server program that executors run; null: MariaDB's, as they find it.</param>
/// <param name="Hosts">How many there are.</param>
/// <param name="Logs">Where the schedulers write theirs.</param>
internal sealed record StackSettings(string Mysos, string? Mysqld, int Hosts, string Logs);

/// <summary>
/// Hosts, each with a Mesos agent, a network and a disk of its own; in the center ZooKeeper, the Mesos master and two schedulers. All of it
/// lives in this process's namespaces and on its private <c>/run</c>.
/// </summary>
internal sealed class ChaosStack : IAsyncDisposable
{
    public const string AdminUser = "mysos_admin";
    public const string AdminPassword = "an-admin-password";
    private const int ZooKeeperPort = 2181;
    private const int DiskMb = 1536;

    /// <summary>After so long another scheduler leads.</summary>
    public static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(4);

    private readonly StackSettings _settings;
    private readonly string _directory;
    private ZooKeeperServer _zooKeeper;

    private ChaosStack(StackSettings settings, string directory, Network network, ZooKeeperServer zooKeeper, LocalMesosCluster mesos)
    {
        (_settings, _directory, Network, _zooKeeper, Mesos) = (settings, directory, network, zooKeeper, mesos);
        Schedulers = [Scheduler(1), Scheduler(2)];
    }

    public int Hosts => _settings.Hosts;
    public Network Network { get; }
    public LocalMesosCluster Mesos { get; }
    public IReadOnlyList<SchedulerProcess> Schedulers { get; }
    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(5) };
    public ZooKeeperUrl ZooKeeper => ZooKeeperUrl.Parse($"zk://{_zooKeeper.ConnectString}/mysos");

    public LocalAgent Agent(int host) => Mesos.Agents[host - 1];

    /// <summary>The host's disk.</summary>
    public string DiskOf(int host) => DiskOf(_directory, host);

    /// <summary>The number of the host with the name.</summary>
    public int HostOf(string name) => Enumerable.Range(1, Hosts).Single(h => $"{Network.AddressOf(h)}" == name);

    /// <param name="network">Of this process's namespaces; it outlives the stack.</param>
    /// <param name="settings">What it is made of.</param>
    public static async Task<ChaosStack> StartAsync(Network network, StackSettings settings)
    {
        var directory = Directory.CreateDirectory($"/run/chaos-{Guid.NewGuid():n}").FullName;
        Directory.CreateDirectory(settings.Logs);
        for (var host = 1; host <= settings.Hosts; host++)
        {
            Directory.CreateDirectory(DiskOf(directory, host));
            await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", $"size={DiskMb}m,mode=0755", "disk", DiskOf(directory, host)]);
        }
        var zooKeeper = await StartZooKeeperAsync(directory);
        var mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosOptions
            {
                Agents = settings.Hosts, Bind = Network.Center, WorkDir = Path.Combine(directory, "mesos"),
                AgentNetworks = [.. Enumerable.Range(1, settings.Hosts).Select(h => new AgentNetwork(Network.NamespaceOf(h), Network.AddressOf(h)))],
                AgentResources = $"cpus:8;mem:16384;disk:{DiskMb * 8};ports:[20000-29999]",
            },
            NullLoggerFactory.Instance, TimeProvider.System);
        var stack = new ChaosStack(settings, directory, network, zooKeeper, mesos);
        foreach (var scheduler in stack.Schedulers)
            await scheduler.StartAsync();
        if (!await Eventually.IsAsync(async () => await stack.LeaderAsync() is not null, TimeSpan.FromSeconds(60)))
            throw new TimeoutException($"No scheduler leads; see {settings.Logs}.");
        return stack;
    }

    /// <summary>A scheduler that is ready, and leads as far as it knows; null: there is none.</summary>
    public async Task<SchedulerProcess?> LeaderAsync()
    {
        foreach (var scheduler in Schedulers)
        {
            if (await AskAsync(scheduler, "/ready") is { } ready && ready["leads"]?.GetValue<bool>() == true)
                return scheduler;
        }
        return null;
    }

    /// <summary>The answer of the first scheduler that gives one; null: none does.</summary>
    public async Task<JsonNode?> AskAsync(string path)
    {
        foreach (var scheduler in Schedulers)
        {
            if (await AskAsync(scheduler, path) is { } answer)
                return answer;
        }
        return null;
    }

    /// <summary>A session for a few questions; null: ZooKeeper does not answer.</summary>
    public async Task<ZooKeeperClient?> OpenZooKeeperAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        try
        {
            return await ZooKeeperClient.ConnectAsync(ZooKeeper, TimeSpan.FromSeconds(10), TimeProvider.System, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void SignalZooKeeper(UnixSignal signal) => Processes.Signal(_zooKeeper.ProcessId, signal);

    public async Task StartZooKeeperAsync()
    {
        if (Processes.Lives(_zooKeeper.ProcessId))
            return;
        await _zooKeeper.DisposeAsync();
        _zooKeeper = await StartZooKeeperAsync(_directory);
    }

    /// <summary>Whatever was broken is whole again: cables, processes, disks; nodes have yet to come back.</summary>
    public async Task MendAsync()
    {
        await Network.MendAllAsync(Hosts);
        Processes.ContinueAll();
        await StartZooKeeperAsync();
        foreach (var scheduler in Schedulers)
            await scheduler.StartAsync();
        await Mesos.Masters[0].StartAsync();
        for (var host = 1; host <= Hosts; host++)
        {
            File.Delete(Filler(host));
            await Agent(host).ThawAsync();
            await Agent(host).ReconnectAsync();
            await Agent(host).StartAsync();
        }
    }

    /// <summary>The data directory that executors begin with.</summary>
    public string Template => Directory.EnumerateDirectories(Path.Combine(_directory, "tmp"), "mysos-*").Select(d => Path.Combine(d, "templates"))
        .Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).First();

    /// <summary>The persistent volumes on the host.</summary>
    public int VolumesOf(int host)
    {
        var roles = Path.Combine(DiskOf(host), "volumes", "roles");
        return Directory.Exists(roles) ? Directory.EnumerateDirectories(roles).Sum(role => Directory.EnumerateDirectories(role).Count()) : 0;
    }

    /// <summary>Copies what executors, servers and schedulers have written of themselves, and what the API says of the cluster, its events too.</summary>
    public async Task KeepLogsAsync(string to, string? cluster)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Enumerable.Range(1, Hosts).SelectMany(h => Directory.EnumerateFiles(DiskOf(h), "*", SearchOption.AllDirectories))
            .Where(f => Path.GetFileName(f) is "stderr" or "mysqld.err"))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(_directory, file).Replace('/', '_')), overwrite: true);
        foreach (var log in Directory.EnumerateFiles(_settings.Logs))
            File.Copy(log, Path.Combine(to, Path.GetFileName(log)), overwrite: true);
        if (cluster is not null && await AskAsync($"/clusters/{cluster}") is { } view)
            await File.WriteAllTextAsync(Path.Combine(to, $"{cluster}.json"), view.ToString());
    }

    /// <summary>What a full disk is full of.</summary>
    public string Filler(int host) => Path.Combine(DiskOf(host), "filler");

    public async ValueTask DisposeAsync()
    {
        await MendAsync();
        foreach (var scheduler in Schedulers)
            await scheduler.StopAsync();
        await Mesos.DisposeAsync();
        await _zooKeeper.DisposeAsync();
        Http.Dispose();
        for (var host = 1; host <= Hosts; host++)
            await Shell.RunAsync("umount", ["--lazy", DiskOf(host)]);
        Directory.Delete(_directory, recursive: true);
    }

    private static string DiskOf(string directory, int host) => Path.Combine(directory, "mesos", $"agent{host}");

    private static Task<ZooKeeperServer> StartZooKeeperAsync(string directory) => ZooKeeperServer.StartAsync(
        Path.Combine(directory, "zookeeper"), ZooKeeperPort, TimeProvider.System, CancellationToken.None, address: Network.Center);

    private SchedulerProcess Scheduler(int number)
    {
        var (key, admin) = (Path.Combine(_directory, "scheduler.key"), Path.Combine(_directory, "admin.yml"));
        if (!File.Exists(key))
        {
            File.WriteAllBytes(key, RandomNumberGenerator.GetBytes(32));
            File.WriteAllText(admin, $"username: {AdminUser}\npassword: {AdminPassword}\n");
            File.SetUnixFileMode(key, UnixFileMode.UserRead);
            File.SetUnixFileMode(admin, UnixFileMode.UserRead);
        }
        var temporary = Directory.CreateDirectory(Path.Combine(_directory, "tmp"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new SchedulerProcess(_settings.Mysos,
            [
                $"--bind={Network.Center}", $"--mesos_master={Mesos.MasterEndpoint}", $"--zk_url={ZooKeeper}",
                $"--zk_session_timeout={SessionTimeout.TotalSeconds:F0}s", "--framework_user=root", "--framework_role=mysos",
                $"--scheduler_keypath={key}", $"--admin_keypath={admin}", $"--executor_environ={{\"TMPDIR\":\"{temporary.FullName}\"}}",
                $"--work_dir={Path.Combine(_directory, $"scheduler{number}")}",
                .. _settings.Mysqld is { } mysqld ? [$"--installer_args={mysqld}"] : Array.Empty<string>(),
            ],
            55000 + number, Path.Combine(_settings.Logs, $"scheduler{number}.log"));
    }

    private async Task<JsonNode?> AskAsync(SchedulerProcess scheduler, string path)
    {
        if (!scheduler.Runs)
            return null;
        try
        {
            using var answer = await Http.GetAsync(new Uri(scheduler.Url, path));
            return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonNode>() : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
