using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;
using Mysos.Host.Composition;

namespace Mysos.Host.Api.Guards;

/// <summary>
/// Refuses, before anything is read or routed: paths with <c>.</c> and <c>..</c> in them, however encoded (the server would
/// resolve them, so that <c>DELETE /clusters/a/../b</c> meant another cluster than it seems to); bodies that are too large;
/// and writes that a browser sends for another site.
/// </summary>
internal sealed class RequestGuardMiddleware(RequestDelegate next, TimeProvider time)
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);
    private const long DrainBytes = 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        if (HasDotSegment(context.Features.Get<IHttpRequestFeature>()?.RawTarget))
        {
            throw new RequestException(StatusCodes.Status400BadRequest, "cluster_name",
                "The path has '.' or '..' as a part; write the path out, with a cluster name of lower-case letters, digits, '-' and '_'.");
        }

        if (context.Request.ContentLength > WebLimits.MaxBodyBytes)
        {
            return RefuseBodyAsync(context);
        }

        if (IsWrite(context.Request.Method) && IsFromAnotherSite(context.Request))
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

    private static bool IsWrite(string method) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    private static bool IsFromAnotherSite(HttpRequest request)
    {
        // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is not ("same-origin" or "none");
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 &&
            !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Answers at once and reads on for a moment: a client that is still sending gets to see the answer, where closing
    /// under its hands would reset the connection.
    /// </summary>
    private async Task RefuseBodyAsync(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        await Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, null,
            HttpRefusals.Explain(StatusCodes.Status413PayloadTooLarge, null));
        await context.Response.CompleteAsync();

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        using var enough = new CancellationTokenSource(DrainTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, context.RequestAborted);
        try
        {
            for (var drained = 0L; drained < DrainBytes;)
            {
                var read = await context.Request.BodyReader.ReadAsync(either.Token);
                drained += read.Buffer.Length;
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone or slow; it has its answer.
        }

        context.Abort();
    }
}
