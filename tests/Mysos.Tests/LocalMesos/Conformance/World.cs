using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Mysos.Core.Mesos;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos;
using Mysos.LocalMesos.Http;
using Mysos.Tests.Stack;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>The servers and executors that a recording is played to, set up as those that were recorded.</summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>Mesos' timer starts anew after each cycle's work.</summary>
    private static readonly TimeSpan AllocationInterval = TimeSpan.FromMilliseconds(1001.3);

    /// <summary>Cycles are a little later than the recorded ones, so that what comes with one is never too early.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromMilliseconds(20);

    /// <summary>Longer than what executors need to start or to end.</summary>
    private static readonly TimeSpan LongStep = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly string _workDir = Directory.CreateTempSubdirectory("mysos-conformance-").FullName;
    private readonly List<Puppet> _puppets = [];
    private readonly List<ReplayConnection> _connections = [];

    private IReadOnlyList<int> _masters = [];

    private World(TimeSpan lead) => Clock = new ScenarioClock(lead);

    public LocalMesosCluster Cluster { get; private set; } = null!;
    public ScenarioClock Clock { get; }
    public IdMap Ids { get; } = new();
    public IReadOnlyList<Puppet> Puppets => _puppets;

    private string Stage => Path.Combine(_workDir, "stage");

    /// <param name="scenario">The scenario.</param>
    /// <param name="zooKeeper">For scenarios with several masters.</param>
    public static async Task<World> StartAsync(Scenario scenario, ZooKeeperUrl? zooKeeper)
    {
        var phase = TimeSpan.FromMilliseconds(scenario.Phase) + Guard;
        var world = new World(-scenario.Start ?? 2 * AllocationInterval - phase);
        Directory.CreateDirectory(world.Stage);
        world.Cluster = await LocalMesosCluster.StartAsync(
            scenario.Options(world.Options) with { Masters = scenario.MasterPorts.Count, ZooKeeper = zooKeeper },
            NullLoggerFactory.Instance, world.Clock.Time);
        world.NameThings(scenario.MasterPorts);
        await scenario.Prepare(world);
        await world.AdvanceToAsync(TimeSpan.Zero);
        return world;
    }

    /// <summary>The master that was recorded with this port.</summary>
    public LocalMaster Master(int port) => Cluster.Masters[_masters.ToList().IndexOf(port)];

    /// <summary>ZooKeeper gives up the dead master's session, and another one leads.</summary>
    public async Task FailOverAsync(int from, int to)
    {
        await Master(from).ExpireAsync();
        await ReachAsync(() => Master(to).IsLeading, $"The master {to} does not lead.");
        await SettleAsync();
    }

    /// <summary>The agent that was recorded with this port.</summary>
    public LocalAgent Agent(int port) => Cluster.Agents[port - FirstAgentPort];

    /// <summary>Reserves resources of an agent as an operator does.</summary>
    public async Task ReserveAsync(int port, string resources)
    {
        using var http = new HttpClient();
        var form = new Dictionary<string, string> { ["slaveId"] = Agent(port).AgentId, ["resources"] = resources };
        using var answer = await http.PostAsync(new Uri(Cluster.MasterUrl, "reserve"), new FormUrlEncodedContent(form));
        ((int)answer.StatusCode).ShouldBe(202, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Follows a request until its answer, which nothing overtakes.</summary>
    public ReplayConnection Add(ReplayConnection connection)
    {
        _connections.Add(connection);
        return connection;
    }

    /// <summary>The process of an executor that has just started.</summary>
    public async Task<Puppet> TakePuppetAsync(string executor, ICollection<Puppet> taken)
    {
        Puppet? Find() => _puppets.Find(puppet => puppet.ExecutorId == executor && !taken.Contains(puppet));
        await ReachAsync(() => Find() is not null, $"executor {executor} does not start");
        return Find()!;
    }

    /// <summary>Waits for what needs no time of the scenario.</summary>
    public async Task ReachAsync(Func<bool> reached, string otherwise)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!reached())
        {
            Discover();
            if (deadline.IsCancellationRequested)
                throw new TimeoutException(otherwise);
            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>
    /// Waits for what may need time of the scenario, and lets it pass when nothing is under way that could still bring it.
    /// </summary>
    /// <param name="reached">What is waited for.</param>
    /// <param name="stream">The stream that it comes on.</param>
    /// <param name="until">The time at which it should have come.</param>
    /// <returns>False: it has not come.</returns>
    public async Task<bool> ReachAsync(Func<bool> reached, ReplayConnection stream, TimeSpan until)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var settled = await IsSettledAsync(stream);
            if (reached())
                return true;
            if (deadline.IsCancellationRequested)
                throw new TimeoutException("The servers do not come to rest.");
            if (!settled)
                await Task.Delay(Poll, TimeProvider.System);
            else if (Clock.Now < until)
                await StepAsync(until);
            else
                return false;
        }
    }

    /// <summary>Goes to a time of the scenario; what processes do meanwhile takes none of it.</summary>
    public async Task AdvanceToAsync(TimeSpan time)
    {
        if (time - Clock.Now > LongStep)
        {
            var isQuiet = false;
            while (!isQuiet)
            {
                Discover();
                isQuiet = await Cluster.Engine.Mailbox.Ask(AreProcessesSettled);
                if (!isQuiet)
                    await Task.Delay(Poll, TimeProvider.System);
            }
        }
        while (Clock.Now < time)
            await StepAsync(time);
    }

    private Task StepAsync(TimeSpan limit)
    {
        var next = Clock.Now + (Cluster.Agents.Select(agent => agent.Node.Containers.NextWait).Min() ?? TimeSpan.MaxValue / 2);
        return Clock.StepAsync(Cluster.Engine, next < limit ? next : limit);
    }

    /// <summary>Whether the agent has not yet noticed the end of the process.</summary>
    public bool IsRunning(Puppet puppet) =>
        Cluster.Agents.Any(agent => agent.Node.Containers.IsRunning(new ContainerId(puppet.ContainerId)));

    public Task SettleAsync() => ScenarioClock.SettleAsync(Cluster.Engine);

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
            connection.Dispose();
        foreach (var puppet in _puppets)
            puppet.Signal(9);
        await Cluster.CrashAsync();
        foreach (var agent in Cluster.Agents)
            agent.Node.Containers.KillAll();
        // Sandboxes of what has just ended are being deleted, too.
        await Eventually.IsAsync(() => Task.FromResult(IsDeleted(_workDir)), TimeSpan.FromSeconds(30), () => $"{_workDir} to be gone");
    }

    private static bool IsDeleted(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return !Directory.Exists(directory);
        }
    }

    private const int FirstAgentPort = 5051;

    private LocalMesosOptions Options => new()
    {
        WorkDir = Path.Combine(_workDir, "mesos"),
        Agents = 2,
        AgentResources = "ports:[31000-32999];cpus:4;mem:8192;disk:20480",
        AgentHostnames = ["127.0.0.1", "localhost"],
        AllocationInterval = AllocationInterval,
        AgentRecoveryTimeout = TimeSpan.FromMinutes(15),
    };

    private void NameThings(IReadOnlyList<int> masters)
    {
        _masters = masters;
        var puppet = $"sh {Here()}/puppet.sh {Stage}";
        foreach (var command in new[] { "python3 /opt/recorded-mesos-traces/executor.py", "sleep 1000" })
            Ids.Add(command, puppet);
        foreach (var port in masters)
            Name(port, Master(port).Port);
        foreach (var (agent, index) in Cluster.Agents.Select((agent, index) => (agent, index)))
        {
            var port = FirstAgentPort + index;
            Name(port, agent.Port);
            Ids.Add($"/tmp/mesos/agent{index + 1}/", $"{_workDir}/mesos/agent{index + 1}/");
            Ids.Add($"OFFERS {port}", $"OFFERS {agent.Port}");
        }
    }

    private void Name(int recorded, int here)
    {
        Ids.Add($"127.0.0.1:{recorded}", $"127.0.0.1:{here}");
        Ids.IsPair($"port{recorded}", $"port{here}");
    }

    /// <summary>No answer, record or process is under way, and every executor waits for orders.</summary>
    private async Task<bool> IsSettledAsync(ReplayConnection stream)
    {
        Discover();
        if (_connections.Exists(connection => !connection.Answer.IsCompleted))
            return false;
        return await Cluster.Engine.Mailbox.Ask(() =>
            (stream.StreamId is not { } id || HasAll(stream, Cluster.Engine.Stream(id))) && AreProcessesSettled());
    }

    /// <summary>Whether everything that was sent on the stream has come, its end too.</summary>
    private static bool HasAll(ReplayConnection stream, RecordStream? open) => open is null or { IsComplete: true }
        ? stream.End != StreamEnd.Open
        : open.Sent == stream.Records;

    private bool AreProcessesSettled() =>
        Cluster.Agents.All(agent => agent.Node.Containers.Settled is { } running && running.All(IsPuppetAlive));

    private bool IsPuppetAlive(ContainerId container) =>
        _puppets.Exists(puppet => puppet.ContainerId == container.Value && puppet.IsAlive);

    private void Discover() => _puppets.AddRange(Puppet.New(Stage, _puppets).ToArray());

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
