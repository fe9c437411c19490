using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Access;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Login;
using Mysos.Host.Api.Guards;

namespace Mysos.Host.Access.Sessions;

/// <summary>Logging in and out with a browser. Where no login is asked for there is nothing here.</summary>
[ApiController]
[ApiExplorerSettings(IgnoreApi = true)]
internal sealed class LoginController(AccessSettings settings, IServiceProvider services) : ControllerBase
{
    private const int LongestName = 64;

    [HttpGet("login")]
    [AllowAnonymous]
    public IResult Show([FromQuery(Name = SessionCookie.ReturnParameter)] string? back)
    {
        RequireLogin();
        return User.Identity?.IsAuthenticated == true ? TypedResults.LocalRedirect(Local(back)) : Page(back, null, null);
    }

    [HttpPost("login")]
    [AllowAnonymous]
    public async Task<IResult> LogInAsync()
    {
        RequireLogin();
        RequireOwnSite();
        var form = await Request.ReadFormAsync(HttpContext.RequestAborted);
        var (name, password, back) = (form["name"].ToString().Trim(), form["password"].ToString(), form[SessionCookie.ReturnParameter].ToString());
        var from = Callers.AddressOf(HttpContext);
        var result = name.Length is 0 or > LongestName ? new LoginResult.Refused("Give a name and a password.")
            : await services.GetRequiredService<Logins>().PasswordAsync(name, password, from, "login page", HttpContext.RequestAborted);
        switch (result)
        {
            case LoginResult.Throttled { Wait: var wait }:
                Challenges.SetRetryAfter(Response, wait);
                return Page(back, name, Challenges.TooMany(wait), StatusCodes.Status429TooManyRequests);
            case LoginResult.Refused { Why: var why }:
                return Page(back, name, why, StatusCodes.Status401Unauthorized);
        }
        var user = services.GetRequiredService<AccessDirectory>().Current.Users[name];
        await SessionCookie.SignInAsync(HttpContext, Session.Of(user, services.GetRequiredService<TimeProvider>().GetUtcNow()));
        services.GetRequiredService<AuditLog>().LoggedIn(name, from, "login page");
        return TypedResults.LocalRedirect(Local(back));
    }

    /// <summary>Sends the browser to the provider of OpenID Connect.</summary>
    [HttpGet("login/oidc")]
    [AllowAnonymous]
    public IActionResult LogInElsewhere([FromQuery(Name = SessionCookie.ReturnParameter)] string? back)
    {
        RequireLogin();
        if (settings.Oidc is null)
            throw new RequestException(StatusCodes.Status404NotFound, null, "This Mysos has no provider of OpenID Connect (--oidc_authority).");
        var done = $"{Request.PathBase}/login/done?{SessionCookie.ReturnParameter}={Uri.EscapeDataString(Local(back))}";
        return Challenge(new AuthenticationProperties { RedirectUri = done }, Schemes.Oidc);
    }

    /// <summary>
    /// The way back from the provider ends here: a browser that comes from another site shows no cookie of
    /// <see href="https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#strict">SameSite=Strict</see> until
    /// a page of this site has led it on.
    /// </summary>
    [HttpGet("login/done")]
    [AllowAnonymous]
    public IResult Done([FromQuery(Name = SessionCookie.ReturnParameter)] string? back, [FromQuery] string? problem)
    {
        RequireLogin();
        return problem is null
            ? new RazorComponentResult<LoggedInPage>(new { Base = $"{Request.PathBase}/", Next = Local(back) })
            : Page(back, null, OidcProblems.Explain(problem, settings.Oidc), StatusCodes.Status403Forbidden);
    }

    [HttpPost("logout")]
    [AllowAnonymous]
    public async Task<IResult> LogOutAsync()
    {
        RequireLogin();
        RequireOwnSite();
        if (Session.Of(User) is { } session)
        {
            services.GetRequiredService<SessionRules>().End(session);
            services.GetRequiredService<AuditLog>().LoggedOut(session.Name, Callers.AddressOf(HttpContext));
        }
        await HttpContext.SignOutAsync(Schemes.Session);
        Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return TypedResults.LocalRedirect($"{Request.PathBase}{SessionCookie.LoginPath}");
    }

    /// <summary>Asked by a page while somebody uses it, so that the cookie is renewed.</summary>
    [HttpGet("session")]
    public IActionResult Renew() => NoContent();

    private RazorComponentResult<LoginPage> Page(string? back, string? name, string? problem, int status = StatusCodes.Status200OK)
    {
        Response.Headers.CacheControl = "no-store";
        return new(new
        {
            Base = $"{Request.PathBase}/", Back = Local(back), Name = name, Problem = problem,
            Provider = settings.Oidc?.Authority.Host, Passwords = services.GetRequiredService<AccessDirectory>().Current.Users.Count > 0,
        })
        { StatusCode = status };
    }

    /// <summary>A path on this site; the dashboard when it leads elsewhere.</summary>
    private string Local(string? back) => Url.IsLocalUrl(back) ? back : $"{Request.PathBase}/";

    private void RequireLogin()
    {
        if (!settings.AsksForLogin)
            throw new RequestException(StatusCodes.Status404NotFound, null, "This Mysos asks for no login.");
    }

    private void RequireOwnSite()
    {
        if (RequestSites.Of(Request) != RequestSite.Own)
            throw new RequestException(StatusCodes.Status403Forbidden, null, "The login page alone sends this; programs send an Authorization header with each request.");
    }
}
