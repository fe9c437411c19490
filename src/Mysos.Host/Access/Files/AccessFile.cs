using System.Collections.Immutable;
using Mysos.Core.Access;

namespace Mysos.Host.Access.Files;

/// <summary>Who may log in, and as what: <c>--auth_file</c> at one time.</summary>
/// <param name="Tokens">By the hash of the token.</param>
/// <param name="OidcRoles">By a value of the claim <c>--oidc_role_claim</c>.</param>
internal sealed record AccessFile(
    ImmutableDictionary<string, UserEntry> Users,
    ImmutableDictionary<string, TokenEntry> Tokens,
    ImmutableDictionary<string, Role> OidcRoles)
{
    public static AccessFile Empty { get; } = new(
        ImmutableDictionary<string, UserEntry>.Empty, ImmutableDictionary<string, TokenEntry>.Empty, ImmutableDictionary<string, Role>.Empty);

    /// <summary>The highest role of those that the values stand for; null: none.</summary>
    public Role? OidcRole(IEnumerable<string> values)
    {
        Role? highest = null;
        foreach (var value in values)
        {
            if (OidcRoles.TryGetValue(value, out var role) && (highest is null || role > highest))
                highest = role;
        }
        return highest;
    }
}

internal sealed record UserEntry(string Name, Role Role, string PasswordHash);

internal sealed record TokenEntry(string Name, Role Role);
