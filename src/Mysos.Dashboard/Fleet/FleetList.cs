using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Query;

namespace Mysos.Dashboard.Fleet;

/// <summary>The part of the fleet that a query shows.</summary>
/// <param name="Rows">In order.</param>
/// <param name="Searched">How many match the search, in each state: what the filters show.</param>
/// <param name="Problems">How many of these are problems, whatever their state.</param>
public sealed record FleetList(ImmutableArray<ClusterRow> Rows, FrozenDictionary<ClusterCondition, int> Searched, int Problems)
{
    /// <summary>Search, then state, then order.</summary>
    /// <param name="rows">In the order of their names, in which equal rows stay, whichever the direction.</param>
    public static FleetList Of(ImmutableArray<ClusterRow> rows, FleetQuery query)
    {
        var words = new SearchWords(query.Search);
        var found = query.Search.Length == 0 ? rows : [.. rows.Where(r => words.Match(r.Searched))];
        var all = query is { State: null, Problems: false };
        return new FleetList([.. Sort(all ? found : found.Where(r => query.Wants(r)), query.Sort, query.Descending)], Count(found), found.Count(r => r.IsProblem));
    }

    /// <summary>How many there are in each state.</summary>
    public static FrozenDictionary<ClusterCondition, int> Count(ImmutableArray<ClusterRow> rows)
    {
        var counts = new Dictionary<ClusterCondition, int>();
        foreach (var row in rows)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, row.Condition, out _)++;
        }
        return counts.ToFrozenDictionary();
    }

    /// <summary>Rows without a value (no master, no lag) come last either way.</summary>
    private static IEnumerable<ClusterRow> Sort(IEnumerable<ClusterRow> rows, FleetColumn column, bool descending)
    {
        IOrderedEnumerable<ClusterRow> By<TKey>(Func<ClusterRow, TKey> key, IComparer<TKey>? comparer = null) =>
            descending ? rows.OrderByDescending(key, comparer) : rows.OrderBy(key, comparer);

        IEnumerable<ClusterRow> KnownFirst<TKey>(Func<ClusterRow, TKey> key, IComparer<TKey>? comparer = null)
        {
            var present = rows.OrderBy(r => key(r) is null);
            return descending ? present.ThenByDescending(key, comparer) : present.ThenBy(key, comparer);
        }

        return column switch
        {
            FleetColumn.Name => descending ? rows.Reverse() : rows,
            FleetColumn.State => By(r => r.Severity),
            FleetColumn.Master => KnownFirst(r => r.Master, StringComparer.Ordinal),
            // By what is missing first: an operator looks for clusters that are short of nodes.
            FleetColumn.Nodes => By(r => (double)r.Serving / Math.Max(1, r.Wanted)).ThenBy(r => r.Wanted),
            FleetColumn.Lag => KnownFirst(r => r.WorstLag),
            FleetColumn.Size => By(r => (r.Size.MemMb, r.Size.Cpus, r.Size.DiskMb)),
            // The greater age is the earlier creation.
            FleetColumn.Age => By(r => -r.Created.UtcTicks),
            _ => throw new ArgumentOutOfRangeException(nameof(column), column, "is no column"),
        };
    }
}
