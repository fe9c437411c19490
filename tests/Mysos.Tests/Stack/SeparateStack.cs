using System.Security.Cryptography;

namespace Mysos.Tests.Stack;

/// <summary>A Mesos with a ZooKeeper, and schedulers beside it, each a process of its own. Nothing of it outlives the test.</summary>
internal sealed class SeparateStack : IAsyncDisposable
{
    private readonly List<MysosProcess> _processes = [];

    public string WorkDir { get; } = Directory.CreateTempSubdirectory("mysos-stack-").FullName;

    /// <summary><c>host:port</c> of the master.</summary>
    public string Mesos { get; private set; } = "";

    /// <summary>As <c>--zk_url</c> has it.</summary>
    public string ZooKeeper { get; private set; } = "";

    /// <summary>The published executor, for agents that are not to fetch it.</summary>
    public static string Executor => Environment.GetEnvironmentVariable("MYSOS_EXECUTOR")
        ?? Path.Combine(MysosProcess.Repository, "out", "executor", "mysos-executor");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
            await process.DisposeAsync();
        MysosProcess.ProcessesOf(WorkDir).ShouldBeEmpty();
        Directory.Delete(WorkDir, recursive: true);
    }

    public MysosProcess Start(params string[] arguments)
    {
        var process = MysosProcess.Start(arguments);
        _processes.Add(process);
        return process;
    }

    /// <summary>Starts the stand-in with a ZooKeeper of its own; it prints where both are.</summary>
    public async Task StartMesosAsync()
    {
        var process = Start("local-mesos", "--work_dir", WorkDir);
        await Eventually.IsAsync(() =>
        {
            process.HasExited.ShouldBeFalse(process.Output);
            (Mesos, ZooKeeper) = (Flag(process.Output, "--mesos_master="), Flag(process.Output, "--zk_url="));
            return Task.FromResult(Mesos.Length > 0 && ZooKeeper.Length > 0);
        }, TimeSpan.FromSeconds(30), () => $"local-mesos to say where it is: {process.Output}");
    }

    /// <summary>Puts the master where real ones do.</summary>
    /// <returns>As <c>--mesos_master</c> has it.</returns>
    public async Task<string> AnnounceMesosAsync()
    {
        const string script = """
            import json, sys
            from kazoo.client import KazooClient
            host, port = sys.argv[2].split(':')
            zk = KazooClient(hosts=sys.argv[1])
            zk.start(timeout=15)
            zk.create('/mesos/json.info_0000000000', json.dumps({'id': 'm', 'address': {'hostname': host, 'ip': host, 'port': int(port)}}).encode(), makepath=True)
            zk.stop()
            """;
        var servers = ZooKeeper["zk://".Length..].Split('/')[0];
        await StackClient.RunAsync("/usr/bin/python3", ["-c", script, servers, Mesos]);
        return $"zk://{servers}/mesos";
    }

    /// <summary>Every state document and announcement, with the transactions that made and changed it last.</summary>
    public Task<string> ZooKeeperTreeAsync()
    {
        const string script = """
            import sys
            from kazoo.client import KazooClient
            hosts, root = sys.argv[1][len('zk://'):].split('/', 1)
            zk = KazooClient(hosts=hosts)
            zk.start(timeout=15)
            def show(path):
                _, stat = zk.get(path)
                print(path, stat.czxid, stat.mzxid, stat.pzxid, stat.version)
                for child in sorted(zk.get_children(path)):
                    show(path + '/' + child)
            show('/' + root + '/state')
            show('/' + root + '/discover')
            zk.stop()
            """;
        return StackClient.RunAsync("/usr/bin/python3", ["-c", script, ZooKeeper]);
    }

    /// <summary>Starts a scheduler for <see cref="Mesos"/> with its executor package beside it, unless the options say otherwise.</summary>
    public MysosProcess StartScheduler(int port, params string[] more)
    {
        var key = Path.Combine(WorkDir, "test.key");
        var admin = Path.Combine(WorkDir, "test-admin.yml");
        if (!File.Exists(key))
        {
            File.WriteAllBytes(key, RandomNumberGenerator.GetBytes(32));
            File.WriteAllText(admin, "username: mysos_admin\npassword: a-password\n");
            File.SetUnixFileMode(key, UnixFileMode.UserRead);
            File.SetUnixFileMode(admin, UnixFileMode.UserRead);
        }
        string[] mesos = more.Any(m => m.StartsWith("--mesos_master=", StringComparison.Ordinal)) ? [] : [$"--mesos_master={Mesos}"];
        return Start(["scheduler", .. mesos, $"--zk_url={ZooKeeper}", "--bind=127.0.0.1", $"--port={port}",
            "--framework_user=root", "--framework_role=mysos", $"--scheduler_keypath={key}", $"--admin_keypath={admin}", .. more]);
    }

    private static string Flag(string output, string flag)
    {
        var at = output.IndexOf(flag, StringComparison.Ordinal);
        return at < 0 ? "" : output[(at + flag.Length)..].Split(' ', '\n')[0];
    }
}
