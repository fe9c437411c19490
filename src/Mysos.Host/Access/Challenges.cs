using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Mysos.Host.Access.Login;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Access;

/// <summary>Answers to those who are not let in.</summary>
internal static class Challenges
{
    private const string Ask = "Log in: send a name and password as 'Authorization: Basic …' (curl: --user name), or a token as 'Authorization: Bearer …'.";

    /// <param name="result">What came of what the request had; null: it had nothing.</param>
    public static Task AnswerAsync(HttpContext context, LoginResult? result, string? why = null)
    {
        if (result is LoginResult.Throttled { Wait: var wait })
            return ThrottleAsync(context, wait);
        context.Response.Headers.WWWAuthenticate = IsBrowsersScript(context.Request)
            // A browser asks for name and password by itself when it sees Basic; the page has a better way.
            ? "Bearer realm=\"Mysos\""
            : new StringValues([result is LoginResult.Refused ? "Bearer realm=\"Mysos\", error=\"invalid_token\"" : "Bearer realm=\"Mysos\"", "Basic realm=\"Mysos\", charset=\"UTF-8\""]);
        var said = why ?? (result as LoginResult.Refused)?.Why;
        return Problems.WriteAsync(context, StatusCodes.Status401Unauthorized, null, said is null ? Ask : $"{said} {Ask}");
    }

    public static Task ForbidAsync(HttpContext context) =>
        Problems.WriteAsync(context, StatusCodes.Status403Forbidden, null, "This is for other schedulers only.");

    public static Task ThrottleAsync(HttpContext context, TimeSpan wait)
    {
        SetRetryAfter(context.Response, wait);
        return Problems.WriteAsync(context, StatusCodes.Status429TooManyRequests, null, TooMany(wait));
    }

    public static string TooMany(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture,
        $"Too many wrong passwords or tokens came from this address or for this name; try again in {Math.Ceiling(wait.TotalSeconds)} seconds.");

    public static void SetRetryAfter(HttpResponse response, TimeSpan wait) =>
        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a person waits for a page, and not a program for data.</summary>
    public static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && (request.Headers["Sec-Fetch-Mode"].ToString() is { Length: > 0 } mode
            ? mode == "navigate"
            : request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase)));

    private static bool IsBrowsersScript(HttpRequest request) =>
        request.Headers.ContainsKey("Sec-Fetch-Mode") || request.Headers.ContainsKey(HeaderNames.Origin) || request.Headers.ContainsKey(HeaderNames.XRequestedWith)
        || request.Path.StartsWithSegments("/_blazor");
}
