using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MySqlConnector;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Security;
using Mysos.Executor;

namespace Mysos.Tests.Executor;

/// <summary>
/// A node as an agent runs it: the executor, in this process or as the published program, with a scheduler that answers its
/// hellos and remembers its reports.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    public const string Owner = "owner";
    public const string Token = "executors.secret.token";

    /// <summary>The numbers of all nodes that a test can have.</summary>
    public static IReadOnlyList<int> AllFollowers { get; } = [.. Enumerable.Range(1, 5)];

    private readonly Lock _lock = new();
    private readonly List<Report> _reports = [];
    private TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _terminate = new();
    private Task<int>? _inProcess;
    private HttpMessageInvoker? _http;
    private long _version;

    private TestNode(TinyAgent agent, string sandbox, NodeTask task) => (Agent, Sandbox, Task) = (agent, sandbox, task);

    public static Accounts Accounts { get; } = new()
    {
        Admin = new("mysos_admin", "a'd\\min-password"),
        Replication = new("mysos_repl", "repl-password"),
        Cluster = new(Owner, "owner-pass'word"),
    };

    public TinyAgent Agent { get; }
    public string Sandbox { get; }
    public NodeTask Task { get; }
    public string TaskId { get; private set; } = "";
    public StringWriter Output { get; } = new();
    public Process? Process { get; private set; }
    public Endpoint Endpoint => new(Task.Host, Task.Port);
    public Stopwatch SinceStart { get; } = new();
    /// <summary>The first directive goes out with the accounts, as the scheduler sends it.</summary>
    public Directive? FirstDirective { get; set; }
    public bool GivesAccounts { get; init; } = true;
    /// <summary>What its hellos are answered with.</summary>
    public Accounts GivenAccounts { get; set; } = Accounts;

    public Report? Last
    {
        get
        {
            lock (_lock)
                return _reports.LastOrDefault();
        }
    }

    public static NodeTask TaskOf(int node, string cluster = "test") => new()
    {
        Cluster = cluster,
        Node = node,
        ServerId = (uint)node,
        Host = "127.0.0.1",
        Port = Stack.MysosProcess.FreePort(),
        Size = new ClusterSize(1, 512, 2048),
    };

    public static async Task<TestNode> CreateAsync(NodeTask task, string? sandbox = null, bool givesAccounts = true)
    {
        sandbox ??= Directory.CreateTempSubdirectory("mysos-node").FullName;
        return new TestNode(await TinyAgent.StartAsync(), sandbox, task) { GivesAccounts = givesAccounts };
    }

    /// <param name="program">The published executor; null: in this process.</param>
    public void Launch(string mysqld, string? program = null, string? taskId = null, bool checkpoint = false, KillPolicy? killPolicy = null)
    {
        TaskId = taskId ?? $"{Task.Cluster}-{Task.Node}-1";
        var agentInfo = new AgentInfo { Hostname = "127.0.0.1" };
        var executorInfo = new ExecutorInfo { ExecutorId = new(TaskId) };
        Agent.OnMessage = Read;
        Agent.Greeting =
        [
            new ExecutorEvent
            {
                Type = "SUBSCRIBED",
                Subscribed = new() { ExecutorInfo = executorInfo, FrameworkInfo = new() { User = "root", Name = "mysos" }, AgentInfo = agentInfo },
            },
            new ExecutorEvent
            {
                Type = "LAUNCH",
                Launch = new(new TaskInfo
                {
                    Name = TaskId, TaskId = new(TaskId), AgentId = new("agent"),
                    Data = JsonSerializer.SerializeToUtf8Bytes(Task, ProtocolJson.Default.NodeTask), KillPolicy = killPolicy,
                }),
            },
        ];
        var environment = new Dictionary<string, string>
        {
            ["MESOS_FRAMEWORK_ID"] = "framework",
            ["MESOS_EXECUTOR_ID"] = TaskId,
            ["MESOS_AGENT_ENDPOINT"] = Agent.Endpoint,
            ["MESOS_SANDBOX"] = Sandbox,
            ["MESOS_DIRECTORY"] = Sandbox,
            ["MESOS_CHECKPOINT"] = checkpoint ? "1" : "0",
            ["MESOS_RECOVERY_TIMEOUT"] = "15mins",
            ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "5secs",
            ["LIBPROCESS_IP"] = "127.0.0.1",
            [ExecutorEnvironment.TokenVariable] = Token,
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["MYSOS_MYSQLD"] = mysqld,
        };
        SinceStart.Start();
        if (program is null)
        {
            _http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
            _inProcess = RunAsync(environment, _http);
            return;
        }
        var start = new ProcessStartInfo(program) { WorkingDirectory = Sandbox, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        Process = Process.Start(start)!;
        Process.ErrorDataReceived += (_, line) => Output.WriteLine(line.Data);
        Process.BeginErrorReadLine();
    }

    /// <summary>What the scheduler would send, until its effect is seen.</summary>
    public Directive Direct(DirectedRole role, long epoch, Endpoint? source = null, int ackers = 0, int rebuild = 0, BackupOrder? backup = null,
        Func<Directive, Directive>? change = null)
    {
        var directive = new Directive
        {
            TaskId = TaskId, Version = Interlocked.Increment(ref _version), Epoch = epoch, Role = role, Source = source,
            Ackers = ackers, Rebuild = rebuild, Backup = backup, Followers = role == DirectedRole.Master ? AllFollowers : [],
        };
        directive = change?.Invoke(directive) ?? directive;
        Send(new SchedulerMessage { Directive = directive });
        return directive;
    }

    public void Send(SchedulerMessage message) => Agent.Send(new ExecutorEvent
    {
        Type = "MESSAGE",
        Message = new(JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.SchedulerMessage)),
    });

    /// <summary>The first report that fits, of those still to come and the last.</summary>
    public async Task<Report> WaitForAsync(Func<Report, bool> fits, string what, double seconds = 30)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _reported.Task;
                if (_reports.Count > 0 && fits(_reports[^1]))
                    return _reports[^1];
                if (_reports.LastOrDefault() is { Phase: NodePhase.Failed } failed)
                    throw new InvalidOperationException($"Node {Task.Node} failed instead of {what}: {failed.Reason}\n{Output}");
            }
            try
            {
                await next.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Node {Task.Node}: no report of {what}. Last: {JsonSerializer.Serialize(Last)}\n{Output}");
            }
        }
    }

    /// <summary>The reports after that with this number.</summary>
    public IReadOnlyList<Report> Since(long sequence)
    {
        lock (_lock)
            return [.. _reports.Where(r => r.Sequence > sequence)];
    }

    /// <summary>A report that fits, however long ago: for what passes quickly.</summary>
    public async Task SeenAsync(Func<Report, bool> fits, string what) => await WaitForAsync(_ =>
    {
        lock (_lock)
            return _reports.Any(fits);
    }, what);

    /// <summary>Repeats the directive each second, as the scheduler does, until it holds.</summary>
    public async Task<Report> AppliedAsync(Directive directive, bool serving = true)
    {
        using var repeat = TimeProvider.System.CreateTimer(
            _ => Send(new SchedulerMessage { Directive = directive }), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        return await WaitForAsync(
            r => r.AppliedVersion >= directive.Version && (!serving || r.Serving), $"{directive.Role} {directive.Version}");
    }

    public async Task<MySqlConnection> LoginAsync(Account account)
    {
        var connection = new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = Task.Host, Port = (uint)Task.Port, UserID = account.User, Password = account.Password, Pooling = false,
            SslMode = MySqlSslMode.Disabled, AllowPublicKeyRetrieval = true,
        }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public async Task<object?> QueryAsync(Account account, string sql)
    {
        await using var connection = await LoginAsync(account);
        await using var command = new MySqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async Task<int> ExitCodeAsync()
    {
        if (_inProcess is not null)
            return await _inProcess.WaitAsync(TimeSpan.FromSeconds(30));
        await Process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await _terminate.CancelAsync();
        if (_inProcess is not null)
            await _inProcess.WaitAsync(TimeSpan.FromSeconds(30));
        if (Process is not null)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
            Process.Dispose();
        }
        _http?.Dispose();
        await Agent.DisposeAsync();
        _terminate.Dispose();
        if (Directory.Exists(Sandbox))
            Directory.Delete(Sandbox, recursive: true);
    }

    private async Task<int> RunAsync(Dictionary<string, string> environment, HttpMessageInvoker http)
    {
        await using var executor = new NodeExecutor(
            ExecutorEnvironment.Read(environment.GetValueOrDefault), environment.GetValueOrDefault, http, TimeProvider.System, new Random(1),
            new Log(TextWriter.Synchronized(Output), TimeProvider.System));
        return await executor.RunAsync(_terminate.Token);
    }

    private void Read(byte[] data)
    {
        var message = JsonSerializer.Deserialize(data, ProtocolJson.Default.ExecutorMessage)!;
        if (message.Hello is { } hello && GivesAccounts)
        {
            if (FirstDirective is { } first)
            {
                FirstDirective = null;
                _version = Math.Max(_version, first.Version);
                Send(new SchedulerMessage { Directive = first with { TaskId = TaskId } });
            }
            Send(new SchedulerMessage { Accounts = AccountBox.Seal(GivenAccounts, hello) });
        }
        if (message.Report is not { } report)
            return;
        TaskCompletionSource reported;
        lock (_lock)
        {
            if (_reports.Count > 0 && _reports[^1].Sequence > report.Sequence)
                return;
            _reports.Add(report);
            (reported, _reported) = (_reported, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        reported.SetResult();
    }
}
