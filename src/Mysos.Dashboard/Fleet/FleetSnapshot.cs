using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Fleet;

/// <summary>All clusters of one view as rows, and what is counted of them.</summary>
public sealed class FleetSnapshot
{
    private readonly ConcurrentDictionary<FleetQuery, FleetList> _lists = new();

    private FleetSnapshot(ImmutableSortedDictionary<string, ClusterView> clusters, ImmutableArray<ClusterRow> rows)
    {
        (Clusters, Rows) = (clusters, rows);
        Counts = FleetList.Count(rows);
        Problems = rows.Count(r => r.IsProblem);
        Words = [.. rows.Select(r => r.Problem?.Word).OfType<string>().CountBy(w => w).OrderBy(w => w.Key, StringComparer.Ordinal)];
        foreach (var row in rows)
        {
            ChangesAt = row.ChangesAt < ChangesAt ? row.ChangesAt : ChangesAt;
        }
    }

    public static FleetSnapshot Empty { get; } = new(SchedulerView.Empty.Clusters, []);

    public ImmutableSortedDictionary<string, ClusterView> Clusters { get; }

    /// <summary>In the order of their names.</summary>
    public ImmutableArray<ClusterRow> Rows { get; }

    public FrozenDictionary<ClusterCondition, int> Counts { get; }

    /// <summary>How many clusters need someone.</summary>
    public int Problems { get; }

    /// <summary>Of the problems that no state tells, how many there are of each.</summary>
    public ImmutableArray<KeyValuePair<string, int>> Words { get; }

    /// <summary>From when on the same clusters make another snapshot.</summary>
    internal DateTimeOffset ChangesAt { get; } = DateTimeOffset.MaxValue;

    /// <summary>The next view's: rows of clusters that have not changed, whose view is the same object, are taken over.</summary>
    public FleetSnapshot Next(ImmutableSortedDictionary<string, ClusterView> clusters, DateTimeOffset now)
    {
        var rows = ImmutableArray.CreateBuilder<ClusterRow>(clusters.Count);
        var at = 0;
        foreach (var (name, cluster) in clusters)
        {
            while (at < Rows.Length && string.CompareOrdinal(Rows[at].Name, name) < 0)
            {
                at++;
            }
            rows.Add(at < Rows.Length && ReferenceEquals(Rows[at].Cluster, cluster) && now < Rows[at].ChangesAt ? Rows[at] : ClusterRow.Of(cluster, now));
        }
        return new FleetSnapshot(clusters, rows.MoveToImmutable());
    }

    /// <summary>The part that a query shows. What many browsers ask for is found once; what somebody types is nobody else's.</summary>
    public FleetList Show(FleetQuery query) =>
        query.Search.Length == 0 ? _lists.GetOrAdd(query, static (asked, rows) => FleetList.Of(rows, asked), Rows) : FleetList.Of(Rows, query);
}

/// <summary>The newest snapshot, shared by all browsers.</summary>
public sealed class FleetSnapshots
{
    private readonly Lock _gate = new();
    private FleetSnapshot _last = FleetSnapshot.Empty;

    public FleetSnapshot Of(SchedulerView view, DateTimeOffset now)
    {
        lock (_gate)
        {
            return ReferenceEquals(_last.Clusters, view.Clusters) && now < _last.ChangesAt ? _last : _last = _last.Next(view.Clusters, now);
        }
    }
}
