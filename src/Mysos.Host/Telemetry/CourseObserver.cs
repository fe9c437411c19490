using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Host.Api;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Telemetry;

/// <summary>
/// Follows all clusters' events from the start of this program on, counts them, and tells what each course took. Every
/// scheduler measures; only the one that leads traces, so that each trace is there once.
/// </summary>
internal sealed class CourseObserver(IReadModel model, IReadiness readiness, MysosMetrics metrics, CourseTraces traces, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenViews = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetUtcNow();
        var news = new FleetNews();
        metrics.CountFromZero();
        try
        {
            await foreach (var view in model.NewestAsync(Silence, time, stoppingToken))
            {
                if (view is null)
                    continue;
                foreach (var happened in news.Next(view).Events.Where(e => e.Time >= started))
                    Observe(view, happened);
                await Task.Delay(BetweenViews, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // As told.
        }
    }

    private void Observe(SchedulerView view, FleetEvent happened)
    {
        metrics.Count(happened.Kind);
        if (Course.EndedBy(view, happened) is not { Kind: not CourseKind.Pause } course)
            return;
        metrics.Measure(course);
        if (readiness.Check().Leads == true)
            traces.Tell(course);
    }
}
