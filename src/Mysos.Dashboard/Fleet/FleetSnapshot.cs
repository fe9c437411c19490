using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Fleet;

/// <summary>All clusters of one view as rows, and what is counted of them.</summary>
public sealed class FleetSnapshot
{
    private readonly ConcurrentDictionary<FleetQuery, FleetList> _lists = new();

    private FleetSnapshot(ImmutableSortedDictionary<string, ClusterView> clusters, ImmutableArray<ClusterRow> rows)
    {
        (Clusters, Rows) = (clusters, rows);
        Counts = FleetList.Count(rows);
        Problems = Counts.Where(c => ConditionPresentation.IsProblem(c.Key)).Sum(c => c.Value);
    }

    public static FleetSnapshot Empty { get; } = new(SchedulerView.Empty.Clusters, []);

    public ImmutableSortedDictionary<string, ClusterView> Clusters { get; }

    /// <summary>In the order of their names.</summary>
    public ImmutableArray<ClusterRow> Rows { get; }

    public FrozenDictionary<ClusterCondition, int> Counts { get; }

    /// <summary>How many clusters need someone.</summary>
    public int Problems { get; }

    /// <summary>The next view's: rows of clusters that have not changed, whose view is the same object, are taken over.</summary>
    public FleetSnapshot Next(ImmutableSortedDictionary<string, ClusterView> clusters)
    {
        var rows = ImmutableArray.CreateBuilder<ClusterRow>(clusters.Count);
        var at = 0;
        foreach (var (name, cluster) in clusters)
        {
            while (at < Rows.Length && string.CompareOrdinal(Rows[at].Name, name) < 0)
            {
                at++;
            }
            rows.Add(at < Rows.Length && ReferenceEquals(Rows[at].Cluster, cluster) ? Rows[at] : ClusterRow.Of(cluster));
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

    public FleetSnapshot Of(SchedulerView view)
    {
        lock (_gate)
        {
            return ReferenceEquals(_last.Clusters, view.Clusters) ? _last : _last = _last.Next(view.Clusters);
        }
    }
}
