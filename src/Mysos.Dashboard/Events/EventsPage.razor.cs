using System.Collections.Immutable;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Events;

/// <summary>What has happened in all clusters and who wanted it, live. While it is paused nothing moves; what comes is counted.</summary>
public sealed partial class EventsPage
{
    private const int Step = 100;

    private EventLog _log = null!;
    private ImmutableArray<EventLine> _lines = [];
    private int _total;
    private int _shown = Step;
    private bool _paused;

    protected override string Path => "ui/events";

    private int New => _log.Total - _total;

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
        _log.Read(Frame.View);
        if (!_paused)
        {
            Take();
        }
    }

    protected override void OnQuery()
    {
        _log = new EventLog(Query, Frame.View);
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
