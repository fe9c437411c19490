using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Sessions;
using Mysos.Host.Client;

namespace Mysos.Host.Access;

/// <summary>Logging in with OpenID Connect: the code flow with PKCE; the session that follows is like any other.</summary>
internal static class OidcLogin
{
    private const string Way = "OpenID Connect";
    private const int LongestName = 64;

    /// <summary>What a provider may call somebody, the most readable first.</summary>
    private static readonly string[] NameClaims = ["preferred_username", "email", "name", "sub"];

    public static void AddMysosOidc(this AuthenticationBuilder authentication, OidcSettings settings) =>
        authentication.AddOpenIdConnect(Schemes.Oidc, options =>
        {
            options.Authority = settings.Authority.ToString();
            options.RequireHttpsMetadata = settings.Authority.Scheme == "https";
            options.ClientId = settings.ClientId;
            options.ClientSecret = settings.ClientSecret;
            options.ResponseType = "code";
            // The answer comes as a link, not as a form of another site.
            options.ResponseMode = "query";
            options.UsePkce = true;
            options.MapInboundClaims = false;
            options.SaveTokens = false;
            options.GetClaimsFromUserInfoEndpoint = true;
            options.ClaimActions.MapJsonKey(settings.RoleClaim, settings.RoleClaim);
            options.Scope.Clear();
            foreach (var scope in (string[])["openid", "profile", "email"])
                options.Scope.Add(scope);
            options.CallbackPath = "/login/oidc/callback";
            options.SignInScheme = Schemes.Session;
            foreach (var cookie in (CookieBuilder[])[options.NonceCookie, options.CorrelationCookie])
            {
                // They have to come along on the way back from the provider's site.
                cookie.SameSite = SameSiteMode.Lax;
                cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            }
            options.Events = new OpenIdConnectEvents
            {
                OnTicketReceived = context => ReceivedAsync(context, settings),
                OnRemoteFailure = context =>
                {
                    Audit(context.HttpContext).NotLoggedIn(null, Callers.AddressOf(context.HttpContext), Way, context.Failure?.Message ?? "no reason is given");
                    return SendBackAsync(context, OidcProblems.Failed);
                },
            };
        });

    private static Task ReceivedAsync(TicketReceivedContext context, OidcSettings settings)
    {
        var services = context.HttpContext.RequestServices;
        var from = Callers.AddressOf(context.HttpContext);
        var claims = context.Principal!;
        var name = Name(claims);
        var session = Session.OfOidc(name, claims.FindAll(settings.RoleClaim).Select(c => c.Value), services.GetRequiredService<TimeProvider>().GetUtcNow());
        if (session.RoleBy(services.GetRequiredService<AccessDirectory>().Current) is null)
        {
            Audit(context.HttpContext).NotLoggedIn(name, from, Way, $"no value of the claim {settings.RoleClaim} leads to a role");
            return SendBackAsync(context, OidcProblems.NoRole);
        }
        context.Principal = session.ToPrincipal();
        context.Properties = new AuthenticationProperties { IsPersistent = false, RedirectUri = context.Properties?.RedirectUri };
        Audit(context.HttpContext).LoggedIn(name, from, Way);
        return Task.CompletedTask;
    }

    private static Task SendBackAsync(HandleRequestContext<RemoteAuthenticationOptions> context, string problem)
    {
        context.Response.Redirect($"{context.Request.PathBase}/login/done{QueryString.Create("problem", problem)}");
        context.HandleResponse();
        return Task.CompletedTask;
    }

    /// <summary>Marked, so that nobody can be called like somebody in the file.</summary>
    private static string Name(ClaimsPrincipal claims)
    {
        var name = NameClaims.Select(claims.FindFirst).FirstOrDefault(c => !string.IsNullOrWhiteSpace(c?.Value))?.Value ?? "somebody";
        return $"{Table.Printable(name.Length <= LongestName ? name : name[..LongestName])} (oidc)";
    }

    private static AuditLog Audit(HttpContext context) => context.RequestServices.GetRequiredService<AuditLog>();
}
