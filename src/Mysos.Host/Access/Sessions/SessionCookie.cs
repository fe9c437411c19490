using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Mysos.Host.Access.Sessions;

/// <summary>The cookie of the dashboard: for this site alone, out of scripts' reach, gone with the browser.</summary>
internal static class SessionCookie
{
    public const string LoginPath = "/login";
    public const string ReturnParameter = "return";

    /// <param name="tls">Mysos itself speaks TLS.</param>
    public static void Configure(CookieAuthenticationOptions options, bool tls)
    {
        // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
        options.Cookie.Name = tls ? "__Host-mysos" : "mysos";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = Secure(tls);
        options.Cookie.Path = "/";
        options.Cookie.IsEssential = true;
        options.ExpireTimeSpan = SessionRules.Idle;
        options.SlidingExpiration = true;
        options.Events = new CookieAuthenticationEvents
        {
            OnValidatePrincipal = ValidateAsync,
            OnRedirectToLogin = context =>
            {
                if (!Challenges.IsNavigation(context.Request))
                    return Challenges.AnswerAsync(context.HttpContext, null);
                var request = context.Request;
                context.Response.Redirect($"{request.PathBase}{LoginPath}{QueryString.Create(ReturnParameter, request.PathBase + request.Path + request.QueryString)}");
                return Task.CompletedTask;
            },
            OnRedirectToAccessDenied = context => Challenges.ForbidAsync(context.HttpContext),
        };
    }

    public static CookieSecurePolicy Secure(bool tls) => tls ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    public static Task SignInAsync(HttpContext context, Session session) =>
        context.SignInAsync(Schemes.Session, session.ToPrincipal(), new AuthenticationProperties { IsPersistent = false });

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var rules = context.HttpContext.RequestServices.GetRequiredService<SessionRules>();
        if (Session.Of(context.Principal!) is { } session && rules.ActorOf(session, Callers.AddressOf(context.HttpContext)) is { } actor)
        {
            context.ReplacePrincipal(session.ToPrincipal(Callers.Claims(actor)));
            return;
        }
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(Schemes.Session);
    }
}
