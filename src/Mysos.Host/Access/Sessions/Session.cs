using System.Collections.Immutable;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Mysos.Core.Access;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Access.Sessions;

/// <summary>A login in a browser. It lies in the cookie, without a role: what somebody may do is looked up each time.</summary>
/// <param name="Stamp">Of the password that it was begun with; null: with OpenID Connect.</param>
/// <param name="OidcValues">Of the claim that leads to roles.</param>
internal sealed record Session(string Id, string Name, DateTimeOffset Began, string? Stamp, ImmutableArray<string> OidcValues)
{
    private const string IdClaim = "mysos:session";
    private const string BeganClaim = "mysos:began";
    private const string StampClaim = "mysos:stamp";
    private const string OidcClaim = "mysos:oidc";

    public static Session Of(UserEntry user, DateTimeOffset now) => new(NewId(), user.Name, now, StampOf(user), []);

    public static Session OfOidc(string name, IEnumerable<string> values, DateTimeOffset now) => new(NewId(), name, now, null, [.. values]);

    /// <summary>Null when the claims are no session's.</summary>
    public static Session? Of(ClaimsPrincipal principal) =>
        principal.FindFirst(IdClaim)?.Value is { } id
        && principal.FindFirst(ClaimTypes.Name)?.Value is { } name
        && long.TryParse(principal.FindFirst(BeganClaim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var began)
            ? new Session(id, name, DateTimeOffset.FromUnixTimeSeconds(began), principal.FindFirst(StampClaim)?.Value,
                [.. principal.FindAll(OidcClaim).Select(c => c.Value)])
            : null;

    public ClaimsPrincipal ToPrincipal(params IEnumerable<Claim> more)
    {
        Claim[] own =
        [
            new(IdClaim, Id), new(BeganClaim, Began.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            .. Stamp is null ? [] : (Claim[])[new(StampClaim, Stamp)],
            .. OidcValues.Select(value => new Claim(OidcClaim, value)),
        ];
        return new ClaimsPrincipal(new ClaimsIdentity([.. own, .. more.DefaultIfEmpty(new Claim(ClaimTypes.Name, Name))], Schemes.Session));
    }

    /// <summary>The role that it has by this file; null when it counts no longer.</summary>
    public Role? RoleBy(AccessFile file) => Stamp is null ? file.OidcRole(OidcValues)
        : file.Users.TryGetValue(Name, out var user) && StampOf(user) == Stamp ? user.Role
        : null;

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static string StampOf(UserEntry user) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(user.PasswordHash)))[..32];
}
