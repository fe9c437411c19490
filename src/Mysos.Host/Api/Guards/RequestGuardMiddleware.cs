using Microsoft.AspNetCore.Http.Features;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;
using Mysos.Host.Composition;

namespace Mysos.Host.Api.Guards;

/// <summary>
/// Refuses, before anything is read or routed: paths with <c>.</c> and <c>..</c> in them, however encoded (the server would
/// resolve them, so that <c>DELETE /clusters/a/../b</c> meant another cluster than it seems to); bodies that are too large;
/// and writes and live connections that a browser sends for another site.
/// </summary>
internal sealed class RequestGuardMiddleware(RequestDelegate next, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (HasDotSegment(context.Features.Get<IHttpRequestFeature>()?.RawTarget))
        {
            throw new RequestException(StatusCodes.Status400BadRequest, "cluster_name",
                "The path has '.' or '..' as a part; write the path out, with a cluster name of lower-case letters, digits, '-' and '_'.");
        }

        if (context.Request.ContentLength > WebLimits.MaxBodyBytes)
        {
            return LargeBodies.RefuseAsync(context, time);
        }

        if ((RequestSites.IsWrite(context.Request) || IsWebSocket(context.Request)) && RequestSites.Of(context.Request) == RequestSite.Other)
        {
            throw new RequestException(StatusCodes.Status403Forbidden, null,
                "A web page of another site sent this request; use the dashboard, or a client that is no browser.");
        }

        return next(context);
    }

    internal static bool HasDotSegment(string? rawTarget)
    {
        if (rawTarget is null)
        {
            return false;
        }

        var end = rawTarget.IndexOfAny(['?', '#']);
        var path = end < 0 ? rawTarget : rawTarget[..end];
        if (!path.Contains('.', StringComparison.Ordinal) && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return path.Split('/').Any(s => s.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..");
    }

    /// <summary>Like a write, one from another site would come with the cookies of this one.</summary>
    private static bool IsWebSocket(HttpRequest request) =>
        request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);
}
