using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Core.Access;

/// <summary>Which role each request needs. A dry run needs the same as what it tells of.</summary>
public static class AccessRules
{
    public static Role Needed(ClusterRequest request) => request switch
    {
        DeleteRequest or ReplaceRequest => Role.Admin,
        _ => Role.Operator,
    };

    /// <summary>Why somebody with this role may not do what needs <paramref name="needed"/>, and who may; null when they may.</summary>
    public static string? WhyNot(Role role, Role needed) => role >= needed ? null
        : $"It needs the role {string.Join(" or ", Enum.GetValues<Role>().Where(r => r >= needed).Select(EnumWords.Of))}; yours is {EnumWords.Of(role)}.";
}
