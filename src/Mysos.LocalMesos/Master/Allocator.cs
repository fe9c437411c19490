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
    /// <param name="Allocated">What it has in use or on offer over all agents, by role.</param>
    internal sealed record FrameworkView(
        FrameworkId Id, IReadOnlyList<string> Roles, IReadOnlyList<OfferFilter> Filters,
        IReadOnlyDictionary<string, ResourceBag> Allocated);

    internal sealed record Allocation(FrameworkId FrameworkId, AgentId AgentId, string Role, ResourceBag Resources);

    /// <summary>
    /// All that is free on an agent goes to one framework and role: the role with the smallest dominant share, and in it the
    /// framework with the smallest one, that has not refused it. Reserved resources are seen by their role (and roles below
    /// it) only.
    /// </summary>
    public static IReadOnlyList<Allocation> Allocate(IReadOnlyList<AgentView> agents, IReadOnlyList<FrameworkView> frameworks)
    {
        var shares = new Shares(agents, frameworks);
        var pairs = frameworks.SelectMany(framework => framework.Roles.Select(role => (Framework: framework, Role: role))).ToArray();
        var allocations = new List<Allocation>();
        foreach (var agent in agents)
        {
            var free = agent.Available;
            var inTurn = pairs.OrderBy(pair => shares.Of(pair.Role)).ThenBy(pair => pair.Role, StringComparer.Ordinal)
                .ThenBy(pair => shares.Of(pair.Framework.Id, pair.Role)).ThenBy(pair => pair.Framework.Id.Value, StringComparer.Ordinal);
            foreach (var (framework, role) in inTurn.ToArray())
            {
                var mine = free.Where(item => IsFor(item, role));
                if (!IsAllocatable(mine) || IsRefused(framework, agent.Id, role, mine))
                    continue;
                allocations.Add(new Allocation(framework.Id, agent.Id, role, mine));
                shares.Add(framework.Id, role, mine);
                free = free.Minus(mine);
            }
        }
        return allocations;
    }

    private static bool IsFor(ResourceItem item, string role) =>
        item.ReservedFor is not { } owner || owner == role || role.StartsWith(owner + "/", StringComparison.Ordinal);

    private static bool IsAllocatable(ResourceBag bag) => bag.MilliOf("cpus") >= LeastCpus || bag.MilliOf("mem") >= LeastMem;

    private static bool IsRefused(FrameworkView framework, AgentId agent, string role, ResourceBag resources) =>
        framework.Filters.Any(filter => filter.AgentId == agent && filter.Role == role && filter.Refused.Contains(resources));

    /// <summary>Who has how much of the whole.</summary>
    private sealed class Shares
    {
        private readonly ResourceBag _total;
        private readonly Dictionary<(FrameworkId Framework, string Role), ResourceBag> _allocated;

        public Shares(IEnumerable<AgentView> agents, IEnumerable<FrameworkView> frameworks)
        {
            _total = ResourceBag.Of(agents.SelectMany(agent => agent.Total.Items));
            _allocated = frameworks
                .SelectMany(framework => framework.Allocated.Select(each => (Key: (framework.Id, each.Key), each.Value)))
                .ToDictionary(each => each.Key, each => each.Value);
        }

        public void Add(FrameworkId framework, string role, ResourceBag resources) =>
            _allocated[(framework, role)] = _allocated.GetValueOrDefault((framework, role), ResourceBag.Empty).Plus(resources);

        public double Of(FrameworkId framework, string role) =>
            Dominant(_allocated.GetValueOrDefault((framework, role), ResourceBag.Empty));

        public double Of(string role) =>
            Dominant(ResourceBag.Of(_allocated.Where(each => each.Key.Role == role).SelectMany(each => each.Value.Items)));

        private double Dominant(ResourceBag allocated) =>
            new[] { "cpus", "mem", "disk" }
                .Where(name => _total.MilliOf(name) > 0)
                .Select(name => (double)allocated.MilliOf(name) / _total.MilliOf(name))
                .DefaultIfEmpty(0)
                .Max();
    }
}
