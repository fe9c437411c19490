using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>Agents as offers and failures show them.</summary>
internal static class Agents
{
    public static void Offered(Turn turn, IReadOnlyList<Offer> offers)
    {
        var agents = turn.State.Agents.ToBuilder();
        foreach (var offer in offers)
        {
            agents[offer.AgentId.Value] = new AgentView
            {
                Id = offer.AgentId.Value,
                Hostname = offer.Hostname,
                Address = offer.Url?.Address is { } address ? $"{address.Ip ?? address.Hostname}:{address.Port}" : null,
                Offered = Sum(offer.Resources), Reserved = Sum(offer.Resources.Where(ResourcePool.IsReserved)),
                OfferedAt = turn.Now, Zone = ZoneOf(offer, turn.Settings.SpreadBy),
            };
        }
        turn.State = turn.State with { Agents = agents.ToImmutable() };
        foreach (var offer in offers)
        {
            Maintenance.Offered(turn, offer);
            foreach (var key in turn.State.Index.On(offer.AgentId))
            {
                if (turn.Find(key.Cluster)?.Durable.Nodes[key.Number].Task is { Unreachable: true } task)
                    Reconciliation.AgentIsBack(turn, task.Id);
            }
        }
    }

    private static AgentResources Sum(IEnumerable<Resource> resources)
    {
        var (cpus, mem, disk) = (0.0, 0.0, 0.0);
        foreach (var resource in resources)
        {
            switch (resource.Name)
            {
                case "cpus": cpus += resource.Scalar?.Value ?? 0; break;
                case "mem": mem += resource.Scalar?.Value ?? 0; break;
                case "disk": disk += resource.Scalar?.Value ?? 0; break;
            }
        }
        return new AgentResources(cpus, mem, disk);
    }

    public static void MarkUnreachable(Turn turn, AgentId agent)
    {
        if (turn.State.Agents.GetValueOrDefault(agent.Value) is { } there)
            turn.State = turn.State with { Agents = turn.State.Agents.SetItem(agent.Value, there with { Reachable = false }) };
    }

    /// <summary>The agent is out of service now, or within the hour; a master on it should move.</summary>
    public static bool UnderMaintenance(SchedulerState state, AgentId agent, DateTimeOffset now) => Maintenance.Concerns(state, agent, now);

    /// <summary>What a cluster's nodes are spread over: the attribute's value, or the zone of the fault domain.</summary>
    public static string? ZoneOf(Offer offer, string? attribute)
    {
        if (attribute is null)
            return offer.Domain?.FaultDomain is { } domain ? $"{domain.Region.Name}/{domain.Zone.Name}" : null;
        var found = offer.Attributes?.FirstOrDefault(a => a.Name == attribute);
        return found?.Text?.Value ?? found?.Scalar?.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
