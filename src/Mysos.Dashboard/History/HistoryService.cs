using Microsoft.Extensions.Hosting;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.History;

/// <summary>Looks at all clusters every <see cref="ClusterHistory.Interval"/>.</summary>
internal sealed class HistoryService(IReadModel model, ClusterHistory history, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ClusterHistory.Interval, time);
        do
        {
            history.Add(model.Current, time.GetUtcNow());
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
