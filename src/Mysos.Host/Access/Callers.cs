using System.Security.Claims;
using Mysos.Core.Access;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Host.Access;

/// <summary>Who a request or a circuit comes from, as claims and out of them.</summary>
internal static class Callers
{
    public const string FromClaim = "mysos:from";

    /// <summary>Null: nobody who may do anything.</summary>
    public static Actor? Of(ClaimsPrincipal principal) =>
        principal.FindFirst(ClaimTypes.Role)?.Value is { } word && Parse(word) is { } role
            ? new Actor(principal.FindFirst(ClaimTypes.Name)?.Value, From(principal), role)
            : null;

    public static string From(ClaimsPrincipal principal) => principal.FindFirst(FromClaim)?.Value ?? "unknown";

    public static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress is not { } address ? "unknown"
        : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    public static IEnumerable<Claim> Claims(Actor actor)
    {
        if (actor.Name is { } name)
            yield return new Claim(ClaimTypes.Name, name);
        yield return new Claim(ClaimTypes.Role, EnumWords.Of(actor.Role));
        yield return new Claim(FromClaim, actor.From);
    }

    public static Role? Parse(string word)
    {
        foreach (var role in Enum.GetValues<Role>())
        {
            if (EnumWords.Of(role) == word)
                return role;
        }
        return null;
    }
}

/// <summary>Notes where each request comes from; where no login is asked for, everybody may do everything.</summary>
internal sealed class CallerMiddleware(RequestDelegate next, AccessSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!context.User.HasClaim(c => c.Type == Callers.FromClaim))
        {
            var from = Callers.AddressOf(context);
            context.User.AddIdentity(new ClaimsIdentity(
                settings.AsksForLogin ? [new Claim(Callers.FromClaim, from)] : Callers.Claims(new Actor(null, from, Role.Admin))));
        }
        return next(context);
    }
}
