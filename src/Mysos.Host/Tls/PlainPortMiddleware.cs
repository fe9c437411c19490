using Microsoft.AspNetCore.Connections.Features;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Tls;

/// <summary>Where TLS is spoken, what comes without it gets only what has no secrets: the executor's package, and whether Mysos works.</summary>
internal sealed class PlainPortMiddleware(RequestDelegate next)
{
    private static readonly PathString[] Plain = ["/executor", "/health", "/ready"];

    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<ITlsHandshakeFeature>() is not null || Plain.Any(path => context.Request.Path.StartsWithSegments(path))
            ? next(context)
            : Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, null, "This port is for the agents' executor package, /health and /ready; ask https:// at --port.");
}
