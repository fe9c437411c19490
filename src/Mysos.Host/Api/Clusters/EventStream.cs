using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Host.Api.Events;

namespace Mysos.Host.Api.Clusters;

/// <summary>A cluster's history: what there is, then what happens, until the cluster is gone.</summary>
internal sealed class EventStream(IReadModel model, TimeProvider time)
{
    public async Task WriteAsync(string cluster, string? lastId, PipeWriter writer, CancellationToken cancellation)
    {
        // A view that is skipped takes no event with it: each has the whole history.
        await foreach (var view in model.NewestAsync(ServerSentEvents.KeepAlive, time, cancellation))
        {
            if (view is null)
            {
                ServerSentEvents.WriteKeepAlive(writer);
            }
            else if (view.Clusters.TryGetValue(cluster, out var shown))
            {
                lastId = WriteNew(writer, shown.Events, lastId);
            }
            else
            {
                ServerSentEvents.Write(writer, id: null, PastCluster.GoneKind, "{}");
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
            ServerSentEvents.Write(writer, lastId, events[i].Kind, JsonSerializer.Serialize(events[i], ReadableJson.Api.ClusterEvent));
        }

        return lastId;
    }
}
