using Mysos.Chaos.Clients;
using Mysos.Chaos.Stack;
using Mysos.Core.Clusters;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Faults;

/// <summary>A cluster at the moment before a fault, when all is well, and whom the fault can befall.</summary>
internal sealed class Scene
{
    private static long _lastRowOnHosts = 1_000_000_000_000;

    private readonly Dictionary<string, object> _notes = [];
    private readonly List<RowWriter> _onHosts = [];

    private Scene(ChaosStack stack, TestedCluster cluster, Writers writers, Cluster before, SchedulerProcess leader) =>
        (Stack, Cluster, Writers, Before, Leader) = (stack, cluster, writers, before, leader);

    public ChaosStack Stack { get; }
    public TestedCluster Cluster { get; }
    public Writers Writers { get; }
    public Cluster Before { get; }

    /// <summary>The scheduler that leads.</summary>
    public SchedulerProcess Leader { get; }

    public int Master => Before.Master!.Value;

    /// <summary>In a cluster of one, its node.</summary>
    public int Acker => Before.Ackers.IsEmpty ? Master : Before.Ackers[0];

    public IEnumerable<int> Slaves => Before.Nodes.Keys.Where(n => n != Master);

    /// <summary>A slave that is not the acker, where there is one.</summary>
    public int Replica => Slaves.OrderBy(n => n == Acker).ThenBy(n => n).First();

    /// <exception cref="TimeoutException">Not all is well.</exception>
    public static async Task<Scene> SetAsync(ChaosStack stack, TestedCluster cluster, Writers writers)
    {
        if (!await writers.AcknowledgedAsync(20, TimeSpan.FromSeconds(30)))
            throw new TimeoutException("The writers cannot write, before anything was done.");
        SchedulerProcess? leader = null;
        if (!await Eventually.IsAsync(async () => (leader = await stack.LeaderAsync()) is not null, TimeSpan.FromSeconds(30)))
            throw new TimeoutException("No scheduler leads, before anything was done.");
        return new Scene(stack, cluster, writers, await cluster.DurableAsync() ?? throw new TimeoutException("ZooKeeper does not answer."), leader!);
    }

    public string TaskOf(int node) => Before.Nodes[node].Task!.Id.Value;

    public (string Host, int Port) EndpointOf(int node) => (Before.Nodes[node].Task!.Endpoint.Host, Before.Nodes[node].Task!.Endpoint.Port);

    public int HostOf(int node) => Stack.HostOf(EndpointOf(node).Host);

    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public int ServerOf(int node) => Processes.Mysqld(TaskOf(node)) ?? throw new InvalidOperationException($"The mysqld of node {node} does not run.");

    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public int ExecutorOf(int node) => Processes.Executor(TaskOf(node)) ?? throw new InvalidOperationException($"The executor of node {node} does not run.");

    public void Signal(int node, UnixSignal signal) => Processes.Signal(ServerOf(node), signal);

    /// <summary>A client on the node's own host begins to write, over the server's Unix socket.</summary>
    public void WriteOnHost(int node)
    {
        var client = new RowWriter(TestedCluster.User, TestedCluster.PasswordOf, TimeSpan.FromMilliseconds(20), () => Interlocked.Increment(ref _lastRowOnHosts), Writers.Note);
        client.TurnToSocket(Processes.Socket(ServerOf(node)));
        _onHosts.Add(client);
        _ = Task.Run(client.RunAsync);
    }

    /// <summary>The clients on hosts write no more.</summary>
    public Task QuietAsync() => Task.WhenAll(_onHosts.Select(c => c.PauseAsync(true)));

    /// <summary>What one half of a fault leaves for the other.</summary>
    public void Keep(string name, object what) => _notes[name] = what;

    public T? Kept<T>(string name) => _notes.TryGetValue(name, out var what) ? (T)what : default;

    /// <returns>False: no other node has been master and served in time.</returns>
    public Task<bool> FailedOverAsync(TimeSpan deadline) => Eventually.IsAsync(HasFailedOverAsync, deadline);

    public async Task<bool> HasFailedOverAsync() => await Cluster.DurableAsync() is { } now && IsFailedOver(now);

    public bool IsFailedOver(Cluster now) => now.Master is { } master && master != Master && now.ServedEpoch == now.Epoch;

    /// <summary>What is durable, whenever it changes, until it is as wanted.</summary>
    /// <returns>Null: it was not in time.</returns>
    public async Task<Cluster?> DurablyAsync(Func<Cluster, bool> wanted, TimeSpan deadline)
    {
        await using var zooKeeper = await Stack.OpenZooKeeperAsync();
        if (zooKeeper is null)
            return null;
        using var changed = new SemaphoreSlim(0);
        using var watch = zooKeeper.WatchData(Cluster.StatePath).Subscribe(_ => changed.Release(), _ => { });
        using var over = new CancellationTokenSource(deadline, TimeProvider.System);
        try
        {
            while (true)
            {
                await changed.WaitAsync(over.Token);
                if (await zooKeeper.GetAsync(Cluster.StatePath) is { } node
                    && Core.State.StateJson.ReadCluster(Core.State.StateJson.KeyOf(Cluster.Name), node.Data) is var now && wanted(now))
                    return now;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
