using System.Collections.Immutable;

namespace Mysos.Core.Clusters.History;

/// <summary>What is new in each view, in all clusters, those included that are gone; in the first view, their whole history. For one reader.</summary>
/// <param name="wanted">The clusters that are looked at; null: all.</param>
public sealed class FleetNews(Func<string, bool>? wanted = null)
{
    private readonly Dictionary<(string Name, DateTimeOffset Created), Seen> _seen = [];
    private int _round;

    /// <summary>Costs as much as has changed since the last view; views in between may be skipped.</summary>
    public News Next(SchedulerView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var events = new List<(EventPlace Place, FleetEvent Event)>();
        string[] gone = [.. _seen.Where(s => s.Value.Of is ClusterView).Select(s => s.Key.Name).Where(name => !view.Clusters.ContainsKey(name)).Order(StringComparer.Ordinal)];
        _round++;
        foreach (var (name, cluster) in view.Clusters)
            Look(name, cluster.Created, cluster, cluster.Events);
        foreach (var past in view.Past)
        {
            // A scheduler that crashed has noted the end of this one, and the next has still to reach it.
            if (view.Clusters.GetValueOrDefault(past.Name)?.Created != past.Created)
                Look(past.Name, past.Created, past, past.Events);
        }
        foreach (var (key, seen) in _seen)
        {
            if (seen.Round != _round)
                _seen.Remove(key);
        }
        events.Sort((a, b) => a.Place.CompareTo(b.Place));
        return new News([.. events.Select(e => e.Event)], gone);

        void Look(string name, DateTimeOffset created, object of, ImmutableArray<ClusterEvent> history)
        {
            if (wanted?.Invoke(name) == false)
                return;
            if (!_seen.TryGetValue((name, created), out var seen))
                _seen[(name, created)] = seen = new Seen();
            seen.Round = _round;
            // What has not changed is the same object.
            if (ReferenceEquals(seen.Of, of))
                return;
            seen.Of = of;
            for (var i = EventIds.FirstAfter(history, seen.LastId); i < history.Length; i++)
            {
                seen.LastId = EventIds.Of(history, i);
                var (time, kind, text) = history[i];
                var place = EventIds.PlaceOf(name, history, i);
                events.Add((place, new FleetEvent(place.ToString(), name, time, kind, text, history[i].By) { ClusterCreated = created }));
            }
        }
    }

    private sealed class Seen
    {
        /// <summary>The view that was read last.</summary>
        public object? Of { get; set; }
        public string? LastId { get; set; }
        public int Round { get; set; }
    }
}

/// <param name="Events">Oldest first.</param>
/// <param name="Gone">Clusters that were there and are not.</param>
public sealed record News(IReadOnlyList<FleetEvent> Events, IReadOnlyList<string> Gone);
