using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Who is offered what. Pure: it knows neither events nor the clock.</summary>
internal static class Allocator
{
    /// <summary>Mesos' <c>--min_allocatable_resources</c>: <c>cpus:0.01|mem:32</c>.</summary>
    private const long LeastCpus = 10;
    private const long LeastMem = 32_000;

    internal sealed record AgentView(AgentId Id, ResourceBag Available, ResourceBag Total);

    /// <param name="Id">The framework.</param>
    /// <param name="Roles">Those that are not suppressed.</param>
    /// <param name="Filters">Those that have not run out.</param>
    /// <param name="Allocated">What it has in use or on offer, over all agents.</param>
    internal sealed record FrameworkView(
        FrameworkId Id, IReadOnlyList<string> Roles, IReadOnlyList<OfferFilter> Filters, ResourceBag Allocated);

    internal sealed record Allocation(FrameworkId FrameworkId, AgentId AgentId, string Role, ResourceBag Resources);

    /// <summary>
    /// All that is free on an agent goes to one framework and role: the one with the smallest dominant share that has not
    /// refused it. Reserved resources are seen by their role (and roles below it) only.
    /// </summary>
    public static IReadOnlyList<Allocation> Allocate(IReadOnlyList<AgentView> agents, IReadOnlyList<FrameworkView> frameworks)
    {
        var total = ResourceBag.Of(agents.SelectMany(agent => agent.Total.Items));
        var allocated = frameworks.ToDictionary(framework => framework.Id, framework => framework.Allocated);
        var allocations = new List<Allocation>();
        foreach (var agent in agents)
        {
            var free = agent.Available;
            foreach (var framework in frameworks.OrderBy(each => Share(allocated[each.Id], total)).ThenBy(each => each.Id.Value, StringComparer.Ordinal))
            {
                foreach (var role in framework.Roles)
                {
                    var mine = free.Where(item => IsFor(item, role));
                    if (!IsAllocatable(mine) || IsRefused(framework, agent.Id, role, mine))
                        continue;
                    allocations.Add(new Allocation(framework.Id, agent.Id, role, mine));
                    allocated[framework.Id] = allocated[framework.Id].Plus(mine);
                    free = free.Minus(mine);
                }
            }
        }
        return allocations;
    }

    private static bool IsFor(ResourceItem item, string role) =>
        item.ReservedFor is not { } owner || owner == role || role.StartsWith(owner + "/", StringComparison.Ordinal);

    private static bool IsAllocatable(ResourceBag bag) => bag.MilliOf("cpus") >= LeastCpus || bag.MilliOf("mem") >= LeastMem;

    private static bool IsRefused(FrameworkView framework, AgentId agent, string role, ResourceBag resources) =>
        framework.Filters.Any(filter => filter.AgentId == agent && filter.Role == role && filter.Refused.Contains(resources));

    private static double Share(ResourceBag allocated, ResourceBag total) =>
        new[] { "cpus", "mem", "disk" }
            .Where(name => total.MilliOf(name) > 0)
            .Select(name => (double)allocated.MilliOf(name) / total.MilliOf(name))
            .DefaultIfEmpty(0)
            .Max();
}
