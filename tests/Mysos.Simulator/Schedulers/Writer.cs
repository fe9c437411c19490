namespace Mysos.Simulator.Schedulers;

/// <summary>Writes one document, as <c>DocumentWriter</c> does: one write at a time, and of what waits only the newest.</summary>
/// <param name="write">Content, the version there is, and what to call with the new one.</param>
internal sealed class Writer(int version, Action<object?, int, Action<int>> write)
{
    private readonly List<Action> _runningWaits = [];
    private List<Action> _nextWaits = [];
    private int _version = version;
    private object? _next;
    private bool _hasNext;

    public bool Busy { get; private set; }

    /// <param name="content">Null deletes the document.</param>
    public void Write(object? content)
    {
        if (Busy)
        {
            (_next, _hasNext) = (content, true);
            return;
        }
        Begin(content);
    }

    /// <summary>Once all that was handed over so far is durable.</summary>
    public void WhenDurable(Action then) => (_hasNext ? _nextWaits : _runningWaits).Add(then);

    private void Begin(object? content)
    {
        Busy = true;
        write(content, _version, now =>
        {
            _version = content is null ? -1 : now;
            var waits = _runningWaits.ToArray();
            _runningWaits.Clear();
            Busy = false;
            if (_hasNext)
            {
                var next = _next;
                (_next, _hasNext) = (null, false);
                _runningWaits.AddRange(_nextWaits);
                _nextWaits = [];
                Begin(next);
            }
            foreach (var then in waits)
                then();
        });
    }
}
