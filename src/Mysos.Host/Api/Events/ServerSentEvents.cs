using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Mysos.Host.Access;

namespace Mysos.Host.Api.Events;

/// <summary>
/// An answer of <see href="https://html.spec.whatwg.org/multipage/server-sent-events.html">server-sent events</see>: it ends when
/// it is complete, the reader leaves or is to say again who it is, or the program stops. Readers come back, to the next leader too, with their last id.
/// </summary>
internal static class ServerSentEvents
{
    public const string ContentType = "text/event-stream";

    /// <summary>Shows proxies and clients that the connection lives.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static async Task SendAsync(HttpContext context, IHostApplicationLifetime lifetime, LongAnswers answers, Func<PipeWriter, CancellationToken, Task> write)
    {
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        using var rights = answers.Limit(end);
        try
        {
            Write(response.BodyWriter, "retry: 1000\n\n");
            await response.BodyWriter.FlushAsync(end.Token);
            await write(response.BodyWriter, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // As told.
        }
    }

    public static void WriteKeepAlive(PipeWriter writer) => Write(writer, ":\n\n");

    /// <param name="id">Null: it is no place to go on from.</param>
    /// <param name="json">On one line.</param>
    public static void Write(PipeWriter writer, string? id, string kind, string json) =>
        Write(writer, $"{(id is null ? "" : $"id: {id}\n")}event: {kind.ReplaceLineEndings(" ")}\ndata: {json}\n\n");

    private static void Write(PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
