using System.Diagnostics;
using Mysos.Core.Processes;

namespace Mysos.Tests.Stack;

/// <summary>The same on MySQL: the flavor is found from the mysqld that executors are given.</summary>
public sealed class MySqlStackTests : IAsyncDisposable
{
    private readonly string _workDir = Directory.CreateTempSubdirectory("mysos-mysql-").FullName;
    private readonly int _port = MysosProcess.FreePort();
    private MysosProcess? _mysos;

    public async ValueTask DisposeAsync()
    {
        if (_mysos is not null)
            await _mysos.DisposeAsync();
        MysosProcess.ProcessesOf(_workDir).ShouldBeEmpty();
        Directory.Delete(_workDir, recursive: true);
    }

    [Fact]
    public async Task Cluster_OnMySql_ReplicatesAndSurvivesTheLossOfItsMaster()
    {
        var mysqld = Environment.GetEnvironmentVariable("MYSOS_MYSQL97");
        Assert.SkipWhen(string.IsNullOrEmpty(mysqld), "MYSOS_MYSQL97 names no mysqld of MySQL 9.7.");
        using var client = new StackClient(_port);
        _mysos = MysosProcess.Start("local", "--port", $"{_port}", "--work_dir", _workDir, "--installer_args", mysqld!);
        await _mysos.ReadyAsync(client.Http);
        var name = StackClient.UniqueName();
        var (password, _) = await client.CreateAsync(name, 3);
        var cluster = await client.HealthyAsync(name, 3, seconds: 120);
        var master = StackClient.MasterOf(cluster);
        master["server"]!.GetValue<string>().ShouldStartWith("MySQL 9.");
        await StackClient.SqlAsync(master, password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (1)");

        using (var victim = Process.GetProcessById(await StackClient.MysqldPidAsync(master, password)))
            ChildProcesses.Signal(victim, UnixSignal.Kill);
        await Eventually.IsAsync(async () => (await client.GetAsync(name))["epoch"]!.GetValue<int>() >= 2, TimeSpan.FromSeconds(20), () => "a new epoch");
        cluster = await client.HealthyAsync(name, 3, seconds: 120);
        var next = StackClient.MasterOf(cluster);
        next["server_id"]!.GetValue<int>().ShouldNotBe(master["server_id"]!.GetValue<int>());
        (await StackClient.SqlAsync(next, password, "INSERT INTO d.t VALUES (2); SELECT COUNT(*) FROM d.t")).ShouldBe(2L);
        await client.DeleteAsync(name, password);
    }
}
