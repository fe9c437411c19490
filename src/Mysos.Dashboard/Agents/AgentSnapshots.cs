using System.Collections.Frozen;
using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Agents;

/// <summary>The newest snapshot, shared by all browsers, made when somebody looks at the agents.</summary>
public sealed class AgentSnapshots
{
    private readonly Lock _gate = new();
    private AgentSnapshot _last = AgentSnapshot.Empty;
    private (ImmutableArray<AgentView> Agents, FrozenDictionary<AgentState, int> ByState) _counted = ([], FrozenDictionary<AgentState, int>.Empty);

    public AgentSnapshot Of(SchedulerView view)
    {
        lock (_gate)
        {
            return _last.Shows(view) ? _last : _last = _last.Next(view);
        }
    }

    /// <summary>How many agents are in each state. Costs less than a snapshot.</summary>
    public FrozenDictionary<AgentState, int> Count(SchedulerView view)
    {
        lock (_gate)
        {
            if (_counted.Agents != view.Agents)
            {
                _counted = (view.Agents, view.Agents.CountBy(AgentPresentation.StateOf).ToFrozenDictionary());
            }
            return _counted.ByState;
        }
    }
}
