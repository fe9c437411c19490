using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// What this process shows: while it leads, the views of its loop's state, made anew only where it changed; else those
/// of the leading scheduler, and when that cannot be followed the last one, marked as such.
/// </summary>
public sealed class ReadModel : IReadModel, IDisposable
{
    private readonly Lock _gate = new();
    private readonly BehaviorSubject<SchedulerView> _views = new(SchedulerView.Empty);
    /// <summary>What the agents shown last are made of.</summary>
    private (object, object, object, object) _agents;

    public SchedulerView Current => _views.Value;

    public IObservable<SchedulerView> Views => _views;

    public void Dispose() => _views.Dispose();

    /// <summary>Shows what the leading scheduler has told.</summary>
    public void Follow(SchedulerView view)
    {
        lock (_gate)
            _views.OnNext(view with { Stale = null });
    }

    /// <summary>Shows what is durable, unless there is something better: any leader's view.</summary>
    public void ShowStored(SchedulerView view)
    {
        lock (_gate)
        {
            if (Current.Term == 0)
                _views.OnNext(view);
        }
    }

    /// <summary>What is shown is not live any more. The first reason stays until it is live again.</summary>
    public void MarkStale(Staleness stale)
    {
        lock (_gate)
        {
            if (Current is { Term: > 0, Stale: null } last)
                _views.OnNext(last with { Stale = stale });
        }
    }

    /// <summary>
    /// Waits until a leader's view of that version, or of a later term, is shown; answers whether it came in time.
    /// </summary>
    public async Task<bool> ReachAsync(ViewVersion version, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        using var enough = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellation);
        try
        {
            await _views.FirstAsync(view => view.Term > version.Term || (view.Term == version.Term && view.Version >= version.Version))
                .ToTask(either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Something of it is shown, beside the clusters.</summary>
    internal static bool Differ(SchedulerState before, SchedulerState after) =>
        !ReferenceEquals(before.Mesos, after.Mesos) || !ReferenceEquals(before.ZooKeeper, after.ZooKeeper)
        || !ReferenceEquals(before.Agents, after.Agents) || !ReferenceEquals(before.Maintenance, after.Maintenance)
        || !ReferenceEquals(before.Counters, after.Counters) || !ReferenceEquals(before.Past, after.Past);

    /// <summary>Called by the loop alone.</summary>
    internal void Show(SchedulerState state, IEnumerable<string> touched, SchedulerSettings settings, DateTimeOffset now,
        long term, bool recovered = false)
    {
        lock (_gate)
        {
            var last = Current;
            var clusters = last.Clusters.ToBuilder();
            // A new term starts from what is durable; what was shown before it may be gone.
            if (recovered)
                clusters.Clear();
            var all = recovered || last.Mesos.Connected != state.Mesos.Connected;
            foreach (var name in all ? state.Clusters.Keys : touched)
            {
                if (state.Clusters.TryGetValue(name, out var cluster))
                    clusters[name] = Projection.View(cluster, settings, state.Mesos.Connected, now);
                else
                    clusters.Remove(name);
            }
            var shown = (state.Agents, state.Maintenance, state.Index.ByAgent, state.Index.ByVolume);
            var agents = !recovered && _agents == shown ? last.AgentsWhenAsked : new Lazy<ImmutableArray<AgentView>>(() => Agents(state));
            _agents = shown;
            _views.OnNext(new SchedulerView
            {
                Term = term, Version = last.Version + 1, Clusters = clusters.ToImmutable(), Past = state.Past.Clusters, Mesos = state.Mesos, ZooKeeper = state.ZooKeeper,
                AgentsWhenAsked = agents, Counters = state.Counters,
            });
        }
    }

    private static ImmutableArray<AgentView> Agents(SchedulerState state) =>
    [
        .. state.Agents.Values.Concat(NeverOffered(state)).Select(agent =>
        {
            var id = new Mesos.AgentId(agent.Id);
            var nodes = state.Index.On(id);
            var maintenance = state.Maintenance.GetValueOrDefault(agent.Id);
            return agent with
            {
                Nodes = nodes.Count, Used = Used(state, nodes), Volumes = state.Index.VolumesOn(id),
                MaintenanceStart = maintenance?.Start, Draining = maintenance?.Draining == true,
            };
        }),
    ];

    /// <summary>Agents of which nothing is known but that nodes, or their data, are there: one that is full is not offered.</summary>
    private static IEnumerable<AgentView> NeverOffered(SchedulerState state) =>
        from agent in state.Index.ByAgent.Concat(state.Index.ByVolume)
        where !state.Agents.ContainsKey(agent.Key)
        group agent.Value[0] by agent.Key into nodes
        let node = state.Clusters[nodes.First().Cluster].Durable.Nodes[nodes.First().Number]
        select new AgentView
        {
            Id = nodes.Key, Hostname = node.Task is { } task && task.Agent.Value == nodes.Key ? task.Endpoint.Host : node.Volume!.Hostname,
        };

    private static AgentResources Used(SchedulerState state, ImmutableSortedSet<NodeKey> nodes)
    {
        var used = AgentResources.None;
        foreach (var key in nodes)
            used = used.Plus(AgentResources.OfNode(state.Clusters[key.Cluster].Durable.Size));
        return used;
    }
}
