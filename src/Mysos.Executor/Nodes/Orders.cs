using Mysos.Core.Protocol;

namespace Mysos.Executor.Nodes;

/// <summary>The newest directive. Older ones that come late change nothing.</summary>
/// <param name="waiters">How those that wait for a change go on: see <see cref="TaskCompletionSource(TaskCreationOptions)"/>.</param>
internal sealed class Orders(
    string taskId, TimeProvider time, TaskCreationOptions waiters = TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(waiters);
    private Directive? _newest;
    private bool _void;
    private long _heardAt = time.GetTimestamp();

    /// <summary>What is to hold; null before the first, and after <see cref="Forget"/>.</summary>
    public Directive? Current
    {
        get
        {
            lock (_lock)
                return _void ? null : _newest;
        }
    }

    /// <summary>The version of the newest directive that came, even one that is forgotten.</summary>
    public long NewestVersion
    {
        get
        {
            lock (_lock)
                return _newest?.Version ?? 0;
        }
    }

    /// <summary>For how long no directive has come, not even one that says the same again.</summary>
    public TimeSpan Unheard
    {
        get
        {
            lock (_lock)
                return time.GetElapsedTime(_heardAt);
        }
    }

    /// <summary>Completes with the next change or <see cref="Nudge"/>. Take it before reading <see cref="Current"/>.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>False when it is for another task or older than what was taken before.</summary>
    public bool Take(Directive directive)
    {
        lock (_lock)
        {
            if (directive.TaskId != taskId
                || (_newest is { } newest && (directive.Version < newest.Version || directive.Epoch < newest.Epoch)))
                return false;
            _newest = directive;
            _void = false;
            _heardAt = time.GetTimestamp();
        }
        Nudge();
        return true;
    }

    /// <summary>
    /// The directive counts no more until it, or a newer one, comes again. A master whose mysqld has ended may have been
    /// replaced: it takes writes again only when it is told so after that.
    /// </summary>
    public void Forget()
    {
        lock (_lock)
            _void = true;
    }

    public void Nudge()
    {
        TaskCompletionSource before;
        lock (_lock)
            (before, _changed) = (_changed, new TaskCompletionSource(waiters));
        before.SetResult();
    }
}
