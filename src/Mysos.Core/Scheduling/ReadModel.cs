using System.Collections.Immutable;
using System.Reactive.Subjects;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>The views of the loop's state, made anew only where it changed.</summary>
public sealed class ReadModel : IReadModel, IDisposable
{
    private readonly BehaviorSubject<SchedulerView> _views = new(SchedulerView.Empty);

    public SchedulerView Current => _views.Value;

    public IObservable<SchedulerView> Views => _views;

    public void Dispose() => _views.Dispose();

    /// <summary>Called by the loop alone.</summary>
    internal void Show(SchedulerState state, IEnumerable<string> touched, SchedulerSettings settings, DateTimeOffset now,
        bool recovered = false)
    {
        var last = Current;
        var clusters = last.Clusters.ToBuilder();
        // A new term starts from what is durable; what an earlier one of this process showed may be gone.
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
        var agents = ReferenceEquals(_agents, state.Agents) && !touched.Any() ? last.Agents : Agents(state);
        _agents = state.Agents;
        _views.OnNext(new SchedulerView
        {
            Version = last.Version + 1, Clusters = clusters.ToImmutable(), Mesos = state.Mesos, ZooKeeper = state.ZooKeeper,
            Agents = agents, Counters = state.Counters,
        });
    }

    private object? _agents;

    private static ImmutableArray<AgentView> Agents(SchedulerState state)
    {
        var nodes = state.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values)
            .Where(n => n.Task is not null).CountBy(n => n.Task!.Agent.Value).ToDictionary(StringComparer.Ordinal);
        return [.. state.Agents.Values.Select(a => a with { Nodes = nodes.GetValueOrDefault(a.Id) })];
    }
}
