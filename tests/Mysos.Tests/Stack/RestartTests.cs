using System.Text.Json.Nodes;

namespace Mysos.Tests.Stack;

/// <summary>The whole stack, or the scheduler alone, stops and starts again.</summary>
public sealed class RestartTests : IAsyncDisposable
{
    private readonly string _workDir = Directory.CreateTempSubdirectory("mysos-restart-").FullName;
    private readonly List<MysosProcess> _processes = [];
    private readonly StackClient _client;
    private readonly int _port = MysosProcess.FreePort();

    public RestartTests() => _client = new StackClient(_port);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        MysosProcess.ProcessesOf(_workDir).ShouldBeEmpty();
        Directory.Delete(_workDir, recursive: true);
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
            MysosProcess.ProcessesOf(_workDir).ShouldBeEmpty();
        }

        await LocalAsync();
        var cluster = await _client.HealthyAsync(name, 3, seconds: 90);
        foreach (var node in cluster["nodes"]!.AsArray())
            await Eventually.IsAsync(async () => Convert.ToInt64(await StackClient.SqlAsync(node!, password, "SELECT COUNT(*) FROM d.t"),
                System.Globalization.CultureInfo.InvariantCulture) == 2, TimeSpan.FromSeconds(10), () => "both rows");
        await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "INSERT INTO d.t VALUES (3)");
        (await StackClient.ServerSetAsync(url))!["slaves"]!.AsObject().Count.ShouldBe(2);
        MysosProcess.ProcessesOf(_workDir).Count(p => p.Contains("--defaults-file", StringComparison.Ordinal)).ShouldBe(3);
        await _client.DeleteAsync(name, password);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scheduler_StoppedOrKilledBesideLocalMesos_ServersGoOnAndWhatWasMissedIsActedOn(bool kill)
    {
        var (mesos, zooKeeper) = await LocalMesosAsync();
        var scheduler = await SchedulerAsync(mesos, zooKeeper);
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
        using (var executor = System.Diagnostics.Process.GetProcessById(ParentOf(victim)))
            executor.Kill();
        await Eventually.IsAsync(() => Task.FromResult(!Directory.Exists($"/proc/{victim}")), TimeSpan.FromSeconds(10), () => "its mysqld to end");

        await SchedulerAsync(mesos, zooKeeper);
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

    private static int ParentOf(int pid) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..],
        System.Globalization.CultureInfo.InvariantCulture);

    private async Task<MysosProcess> LocalAsync()
    {
        var process = MysosProcess.Start("local", "--port", $"{_port}", "--work_dir", _workDir);
        _processes.Add(process);
        await process.ReadyAsync(_client.Http);
        return process;
    }

    /// <summary>Starts the stand-in with a ZooKeeper of its own; it prints where both are.</summary>
    private async Task<(string Mesos, string ZooKeeper)> LocalMesosAsync()
    {
        var process = MysosProcess.Start("local-mesos", "--work_dir", _workDir);
        _processes.Add(process);
        string? mesos = null, zooKeeper = null;
        await Eventually.IsAsync(() =>
        {
            process.HasExited.ShouldBeFalse(process.Output);
            mesos = Flag(process.Output, "--mesos_master=");
            zooKeeper = Flag(process.Output, "--zk_url=");
            return Task.FromResult(mesos is not null && zooKeeper is not null);
        }, TimeSpan.FromSeconds(30), () => $"local-mesos to say where it is: {process.Output}");
        return (mesos!, zooKeeper!);
    }

    private static string? Flag(string output, string flag)
    {
        var at = output.IndexOf(flag, StringComparison.Ordinal);
        return at < 0 ? null : output[(at + flag.Length)..].Split(' ', '\n')[0];
    }

    private async Task<MysosProcess> SchedulerAsync(string mesos, string zooKeeper)
    {
        var key = Path.Combine(_workDir, "test.key");
        var admin = Path.Combine(_workDir, "test-admin.yml");
        if (!File.Exists(key))
        {
            await File.WriteAllBytesAsync(key, System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
            await File.WriteAllTextAsync(admin, "username: mysos_admin\npassword: a-password\n");
            File.SetUnixFileMode(key, UnixFileMode.UserRead);
            File.SetUnixFileMode(admin, UnixFileMode.UserRead);
        }
        var process = MysosProcess.Start("scheduler", $"--mesos_master={mesos}", $"--zk_url={zooKeeper}", "--bind=127.0.0.1", $"--port={_port}",
            "--framework_user=root", "--framework_role=mysos", $"--scheduler_keypath={key}", $"--admin_keypath={admin}",
            $"--work_dir={Path.Combine(_workDir, "scheduler")}",
            $"--executor_cmd={Environment.GetEnvironmentVariable("MYSOS_EXECUTOR") ?? Path.Combine(MysosProcess.Repository, "out/executor/mysos-executor")}");
        _processes.Add(process);
        await process.ReadyAsync(_client.Http);
        return process;
    }
}
