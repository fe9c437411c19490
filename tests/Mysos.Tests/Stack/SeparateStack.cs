using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos;

namespace Mysos.Tests.Stack;

/// <summary>A Mesos with a ZooKeeper, and schedulers beside it, each a process of its own. Nothing of it outlives the test.</summary>
/// <param name="server">What the executors run; one of <see cref="Servers"/>. Skips the test where it is not there.</param>
internal sealed class SeparateStack(string server) : IAsyncDisposable
{
    private readonly string[] _server = Servers.Options(server);
    private readonly List<MysosProcess> _processes = [];
    private readonly HttpClient _operator = new();
    private ZooKeeperServer? _zooKeeper;
    private LocalMesosCluster? _mesos;

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
        if (_mesos is not null)
            await _mesos.DisposeAsync();
        if (_zooKeeper is not null)
            await _zooKeeper.DisposeAsync();
        _operator.Dispose();
        MysosProcess.ProcessesOf(WorkDir).ShouldBeEmpty();
        Directory.Delete(WorkDir, recursive: true);
    }

    private MysosProcess Start(params string[] arguments)
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

    /// <summary>Starts the stand-in within the test, which can then kill single agents, and a ZooKeeper for the scheduler.</summary>
    /// <param name="hostnames">The agents' hosts; an agent for each.</param>
    public async Task<LocalMesosCluster> StartMesosHereAsync(params string[] hostnames)
    {
        _zooKeeper = await ZooKeeperServer.StartAsync(Path.Combine(WorkDir, "zookeeper"), 0, TimeProvider.System, CancellationToken.None);
        _mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosOptions { Agents = hostnames.Length, AgentHostnames = hostnames, WorkDir = Path.Combine(WorkDir, "mesos") },
            NullLoggerFactory.Instance, TimeProvider.System);
        (Mesos, ZooKeeper) = (_mesos.MasterEndpoint, $"zk://{_zooKeeper.ConnectString}/mysos");
        return _mesos;
    }

    /// <summary>A call of Mesos' operator API; answers the member that is named as the call.</summary>
    public async Task<JsonNode?> OperateAsync(string type, JsonNode? arguments = null)
    {
        var member = type.ToLowerInvariant();
        var call = new JsonObject { ["type"] = type };
        if (arguments is not null)
            call[member] = arguments;
        // A charset beside the type is refused.
        using var content = new StringContent(call.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        using var answer = await _operator.PostAsync($"http://{Mesos}/api/v1", content);
        var body = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.Accepted], body);
        return body.Length == 0 ? null : JsonNode.Parse(body)![member];
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
            "--framework_user=root", "--framework_role=mysos", $"--scheduler_keypath={key}", $"--admin_keypath={admin}", .. _server, .. more]);
    }

    /// <summary>Starts Mesos, ZooKeeper and a scheduler as one process.</summary>
    public MysosProcess StartLocal(int port) => Start(["local", "--port", $"{port}", "--work_dir", WorkDir, .. _server]);

    private static string Flag(string output, string flag)
    {
        var at = output.IndexOf(flag, StringComparison.Ordinal);
        return at < 0 ? "" : output[(at + flag.Length)..].Split(' ', '\n')[0];
    }
}
