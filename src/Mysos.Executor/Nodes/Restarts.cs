namespace Mysos.Executor.Nodes;

/// <summary>How soon mysqld is started again after it ended, and when it is given up: arithmetic on times, no clock.</summary>
internal sealed class Restarts
{
    private const int MostInWindow = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly Queue<DateTimeOffset> _ends = new();

    /// <summary>The wait before the next start: 0, 1, 2, 4 s for ends within a minute; null at the fifth: give up.</summary>
    public TimeSpan? AfterEnd(DateTimeOffset now)
    {
        while (_ends.TryPeek(out var oldest) && now - oldest > Window)
            _ends.Dequeue();
        _ends.Enqueue(now);
        if (_ends.Count >= MostInWindow)
            return null;
        var wait = _ends.Count == 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(1 << (_ends.Count - 2));
        return wait < Longest ? wait : Longest;
    }
}
