using System.Diagnostics;
using Mysos.Core.Clusters.History;

namespace Mysos.Host.Telemetry;

/// <summary>A course as a trace: one span for all of it, and in it one up to each event, from the one before.</summary>
internal sealed class CourseTraces(string name) : IDisposable
{
    private readonly ActivitySource _source = new(name);

    /// <summary>Costs nothing when nobody listens.</summary>
    public void Tell(Course course)
    {
        if (!_source.HasListeners())
            return;
        Activity.Current = null;
        var word = course.Kind.ToString().ToLowerInvariant();
        using var whole = Start($"mysos.{word}", default, course.Began, course);
        if (whole is null)
            return;
        var from = course.Began;
        foreach (var step in course.Steps)
        {
            using (var part = Start(step.Kind, whole.Context, from, course))
                part?.SetTag("mysos.event", step.Text).SetEndTime(step.Time.UtcDateTime);
            from = step.Time;
        }
        whole.SetEndTime(course.Ended.UtcDateTime);
        Activity.Current = null;
    }

    public void Dispose() => _source.Dispose();

    private Activity? Start(string span, ActivityContext parent, DateTimeOffset at, Course course) =>
        _source.StartActivity(span, ActivityKind.Internal, parent, [new("mysos.cluster", course.Cluster)], startTime: at);
}
