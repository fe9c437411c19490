using System.Collections.Concurrent;
using Mysos.Core.State;

namespace Mysos.Tests.Scheduling;

/// <summary>A store whose writes can be held up, to look at what happens meanwhile.</summary>
internal sealed class GatedStore : IStateStore
{
    private readonly System.Threading.Channels.Channel<string> _waiting = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private volatile TaskCompletionSource? _gate;
    private string? _closedFor;

    public ConcurrentDictionary<string, byte[]> Documents { get; } = new();
    public System.Threading.Channels.ChannelReader<string> Waiting => _waiting.Reader;
    public bool Conflict { get; set; }

    public void Close(string? key = null)
    {
        _closedFor = key;
        _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Open()
    {
        var gate = _gate;
        _gate = null;
        gate?.SetResult();
    }

    public Task<IReadOnlyDictionary<string, StoredDocument>> LoadAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, StoredDocument>>(new Dictionary<string, StoredDocument>());

    public async Task<int> WriteAsync(string key, byte[] json, int expectedVersion, CancellationToken cancellation)
    {
        if (_gate is { } gate && (_closedFor is null || _closedFor == key))
        {
            _waiting.Writer.TryWrite(key);
            await gate.Task.WaitAsync(cancellation);
        }
        if (Conflict)
            throw new ConflictException(key);
        Documents[key] = json;
        return expectedVersion + 1;
    }

    public Task DeleteAsync(string key, int expectedVersion, CancellationToken cancellation)
    {
        Documents.TryRemove(key, out _);
        return Task.CompletedTask;
    }
}
