using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Operators;

/// <summary>What a role's frameworks have.</summary>
/// <param name="Name">The role.</param>
/// <param name="Members">Its frameworks.</param>
/// <param name="Allocated">Used by tasks and executors.</param>
/// <param name="Offered">In offers.</param>
/// <param name="Reserved">Reserved for it on all agents, used or not.</param>
internal sealed record RoleUse(
    string Name, IReadOnlyList<FrameworkEntry> Members, ResourceBag Allocated, ResourceBag Offered, ResourceBag Reserved)
{
    /// <summary>Every role that a framework is in.</summary>
    public static IEnumerable<RoleUse> All(MasterState state) => state.Frameworks.Values.SelectMany(framework => framework.Roles)
        .Distinct().Order(StringComparer.Ordinal).Select(role => Of(state, role));

    private static RoleUse Of(MasterState state, string role)
    {
        var members = state.Frameworks.Values.Where(framework => framework.Roles.Contains(role)).ToArray();
        return new RoleUse(
            role, members,
            ResourceBag.Of(members.SelectMany(framework => state.Agents.Keys.SelectMany(framework.UsedBy))
                .Where(each => each.Role == role).SelectMany(each => each.Resources.Items)),
            ResourceBag.Of(state.Offers.Values.Where(offer => offer.Role == role).SelectMany(offer => offer.Resources.Items)),
            ResourceBag.Of(state.Agents.Values.SelectMany(agent => agent.Total.Items).Where(item => item.ReservedFor == role)));
    }
}
