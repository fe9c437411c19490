using System.Collections.Immutable;

namespace Mysos.Core.Clusters;

/// <summary>An agent and the nodes on it, for users of the REST API.</summary>
public sealed record AgentDocument
{
    public required string Id { get; init; }
    public required string Hostname { get; init; }
    public string? Address { get; init; }
    public string? Zone { get; init; }
    public bool Reachable { get; init; }
    public bool Draining { get; init; }
    public DateTimeOffset? MaintenanceStart { get; init; }
    public AgentResources? Offered { get; init; }
    public AgentResources? Reserved { get; init; }
    public DateTimeOffset? OfferedAt { get; init; }
    public required AgentResources Used { get; init; }
    public int Volumes { get; init; }
    /// <summary>Those that have their task there, or their data and no task.</summary>
    public ImmutableArray<AgentNode> Nodes { get; init; } = [];

    public static AgentDocument Of(AgentView agent, IEnumerable<AgentNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return new AgentDocument
        {
            Id = agent.Id, Hostname = agent.Hostname, Address = agent.Address, Zone = agent.Zone, Reachable = agent.Reachable, Draining = agent.Draining,
            MaintenanceStart = agent.MaintenanceStart, Offered = agent.Offered, Reserved = agent.Reserved, OfferedAt = agent.OfferedAt, Used = agent.Used,
            Volumes = agent.Volumes, Nodes = [.. nodes],
        };
    }
}

/// <summary>A cluster's node on an agent.</summary>
public sealed record AgentNode(string Cluster, uint ServerId, NodeRole Role, NodeState State)
{
    /// <summary>By the id of their agent; an agent's in the order of the clusters' names.</summary>
    public static ILookup<string, AgentNode> ByAgent(IEnumerable<ClusterView> clusters) => clusters
        .SelectMany(c => c.Nodes, (c, n) => (n.Agent, Node: new AgentNode(c.Name, n.ServerId, n.Role, n.State)))
        .Where(n => n.Agent is not null)
        .ToLookup(n => n.Agent!, n => n.Node, StringComparer.Ordinal);
}
