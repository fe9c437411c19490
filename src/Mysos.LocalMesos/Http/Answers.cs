using System.Text;
using Microsoft.AspNetCore.Http;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>Answers and request checks in the form that Mesos gives them.</summary>
internal static class Answers
{
    private const string Json = "application/json";

    /// <summary>Plain text without a final newline; nothing at all when the text is empty.</summary>
    public static async Task WriteAsync(HttpContext context, int status, string text)
    {
        var response = context.Response;
        response.StatusCode = status;
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentLength = bytes.Length;
        if (bytes.Length == 0)
            return;
        response.ContentType = "text/plain; charset=utf-8";
        await response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    public static Task WriteAsync(HttpContext context, OperatorAnswer answer) =>
        answer.IsJson ? WriteJsonAsync(context, answer.Body) : WriteAsync(context, answer.Status, answer.Body);

    public static async Task WriteJsonAsync(HttpContext context, string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        context.Response.ContentType = Json;
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Headers of an event stream.</summary>
    public static void BeginStream(HttpContext context, string? streamId)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = Json;
        if (streamId is not null)
            context.Response.Headers["Mesos-Stream-Id"] = streamId;
    }

    /// <summary>Status and text if the request is no POST of JSON; Mesos looks at this before it reads the body.</summary>
    public static (int Status, string Text)? NotAJsonPost(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            context.Response.Headers.Allow = "POST";
            return (405, $"405 Method Not Allowed. Expecting one of {{ 'POST' }}, but received '{request.Method}'.");
        }
        if (string.IsNullOrEmpty(request.ContentType))
            return (400, "Expecting 'Content-Type' to be present");
        return request.ContentType == Json
            ? null
            : (415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
    }

    /// <summary>Whether the client takes JSON; it does if it does not say.</summary>
    public static bool AcceptsJson(HttpContext context)
    {
        var accept = context.Request.Headers.Accept.ToString();
        return accept.Length == 0
            || accept.Split(',').Select(part => part.Split(';')[0].Trim()).Any(type => type is Json or "*/*" or "application/*");
    }

    public const string NotAcceptable = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'";

    public static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream(context.Request.ContentLength is { } length and < int.MaxValue ? (int)length : 0);
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }
}
