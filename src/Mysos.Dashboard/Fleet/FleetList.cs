using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Fleet;

/// <summary>The part of the fleet that a query shows.</summary>
/// <param name="Rows">One page, in order.</param>
/// <param name="Matching">How many clusters match search and state, on all pages.</param>
/// <param name="Searched">How many match the search, in each state: what the filters show.</param>
/// <param name="Page">From 1; the last page when the query's lies beyond it.</param>
public sealed record FleetList(
    ImmutableArray<ClusterRow> Rows,
    int Matching,
    ImmutableDictionary<ClusterCondition, int> Searched,
    int Page,
    int Pages)
{
    /// <summary>Clusters on a page.</summary>
    public const int PageSize = 25;

    /// <summary>Search, then state, then order, then page.</summary>
    public static FleetList Of(IEnumerable<ClusterView> clusters, FleetQuery query, int pageSize = PageSize)
    {
        var found = Filter(clusters.Select(ClusterRow.Of), query.Search).ToList();
        var counts = found.GroupBy(r => r.Condition).ToImmutableDictionary(g => g.Key, g => g.Count());
        var matching = query.State is { } state ? found.Where(r => r.Condition == state).ToList() : found;
        var pages = Math.Max(1, (matching.Count + pageSize - 1) / pageSize);
        var page = Math.Clamp(query.Page, 1, pages);
        var rows = Sort(matching, query.Sort, query.Descending).Skip((page - 1) * pageSize).Take(pageSize);
        return new FleetList([.. rows], matching.Count, counts, page, pages);
    }

    /// <summary>Rows in which every word occurs: in name, user, state, reason or hosts, in any case.</summary>
    public static IEnumerable<ClusterRow> Filter(IEnumerable<ClusterRow> rows, string search)
    {
        var words = search.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return rows.Where(row => words.All(word =>
            Has(row.Name, word) || Has(row.User, word) || Has(row.State.Text, word) || Has(row.Reason, word)
            || Has(row.Master ?? "", word) || Has(row.Hosts, word)));

        static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Equal rows stay in the order of their names, whichever the direction. Rows without a value (no master, no lag)
    /// come last either way.
    /// </summary>
    public static IEnumerable<ClusterRow> Sort(IEnumerable<ClusterRow> rows, FleetColumn column, bool descending)
    {
        IOrderedEnumerable<ClusterRow> By<TKey>(Func<ClusterRow, TKey> key, IComparer<TKey>? comparer = null)
        {
            var present = rows.OrderBy(r => key(r) is null);
            return descending ? present.ThenByDescending(key, comparer) : present.ThenBy(key, comparer);
        }

        var ordered = column switch
        {
            FleetColumn.Name => By(r => r.Name, StringComparer.Ordinal),
            FleetColumn.State => By(r => r.State.Severity),
            FleetColumn.Master => By(r => r.Master, StringComparer.Ordinal),
            // By what is missing first: an operator looks for clusters that are short of nodes.
            FleetColumn.Nodes => By(r => (double)r.Serving / Math.Max(1, r.Wanted)).ThenBy(r => r.Wanted),
            FleetColumn.Lag => By(r => r.WorstLag),
            FleetColumn.Size => By(r => (r.Size.MemMb, r.Size.Cpus, r.Size.DiskMb)),
            // The greater age is the earlier creation.
            FleetColumn.Age => By(r => -r.Created.UtcTicks),
            _ => throw new ArgumentOutOfRangeException(nameof(column), column, "is no column"),
        };
        return ordered.ThenBy(r => r.Name, StringComparer.Ordinal);
    }
}
