using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Core.Scheduling;

/// <summary>What deciding one event came to.</summary>
/// <param name="Touched">Clusters whose state is another object than before, or that are gone.</param>
public sealed record Decision(SchedulerState State, ImmutableArray<Effect> Effects, ImmutableHashSet<string> Touched);

/// <summary>One decision in the making. Lives for one call of <see cref="Decider.Decide"/>.</summary>
internal sealed class Turn(SchedulerState state, SchedulerSettings settings, DateTimeOffset now)
{
    private readonly List<Effect> _effects = [];
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _looked = new(StringComparer.Ordinal);

    public SchedulerState State { get; set; } = state;
    public SchedulerSettings Settings { get; } = settings;
    public DateTimeOffset Now { get; } = now;
    /// <summary>A node can be launched that could not before this turn.</summary>
    public bool NodesBeganToWait { get; set; }
    /// <summary>Who asked for what is being decided; null while nobody did.</summary>
    public string? By { get; set; }

    public void Do(Effect effect) => _effects.Add(effect);

    public void Do(Effect effect, string cluster) => _effects.Add(effect with { After = [cluster] });

    public ClusterState? Find(string name) => State.Clusters.GetValueOrDefault(name);

    public void Put(ClusterState cluster)
    {
        var name = cluster.Durable.Name;
        var before = Find(name);
        if (ReferenceEquals(before, cluster))
            return;
        _touched.Add(name);
        var index = State.Index.Replace(before?.Durable, cluster.Durable, Now);
        if (!ReferenceEquals(index.Waiting, State.Index.Waiting) && index.Waiting.Count >= State.Index.Waiting.Count)
            NodesBeganToWait = true;
        State = State with { Clusters = State.Clusters.SetItem(name, cluster), Index = index };
    }

    public void Change(string name, Func<ClusterState, ClusterState> change)
    {
        if (Find(name) is { } cluster)
            Put(change(cluster));
    }

    public void Remove(string name)
    {
        _touched.Add(name);
        State = State with
        {
            Clusters = State.Clusters.Remove(name), Index = State.Index.Replace(Find(name)?.Durable, null, Now),
        };
    }

    /// <summary>Adds a line to the cluster's history.</summary>
    public Cluster Log(Cluster cluster, string kind, string text) =>
        cluster with { Events = EventRetention.Kept(cluster.Events.Add(new ClusterEvent(Now, kind, text) { By = By })) };

    /// <summary>Something that the cluster depends on changed: it is to be compared with what it should be.</summary>
    public void LookAt(string cluster) => _looked.Add(cluster);

    public IReadOnlyCollection<string> Touched => _touched;
    /// <summary>What is to be compared: what changed, or depends on what did.</summary>
    public IEnumerable<string> ToCompare => _touched.Union(_looked);

    public Decision End() => new(State, [.. _effects], [.. _touched]);
}
