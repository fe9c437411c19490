using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.Agents;

/// <summary>An agent as the table shows, searches and sorts it. The same object as long as nothing of it changes.</summary>
public sealed class AgentRow
{
    private readonly Lazy<string> _searched;

    public AgentRow(AgentView agent, ImmutableArray<AgentNode> nodes)
    {
        (Agent, Nodes, State) = (agent, nodes, AgentPresentation.StateOf(agent));
        _searched = new Lazy<string>(() => string.Join('\n', nodes.Select(n => n.Cluster)
            .Prepend(AgentPresentation.Of(State).Text).Prepend(agent.Zone).Prepend(agent.Address).Prepend(agent.Id).Prepend(agent.Hostname)));
    }

    public AgentView Agent { get; }

    /// <summary>Masters first, then by the clusters' names.</summary>
    public ImmutableArray<AgentNode> Nodes { get; }

    public AgentState State { get; }

    /// <summary>Where words are searched: host, id, address, zone, state and clusters.</summary>
    public string Searched => _searched.Value;

    public bool Shows(AgentView agent, ImmutableArray<AgentNode> nodes) => Agent == agent && Nodes.SequenceEqual(nodes);
}
