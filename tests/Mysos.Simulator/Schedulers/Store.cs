using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Scheduling;
using Mysos.Core.State;

namespace Mysos.Simulator.Schedulers;

internal enum WriteEnd
{
    Done,
    Conflict,
    NotLeading,
}

/// <summary>
/// ZooKeeper: versioned documents, ServerSets, and a latch. What a scheduler asks for is done only while its latch node is
/// there; when the network is away, it asks again until it knows.
/// </summary>
internal sealed class Store(World world)
{
    public const string Host = "zookeeper";
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(300);
    private readonly Dictionary<string, (object Content, int Version)> _documents = new(StringComparer.Ordinal);
    private readonly List<string> _latch = [];
    private int _sequence;

    public Dictionary<string, ServerSet> Announced { get; } = new(StringComparer.Ordinal);
    /// <summary>Requests take so long; more, when ZooKeeper is busy.</summary>
    public double SlowerBy { get; set; } = 1;

    public string? Leader => _latch.Count > 0 ? _latch[0] : null;

    public Cluster? Find(string cluster) => _documents.TryGetValue(StateJson.KeyOf(cluster), out var there) ? (Cluster)there.Content : null;

    /// <summary>The node's name, by which its owner is known; the first in the latch leads.</summary>
    public string Join(string scheduler)
    {
        var node = $"{scheduler}-{++_sequence}";
        _latch.Add(node);
        return node;
    }

    public void Expire(string node)
    {
        if (_latch.Remove(node))
            world.Journal.Write(Host, $"the session of {node} is over; {Leader ?? "nobody"} leads");
    }

    public bool IsThere(string node) => _latch.Contains(node);

    /// <summary>As they come back from ZooKeeper: read from their JSON.</summary>
    public void Load(string from, Func<bool> alive, Action<Recovered, IReadOnlyDictionary<string, int>> done) => Ask(from, alive, () =>
    {
        var record = _documents.TryGetValue(StateJson.SchedulerKey, out var there) ? (SchedulerRecord)there.Content : new SchedulerRecord();
        var versions = _documents.ToDictionary(d => d.Key, d => d.Value.Version, StringComparer.Ordinal);
        return () => done(new Recovered(StateJson.ReadScheduler(StateJson.SchedulerKey, StateJson.Write(record)),
            [.. _documents.Where(d => StateJson.IsCluster(d.Key)).OrderBy(d => d.Key, StringComparer.Ordinal)
                .Select(d => StateJson.ReadCluster(d.Key, StateJson.Write((Cluster)d.Value.Content)))]), versions);
    });

    /// <param name="content">Null deletes.</param>
    /// <param name="expected">The version that it has; −1: none.</param>
    public void Write(string from, string latch, string key, object? content, int expected, Func<bool> alive, Action<WriteEnd, int> done)
    {
        (WriteEnd, int)? known = null;
        Ask(from, alive, () =>
        {
            // Asked again after an unknown outcome, a writer recognizes its own write.
            var (end, version) = known ??= Apply(latch, key, content, expected);
            return () => done(end, version);
        });
    }

    public void Announce(string from, string latch, string cluster, ServerSet? set, Func<bool> alive, Action<bool> done)
    {
        bool? known = null;
        Ask(from, alive, () =>
        {
            if (known is null)
            {
                known = IsThere(latch);
                if (known.Value)
                    Publish(cluster, set);
            }
            return () => done(known.Value);
        });
    }

    private void Publish(string cluster, ServerSet? set)
    {
        if (set is null)
            Announced.Remove(cluster);
        else
            Announced[cluster] = set;
        world.Watch.Announced(set);
    }

    private (WriteEnd, int) Apply(string latch, string key, object? content, int expected)
    {
        var there = _documents.TryGetValue(key, out var document);
        var version = there ? document.Version : -1;
        if (!IsThere(latch) && !world.Mistake.StaleLeaderActs)
            return (WriteEnd.NotLeading, version);
        if (version != expected)
            return (WriteEnd.Conflict, version);
        if (content is null)
            _documents.Remove(key);
        else
            _documents[key] = (content, expected + 1);
        if (content is Cluster cluster)
            world.Watch.Written(cluster);
        return (WriteEnd.Done, expected + 1);
    }

    /// <summary>A request and its answer, each of which may be lost with the connection: then it is made again.</summary>
    private void Ask(string from, Func<bool> alive, Func<Action> served)
    {
        world.Clock.After(world.Chance.Milliseconds(0.3, 2) * SlowerBy, () =>
        {
            if (!world.Network.Reaches(from, Host))
            {
                Again();
                return;
            }
            if (!alive() && world.Chance.Of(0.5))
                return;
            var answer = served();
            world.Clock.After(world.Chance.Milliseconds(0.3, 2) * SlowerBy, () =>
            {
                if (!world.Network.Reaches(from, Host))
                    Again();
                else if (alive())
                    answer();
            });
        });

        void Again() => world.Clock.After(AskAgain, () =>
        {
            if (alive())
                Ask(from, alive, served);
        });
    }
}
