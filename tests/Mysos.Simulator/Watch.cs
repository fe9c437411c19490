using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Simulator.MySql;

namespace Mysos.Simulator;

/// <summary>What may never be, and what must be in the end.</summary>
internal enum Invariant
{
    /// <summary>Each acknowledged write is on the master.</summary>
    AcknowledgedWritesAreOnTheMaster,
    /// <summary>At most one node can acknowledge a write.</summary>
    OneNodeCanAcknowledge,
    /// <summary>A node is announced as master only once it takes writes.</summary>
    AnnouncedMasterTakesWrites,
    /// <summary>A cluster becomes what it is to be.</summary>
    ClusterConverges,
    /// <summary>Each task is some node's.</summary>
    NoTaskIsOrphaned,
    /// <summary>Nothing that runs here fails of itself.</summary>
    NothingBreaks,
}

internal sealed record Violation(Invariant Invariant, string What);

/// <summary>Looks at the world after each step.</summary>
internal sealed class Watch(World world)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);
    private readonly List<int> _acknowledged = [];
    private readonly Dictionary<int, TimeSpan> _wroteAt = [];
    private readonly Dictionary<int, TimeSpan> _namedAt = [];
    private readonly HashSet<Server> _able = [];
    private Server? _master;
    private int? _named;
    private ImmutableSortedSet<int> _ackers = [];

    /// <summary>Happens once, as soon as other ackers are durable.</summary>
    public Action? WhenAckersChange { get; set; }

    public Violation? Found { get; private set; }

    public int Acknowledgements => _acknowledged.Count;

    public Server? Master => _master;

    public void Changed(Server server)
    {
        if (server.CanAcknowledge ? !_able.Add(server) : !_able.Remove(server))
            return;
        if (_able.Contains(server))
            Leads(server);
        if (_able.Count > 1)
            Fail(Invariant.OneNodeCanAcknowledge, $"{string.Join(" and ", _able.Select(s => s.Name).Order(StringComparer.Ordinal))} can acknowledge writes");
    }

    public void Acknowledged(int write, Server server)
    {
        _acknowledged.Add(write);
        world.Clock.Mix((ulong)write);
        _wroteAt[server.Node] = world.Clock.Elapsed;
        // To one that is to acknowledge alone, also the acknowledgement of a slave that has gone since may have come.
        if (world.Store.Find(World.Cluster) is { Ackers.IsEmpty: true } durable && durable.Master == server.Node)
            Leads(server);
        if (_master is { Ended: false } master && master != server && !Has(master.Disk, write))
            Fail(Invariant.AcknowledgedWritesAreOnTheMaster, $"write {write} was acknowledged by {server.Name}, and is not on the master {master.Name}");
    }

    public void Written(Cluster cluster)
    {
        if (cluster.Master != _named && cluster.Master is { } master)
            _namedAt[master] = world.Clock.Elapsed;
        _named = cluster.Master;
        if (cluster.Ackers.SetEquals(_ackers))
            return;
        _ackers = cluster.Ackers;
        var happens = WhenAckersChange;
        WhenAckersChange = null;
        happens?.Invoke();
    }

    public void Announced(ServerSet? set)
    {
        if (world.Journal.On)
            world.Journal.Write("discovery", $"master {set?.Master?.Number}, slaves {string.Join(',', set?.Slaves.Select(s => s.Number) ?? [])}");
        if (set?.Master is not { Number: var node })
            return;
        var wrote = _wroteAt.GetValueOrDefault(node, TimeSpan.MinValue);
        if (_master is { Ended: false, Writable: true } now && now.Node == node)
            wrote = world.Clock.Elapsed;
        if (wrote < _namedAt.GetValueOrDefault(node) && wrote < world.Clock.Elapsed - Remembered)
            Fail(Invariant.AnnouncedMasterTakesWrites, $"node {node} is announced as master, and has not taken writes since it is to be one");
    }

    /// <summary>Null: all is as it should be.</summary>
    public string? WhyNotSettled()
    {
        if (world.State is not { } state)
            return "nobody leads";
        var durable = state.Durable;
        if (durable is not { Election: null, Handover: null, Restart: null, AckChange: null, Master: { } master } || !Mastership.IsServingMaster(state, master))
            return $"no master serves, or a change is under way (master {durable.Master}, election {durable.Election}, handover {durable.Handover}, restart {durable.Restart}, {durable.AckChange})";
        if (durable.Nodes.Count != durable.NumNodes)
            return $"{durable.Nodes.Count} nodes of {durable.NumNodes}";
        if (durable.Nodes.Keys.FirstOrDefault(n => n != master && !Mastership.IsServingSlave(state, n)) is not 0 and var waits)
            return $"node {waits} does not serve: {state.Of(waits).Report?.Reason ?? durable.Nodes[waits].LastFailure}";
        if (!AckSet.IsComplete(state, world.Settings))
            return $"its ackers are node {string.Join(", ", durable.Ackers)}";
        if (world.Store.Announced.GetValueOrDefault(World.Cluster) is not { Master: { } announced, Slaves: var slaves } || announced.Number != master
            || slaves.Length != durable.Nodes.Values.Count(n => n.Number != master && n.DelaySeconds == 0))
            return "not all nodes are announced, or one that is delayed is";
        var claimed = durable.Nodes.Values.Select(n => n.Task!.Id.Value).ToHashSet(StringComparer.Ordinal);
        return world.Tasks.FirstOrDefault(t => !claimed.Contains(t.Id)) is { } orphan ? $"task {orphan.Id} is no node's"
            : world.Tasks.FirstOrDefault(t => _acknowledged.Exists(w => !t.Disk.Writes.Contains(w)) && t.Executor!.Machine.Server is { Replica.Lag: null or 0 }) is { } lacks && lacks.Node.Node == master
                ? $"{lacks.Id} lacks writes"
            : null;
    }

    public void NotSettled(string why)
    {
        var orphan = why.EndsWith("is no node's", StringComparison.Ordinal);
        Fail(orphan ? Invariant.NoTaskIsOrphaned : Invariant.ClusterConverges, $"after {world.Clock.Elapsed.TotalSeconds:F0} s: {why}");
    }

    public void Fail(Invariant invariant, string what)
    {
        world.Journal.Write("INVARIANT", $"{invariant}: {what}");
        Found ??= new Violation(invariant, what);
    }

    public void TakesWrites(Server server)
    {
        world.Journal.Write(server.Name, "takes writes");
        _wroteAt[server.Node] = world.Clock.Elapsed;
    }

    private void Leads(Server server)
    {
        if (_master == server)
            return;
        _master = server;
        if (_acknowledged.FirstOrDefault(w => !server.Disk.Writes.Contains(w)) is not 0 and var lost)
            Fail(Invariant.AcknowledgedWritesAreOnTheMaster, $"{server.Name} acknowledges writes, and lacks write {lost}, which was acknowledged");
    }

    private static bool Has(Disk disk, int write) => disk.Writes.Contains(write);
}
