using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Executor.Servers;
using Mysos.Simulator.Faults;
using Mysos.Simulator.Mesos;
using Mysos.Simulator.Mistakes;
using Mysos.Simulator.Schedulers;

namespace Mysos.Simulator;

/// <summary>All that there is in one run: two schedulers, Mesos with its agents, ZooKeeper, and one cluster with its clients.</summary>
internal sealed class World
{
    public const string Cluster = "c";
    /// <summary>Added to a seed, for what was not drawn when the others were, which stay as they are.</summary>
    private const int AnotherChance = 1_000_003;
    private int _origins;
    private int _writes;
    private long _requests;

    public World(int seed, Mistake mistake, TextWriter? journal)
    {
        (Chance, Mistake, Clock) = (new Chance(seed), mistake, new Clock());
        Journal = new Journal(Clock, journal);
        Watch = new Watch(this);
        Store = new Store(this);
        Master = new Master(this);
        Flavor = Chance.Of(0.5) && !mistake.SeveralAckers ? new MariaDbFlavor() : new MySqlFlavor();
        Program = new ServerProgram { Path = "/mysqld", Flavor = Flavor, Version = "1.0.0", Fingerprint = "f" };
        SerialCommits = Chance.Of(0.5) && Flavor.EmptyCommit is null;
        ApplyDelay = Chance.Of(0.25) ? Chance.Milliseconds(5, 400) : Chance.Milliseconds(0.1, 5);
        Nodes = Chance.Pick<int>(mistake.SeveralAckers ? [3, 3, 3, 3, 3, 3, 4, 5] : [1, 2, 2, 3, 3, 3, 4, 5]);
        Settings = new SchedulerSettings
        {
            Role = "mysos", Principal = "mysos", Volumes = Chance.Of(0.85), PublicZooKeeperUrl = "zk://z:2181/mysos",
            SyncReplicas = new Chance(seed + AnotherChance).Pick<int>(mistake.SeveralAckers ? [2, 2, 2, 3] : [1, 1, 2, 3]),
            AbandonVolumeAfter = TimeSpan.FromSeconds(60), ExecutorCommand = new CommandInfo { Value = "mysos-executor", Shell = true },
        };
        for (var i = 1; i <= Nodes + 1; i++)
            Master.Agents.Add(new Agent(this, i));
        Schedulers = [new Scheduler(this, 1), new Scheduler(this, 2)];
        Clients = [.. Enumerable.Range(1, Chance.Between(1, 3)).Select(i => new Client(this, i))];
        DataAreDeleted = seed % 3 == 2;
        Plague = new Plague(this);
        Owner = seed % 4 == 3 ? new Owner(this, new Chance(-seed)) : null;
        Pauses = seed % 5 == 4 ? new Pauses(this, new Chance(-seed - AnotherChance)) : null;
    }

    public Chance Chance { get; }
    public Mistake Mistake { get; }
    public Clock Clock { get; }
    public Journal Journal { get; }
    public Network Network { get; } = new();
    public Watch Watch { get; }
    public Store Store { get; }
    public Master Master { get; }
    public IReadOnlyList<Scheduler> Schedulers { get; }
    public IReadOnlyList<Client> Clients { get; }
    public Plague Plague { get; }
    /// <summary>One of the faults may be that somebody deletes a node's data.</summary>
    public bool DataAreDeleted { get; }
    /// <summary>Null: nobody delays a node.</summary>
    public Owner? Owner { get; }
    /// <summary>Null: nobody pauses the cluster.</summary>
    public Pauses? Pauses { get; }
    public SchedulerSettings Settings { get; }
    public IFlavor Flavor { get; }
    public ServerProgram Program { get; }
    /// <summary>How many nodes the cluster is created with.</summary>
    public int Nodes { get; }
    /// <summary>A commit does not begin before the one before it has ended.</summary>
    public bool SerialCommits { get; }
    /// <summary>About how long a slave takes for one transaction.</summary>
    public TimeSpan ApplyDelay { get; set; }
    public Exception? Broken { get; private set; }

    public Scheduler? Leading => Schedulers.FirstOrDefault(s => s is { Term.Recovered: true, Frozen: false });

    public ClusterState? State => Leading?.Term!.State.Clusters.GetValueOrDefault(Cluster);

    public IEnumerable<RunningTask> Tasks => Master.Agents.SelectMany(a => a.Running);

    public int NextOrigin() => ++_origins;

    public int NextWrite() => ++_writes;

    /// <summary>The simulator, or what it runs, failed as it never may.</summary>
    public void Break(Exception e) => Broken ??= e;

    /// <summary>When a message arrives: never, once, or twice.</summary>
    public IEnumerable<TimeSpan> Deliveries()
    {
        if (Chance.Of(Network.Loss))
            return [];
        TimeSpan Delay() => Chance.Of(Network.Lateness) ? Chance.Seconds(0, 8) : Chance.Milliseconds(0.3, 2);
        return Chance.Of(Network.Doubling) ? [Delay(), Delay()] : [Delay()];
    }

    public void Ask(Func<long, RequestEvent> request)
    {
        if (Leading is { } scheduler)
            scheduler.Term!.Post(request(++_requests));
    }

    public void Answered(Answer answer)
    {
        if (Journal.On)
            Journal.Write("user", answer.Outcome is RequestOutcome.Refused refused ? $"refused: {refused.Detail}" : "accepted");
    }

    public void Begin()
    {
        Journal.Write("world", $"{Nodes} nodes of {Flavor.Name}, {(Settings.Volumes ? "volumes" : "sandboxes")}, {Clients.Count} clients, commits {(SerialCommits ? "one by one" : "side by side")}, "
            + $"a transaction is applied in {ApplyDelay.TotalMilliseconds:F1} ms, faults: {string.Join(", ", Plague.Kinds)}");
        foreach (var scheduler in Schedulers)
            scheduler.Start();
        Master.Offers.Begin();
        foreach (var client in Clients)
            client.Begin();
        Create();
        Owner?.Begin();
        Pauses?.Begin();
    }

    private void Create()
    {
        if (Store.Find(Cluster) is not null)
            return;
        Ask(id => new CreateRequested(id, new Core.Clusters.Cluster
        {
            Name = World.Cluster, User = Accounts.Given.Cluster.User, NumNodes = Nodes, Size = ClusterSize.Default, Created = Clock.Now,
            SealedPassword = "x", SealedReplicationPassword = "y",
        }));
        Clock.After(TimeSpan.FromSeconds(1), Create);
    }
}
