using Microsoft.AspNetCore.Mvc;

namespace Mysos.Host.Api.Clusters;

/// <summary>Bytes that were serialized before.</summary>
internal sealed class BytesResult(ReadOnlyMemory<byte> body, string contentType = "application/json; charset=utf-8") : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var response = context.HttpContext.Response;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        await response.BodyWriter.WriteAsync(body, context.HttpContext.RequestAborted);
    }
}
