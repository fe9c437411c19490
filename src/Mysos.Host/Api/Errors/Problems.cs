using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Mysos.Host.Api.Errors;

/// <summary>Writes error answers.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    public static byte[] Body(int status, string? field, string detail)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        return JsonSerializer.SerializeToUtf8Bytes(
            new ProblemBody("about:blank", title.Length > 0 ? title : "Error", status, detail, field),
            ReadableJson.Problems.ProblemBody);
    }

    /// <summary>Answers with a problem. The response must not have started.</summary>
    public static Task WriteAsync(HttpContext context, int status, string? field, string detail)
    {
        var body = Body(status, field, detail);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = ContentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
