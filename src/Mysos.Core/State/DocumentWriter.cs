namespace Mysos.Core.State;

/// <summary>
/// Writes one document again and again, never out of order: while a write is under way, newer contents wait, and only the
/// newest is written next.
/// </summary>
public sealed class DocumentWriter(IStateStore store, string key, int version, CancellationToken cancellation)
{
    private readonly Lock _gate = new();
    private int _version = version;
    private Pending? _next;
    private Pending? _running;
    private Exception? _failure;

    /// <summary>Completes when everything handed over so far is durable; fails as the store does.</summary>
    public Task Durable
    {
        get
        {
            lock (_gate)
                return (_next ?? _running)?.Done.Task ?? (_failure is null ? Task.CompletedTask : Task.FromException(_failure));
        }
    }

    /// <summary>Hands over the newest content; null deletes the document.</summary>
    /// <param name="after">It is written only once this has completed, as is what is handed over later; never when it fails.</param>
    public void Write(byte[]? content, Task? after = null)
    {
        lock (_gate)
        {
            var all = Task.WhenAll(_next?.After ?? Task.CompletedTask, after ?? Task.CompletedTask);
            _next = new Pending(content, all, _next?.Done ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (_running is not null)
                return;
            (_running, _next) = (_next, null);
        }
        _ = RunAsync(_running);
    }

    private async Task RunAsync(Pending write)
    {
        for (var current = write; current is not null; current = Next())
        {
            try
            {
                if (_failure is not null)
                    throw _failure;
                await current.After.ConfigureAwait(false);
                if (current.Content is { } json)
                {
                    _version = await store.WriteAsync(key, json, _version, cancellation).ConfigureAwait(false);
                }
                else
                {
                    await store.DeleteAsync(key, _version, cancellation).ConfigureAwait(false);
                    _version = -1;
                }
                current.Done.SetResult();
            }
            catch (Exception e)
            {
                // Nothing more can be promised of this document; whoever waits for it learns why.
                _failure = e;
                current.Done.SetException(e);
            }
        }
    }

    private Pending? Next()
    {
        lock (_gate)
        {
            (_running, _next) = (_next, null);
            return _running;
        }
    }

    private sealed record Pending(byte[]? Content, Task After, TaskCompletionSource Done);
}
