using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary>
/// A cluster's history as <see href="https://html.spec.whatwg.org/multipage/server-sent-events.html">server-sent events</see>:
/// what there is, then what happens, until the cluster is gone, the client leaves or the program stops.
/// </summary>
internal sealed class EventStream(IReadModel model, TimeProvider time)
{
    /// <summary>Shows proxies and clients that the connection lives.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task WriteAsync(string cluster, string? lastId, PipeWriter writer, CancellationToken cancellation)
    {
        Write(writer, "retry: 1000\n\n");
        await writer.FlushAsync(cancellation);
        // A view that is skipped takes no event with it: each has the whole history.
        await foreach (var view in model.NewestAsync(KeepAlive, time, cancellation))
        {
            if (view is null)
            {
                Write(writer, ":\n\n");
            }
            else if (view.Clusters.TryGetValue(cluster, out var shown))
            {
                lastId = WriteNew(writer, shown.Events, lastId);
            }
            else
            {
                Write(writer, "event: gone\ndata: {}\n\n");
                await writer.FlushAsync(cancellation);
                return;
            }

            await writer.FlushAsync(cancellation);
        }
    }

    private static string? WriteNew(PipeWriter writer, ImmutableArray<ClusterEvent> events, string? lastId)
    {
        for (var i = EventIds.FirstAfter(events, lastId); i < events.Length; i++)
        {
            lastId = EventIds.Of(events, i);
            // JSON on one line; line breaks within it are escaped.
            var json = JsonSerializer.Serialize(events[i], ReadableJson.Api.ClusterEvent);
            Write(writer, $"id: {lastId}\nevent: {OneLine(events[i].Kind)}\ndata: {json}\n\n");
        }

        return lastId;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static void Write(PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
