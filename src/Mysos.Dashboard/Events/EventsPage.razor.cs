using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Events;

/// <summary>What has happened in all clusters and who wanted it, live. While it is paused nothing moves; what comes is counted.</summary>
public sealed partial class EventsPage
{
    private const int Step = 100;

    private static readonly string s_kept = string.Create(CultureInfo.InvariantCulture,
        $"Of each cluster the last {EventRetention.Newest} events are kept, and the last {EventRetention.NewestAskedFor} that somebody asked for; when it is gone, for {PastClusters.Kept.Days} days.");

    private static readonly (EventSpan? Span, string Text)[] s_spans =
        [(null, "Any time"), (EventSpan.Hour, "Last hour"), (EventSpan.Day, "Last day"), (EventSpan.Week, "Last week")];

    private EventLog _log = null!;
    private ImmutableArray<EventLine> _lines = [];
    private int _total;
    private int _shown = Step;
    private bool _paused;

    protected override string Path => "ui/events";

    private int New => _log.Total - _total;

    /// <summary>A cluster of that name may be another one.</summary>
    private bool Lives(FleetEvent e) => Frame.View.Clusters.TryGetValue(e.Cluster, out var cluster) && cluster.Created == e.ClusterCreated;

    private IEnumerable<string> Kinds => Query.Kind.Length == 0 || EventPresentation.Kinds.Contains(Query.Kind)
        ? EventPresentation.Kinds
        : EventPresentation.Kinds.Append(Query.Kind);

    protected override void OnFrame()
    {
        if (_log is null)
        {
            OnQuery();
            return;
        }
        _log.Read(Frame.View, Frame.Now);
        if (!_paused)
        {
            Take();
        }
    }

    protected override void OnQuery()
    {
        _log = new EventLog(Query, Frame.View, Frame.Now);
        _shown = Step;
        Take();
    }

    private void Toggle()
    {
        _paused = !_paused;
        Take();
    }

    private void Take() => (_lines, _total) = (_log.Lines, _log.Total);
}
