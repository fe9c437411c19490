using System.IO.Pipelines;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Host.Api.Events;

/// <summary>The history of all clusters: what there is, then what happens. A cluster that ceases to be is told of as <c>gone</c>, whatever kinds are asked for.</summary>
internal sealed class FleetEventStream(IReadModel model, TimeProvider time)
{
    /// <summary>What a busy second changes is looked at so often, not a thousand times.</summary>
    private static readonly TimeSpan BetweenViews = TimeSpan.FromMilliseconds(50);

    public async Task WriteAsync(EventQuery query, PipeWriter writer, CancellationToken cancellation)
    {
        var news = new FleetNews(query.Wants);
        var first = true;
        await foreach (var view in model.NewestAsync(ServerSentEvents.KeepAlive, time, cancellation))
        {
            if (view is null)
            {
                ServerSentEvents.WriteKeepAlive(writer);
                await writer.FlushAsync(cancellation);
                continue;
            }
            var next = news.Next(view);
            FleetEvent[] events = [.. first ? FleetHistory.Of(next, query) : next.Events.Where(query.Wants)];
            foreach (var happened in events)
                ServerSentEvents.Write(writer, happened.Id, happened.Kind, JsonSerializer.Serialize(happened, ReadableJson.Api.FleetEvent));
            foreach (var name in next.Gone.Except(events.Where(e => e.Kind == PastCluster.GoneKind).Select(e => e.Cluster)))
                ServerSentEvents.Write(writer, id: null, PastCluster.GoneKind, $"{{\"cluster\":\"{name}\"}}");
            first = false;
            await writer.FlushAsync(cancellation);
            await Task.Delay(BetweenViews, time, cancellation);
        }
    }
}
