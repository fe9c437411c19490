using Mysos.Core.Protocol;
using Mysos.Executor.Servers;

namespace Mysos.Simulator.MySql;

/// <summary>One run of a mysqld: what of it matters to who is master and which writes live. SQL is in <see cref="Statements"/>.</summary>
internal sealed class Server
{
    private readonly List<Action> _whenThawed = [];
    private int _connections;

    public Server(World world, string name, int node, Endpoint endpoint, Disk disk, IFlavor flavor, uint serverId)
    {
        (World, Name, Node, Endpoint, Disk, Flavor, ServerId) = (world, name, node, endpoint, disk, flavor, serverId);
        Commits = new Commits(this);
        Replica = new Replica(this);
    }

    public World World { get; }
    public string Name { get; }
    public int Node { get; }
    public Endpoint Endpoint { get; }
    public Disk Disk { get; }
    public IFlavor Flavor { get; }
    public bool IsMariaDb => Flavor is MariaDbFlavor;
    public uint ServerId { get; set; }
    public Commits Commits { get; }
    public Replica Replica { get; }
    /// <summary>MariaDB's <c>read_only</c>, MySQL's <c>super_read_only</c>.</summary>
    public bool ReadOnly { get; set; } = true;
    /// <summary>Everybody can write; on MySQL, administrators can earlier.</summary>
    public bool Writable { get; private set; }
    /// <summary>For how many acknowledgements commits wait.</summary>
    public int AckersAwaited { get; private set; }
    public bool SemiSyncReplica { get; set; }
    /// <summary>Who replicates from here.</summary>
    public List<Dump> Dumps { get; } = [];
    public Dictionary<int, string> Clients { get; } = [];
    public bool Ended { get; private set; }
    public bool Frozen { get; private set; }
    public TaskCompletionSource<int> Exit { get; } = new();
    /// <summary>What breaks when the server ends: statements under way.</summary>
    public HashSet<Action> Open { get; } = [];

    public void After(TimeSpan delay, Action happens) => World.Clock.After(delay, () => Do(happens));

    public void Do(Action happens)
    {
        if (Ended)
            return;
        if (Frozen)
            _whenThawed.Add(happens);
        else
            happens();
    }

    public int Connect(string user)
    {
        Clients[++_connections] = user;
        return _connections;
    }

    public int NewConnection() => ++_connections;

    public void SetWritable(bool on)
    {
        Writable = on;
        if (on)
            World.Watch.TakesWrites(this);
        World.Watch.Changed(this);
    }

    public void Await(int ackers)
    {
        AckersAwaited = ackers;
        World.Watch.Changed(this);
        Commits.Recount();
    }

    public void Kill(int connection)
    {
        Clients.Remove(connection);
        if (Dumps.Find(d => d.Connection == connection) is { } dump)
            dump.Close(tellReplica: true);
        Commits.Kill(connection);
    }

    public void KillClients()
    {
        foreach (var client in Clients.Keys.ToArray())
            Kill(client);
    }

    /// <summary>Its replication's other sides hear of it when packets reach them.</summary>
    /// <param name="code">128 + a signal.</param>
    public void End(int code)
    {
        if (Ended)
            return;
        World.Journal.Write(Name, $"mysqld ends with {code}");
        Ended = true;
        Frozen = false;
        _whenThawed.Clear();
        World.Network.Leave(this);
        Replica.ServerEnded();
        foreach (var dump in Dumps.ToArray())
            dump.Close(tellReplica: true);
        Commits.ServerEnded(crashed: code != 0);
        World.Watch.Changed(this);
        foreach (var broken in Open.ToArray())
            broken();
        Open.Clear();
        Exit.TrySetResult(code);
    }

    public void Freeze()
    {
        World.Journal.Write(Name, "mysqld is frozen");
        Frozen = true;
        foreach (var dump in Dumps)
            dump.Replica.Silence();
    }

    public void Thaw()
    {
        if (!Frozen)
            return;
        World.Journal.Write(Name, "mysqld goes on");
        Frozen = false;
        var waiting = _whenThawed.ToArray();
        _whenThawed.Clear();
        foreach (var happens in waiting)
            World.Clock.After(TimeSpan.Zero, () => Do(happens));
    }

    /// <summary>A commit can be told done to its client here: it waits for nobody, or as many answer as it waits for.</summary>
    public bool CanAcknowledge => !Ended && Writable && !Commits.Closing && (AckersAwaited == 0 || Dumps.Count(d => d.CanAcknowledge) >= AckersAwaited);
}
