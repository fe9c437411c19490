using Microsoft.AspNetCore.Http.Features;
using Mysos.Host.Composition;

namespace Mysos.Host.Api.Errors;

/// <summary>Refuses bodies that are too large, in a way that clients get to see.</summary>
internal static class LargeBodies
{
    /// <summary>How long a client may go on sending after it was refused.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Answers at once, whatever the client is still sending, and throws that away for a moment: many clients send all they have
    /// before they read, and closing under their hands would reset the connection, answer and all. Then the connection is
    /// closed.
    /// </summary>
    public static async Task RefuseAsync(HttpContext context, TimeProvider time)
    {
        LiftServersLimit(context);
        context.Response.Headers.Connection = "close";
        await Problems.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, null,
            HttpRefusals.Explain(StatusCodes.Status413PayloadTooLarge, null));
        await context.Response.CompleteAsync();

        using var enough = new CancellationTokenSource(Linger, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, context.RequestAborted);
        try
        {
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync(either.Token);
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It is gone, or sends for too long.
            context.Abort();
        }
    }

    /// <summary>Reads a body that may not be longer than <see cref="WebLimits.MaxBodyBytes"/>.</summary>
    /// <exception cref="BadHttpRequestException">413, or the body is broken off.</exception>
    public static async Task<MemoryStream> ReadAsync(HttpRequest request)
    {
        // The server's own limit would close the connection at once.
        LiftServersLimit(request.HttpContext);
        var body = new MemoryStream();
        var buffer = new byte[8192];
        while (await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted) is > 0 and var count)
        {
            if (body.Length + count > WebLimits.MaxBodyBytes)
                throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
            body.Write(buffer, 0, count);
        }

        body.Position = 0;
        return body;
    }

    private static void LiftServersLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }
}
