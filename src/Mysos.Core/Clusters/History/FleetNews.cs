namespace Mysos.Core.Clusters.History;

/// <summary>What is new in each view, in all clusters; in the first view, their whole history. For one reader.</summary>
/// <param name="wanted">The clusters that are looked at; null: all.</param>
public sealed class FleetNews(Func<string, bool>? wanted = null)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    /// <summary>Costs as much as has changed since the last view; views in between may be skipped.</summary>
    public News Next(SchedulerView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var events = new List<(EventPlace Place, FleetEvent Event)>();
        foreach (var (name, cluster) in view.Clusters)
        {
            var seen = _seen.GetValueOrDefault(name);
            // A view that has not changed is the same object.
            if (ReferenceEquals(seen?.View, cluster) || wanted?.Invoke(name) == false)
                continue;
            string? id = seen?.LastId;
            for (var i = EventIds.FirstAfter(cluster.Events, id); i < cluster.Events.Length; i++)
            {
                id = EventIds.Of(cluster.Events, i);
                var (time, kind, text) = cluster.Events[i];
                var place = EventIds.PlaceOf(name, cluster.Events, i);
                events.Add((place, new FleetEvent(place.ToString(), name, time, kind, text, cluster.Events[i].By)));
            }
            _seen[name] = new Seen(cluster, id);
        }
        events.Sort((a, b) => a.Place.CompareTo(b.Place));
        string[] gone = [.. _seen.Keys.Where(name => !view.Clusters.ContainsKey(name)).Order(StringComparer.Ordinal)];
        foreach (var name in gone)
            _seen.Remove(name);
        return new News([.. events.Select(e => e.Event)], gone);
    }

    private sealed record Seen(ClusterView View, string? LastId);
}

/// <param name="Events">Oldest first.</param>
/// <param name="Gone">Clusters that were there and are not.</param>
public sealed record News(IReadOnlyList<FleetEvent> Events, IReadOnlyList<string> Gone);
