using System.Collections.Frozen;
using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Query;

namespace Mysos.Dashboard.Agents;

/// <summary>All agents of one view as rows.</summary>
/// <param name="Rows">By host name, then by id.</param>
public sealed record AgentSnapshot(
    ImmutableArray<AgentView> Agents, ImmutableSortedDictionary<string, ClusterView> Clusters, ImmutableArray<AgentRow> Rows)
{
    public static AgentSnapshot Empty { get; } = new([], SchedulerView.Empty.Clusters, []);

    public bool Shows(SchedulerView view) => Agents == view.Agents && ReferenceEquals(Clusters, view.Clusters);

    /// <summary>The next view's: rows of agents that have not changed are taken over.</summary>
    public AgentSnapshot Next(SchedulerView view)
    {
        var known = Rows.ToDictionary(r => r.Agent.Id, StringComparer.Ordinal);
        var nodes = AgentNode.ByAgent(view.Clusters.Values);
        return new AgentSnapshot(view.Agents, view.Clusters,
        [
            .. view.Agents.OrderBy(a => a.Hostname, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal).Select(agent =>
            {
                ImmutableArray<AgentNode> there = [.. nodes[agent.Id].OrderByDescending(n => n.Role == NodeRole.Master)];
                return known.GetValueOrDefault(agent.Id) is { } row && row.Shows(agent, there) ? row : new AgentRow(agent, there);
            }),
        ]);
    }

    /// <summary>Search, then state, then order.</summary>
    public AgentList Show(AgentQuery query)
    {
        var words = new SearchWords(query.Search);
        ImmutableArray<AgentRow> found = query.Search.Length == 0 ? Rows : [.. Rows.Where(r => words.Match(r.Searched))];
        return new AgentList([.. Sort(found.Where(r => query.State is not { } state || r.State == state), query)],
            found.CountBy(r => r.State).ToFrozenDictionary());
    }

    /// <summary>Equal rows stay by host name, whichever the direction; those without a value come last either way.</summary>
    private static IEnumerable<AgentRow> Sort(IEnumerable<AgentRow> rows, AgentQuery query)
    {
        IEnumerable<AgentRow> By<TKey>(Func<AgentRow, TKey> key, IComparer<TKey>? comparer = null)
        {
            var present = rows.OrderBy(r => key(r) is null);
            return query.Descending ? present.ThenByDescending(key, comparer) : present.ThenBy(key, comparer);
        }

        return query.Sort switch
        {
            AgentColumn.Agent => query.Descending ? rows.Reverse() : rows,
            AgentColumn.State => By(r => AgentPresentation.Of(r.State).Severity),
            AgentColumn.Zone => By(r => r.Agent.Zone, StringComparer.Ordinal),
            AgentColumn.Nodes => By(r => r.Nodes.Length),
            AgentColumn.Used => By(r => (r.Agent.Used.MemMb, r.Agent.Used.Cpus)),
            AgentColumn.Offered => By(r => r.Agent.Offered?.MemMb),
            AgentColumn.Volumes => By(r => r.Agent.Volumes),
            _ => throw new ArgumentOutOfRangeException(nameof(query), query.Sort, "is no column"),
        };
    }
}

/// <summary>The agents that a query shows.</summary>
/// <param name="Rows">In order.</param>
/// <param name="Searched">How many match the search, in each state.</param>
public sealed record AgentList(ImmutableArray<AgentRow> Rows, FrozenDictionary<AgentState, int> Searched);
