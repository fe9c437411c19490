using Mysos.Core.Clusters;
using Mysos.Host.Access;

namespace Mysos.Host.Api.Errors;

/// <summary>
/// Every error leaves as a problem: refusals that were thrown, faults (without their inner workings), and statuses
/// that routing set without saying anything.
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, TimeProvider time, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (RequestException e) when (!context.Response.HasStarted)
        {
            if (e.RetryAfter is { } wait)
                Challenges.SetRetryAfter(context.Response, wait);
            await Problems.WriteAsync(context, e.Status, e.Field, e.Message);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge && !context.Response.HasStarted)
        {
            await LargeBodies.RefuseAsync(context, time);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, e.StatusCode, null, HttpRefusals.Explain(e.StatusCode, e.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Unexpected(e, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            await Problems.WriteAsync(context, StatusCodes.Status500InternalServerError, null,
                $"Mysos failed to handle this request; its log has the reason under {context.TraceIdentifier}.");
        }

        var response = context.Response;
        if (response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null && response.ContentLength is null)
        {
            await Problems.WriteAsync(context, response.StatusCode, null, Explain(context));
        }
    }

    private static string Explain(HttpContext context)
    {
        var request = context.Request;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound =>
                $"There is nothing at {Shown(request.Path)}. Clusters are at /clusters/<name>; /openapi/v1.json lists all there is.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{Shown(request.Method)} is not possible at {Shown(request.Path)}; {context.Response.Headers.Allow} is.",
            var status => HttpRefusals.Explain(status, null),
        };
    }

    private static string Shown(string? text) => text is null ? "" : text.Length <= 100 ? text : text[..100] + "…";

    [LoggerMessage(100, LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
    private partial void Unexpected(Exception e, string method, string path, string traceId);
}
