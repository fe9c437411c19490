using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Mysos.LocalMesos.Http;

/// <summary>The event stream of one subscriber: records go out as they are sent, each in a chunk of its own.</summary>
internal sealed class RecordStream(string id)
{
    private readonly Channel<byte[]> _records = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _cut = new();
    private int _sent;

    public string Id { get; } = id;

    /// <summary>Records that are, or will be, on the wire.</summary>
    public int Sent => Volatile.Read(ref _sent);

    public void Send(byte[] record)
    {
        if (_records.Writer.TryWrite(record))
            Interlocked.Increment(ref _sent);
    }

    /// <summary>Nothing is sent after what has been.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The regular end: what was sent still goes out, then the terminating chunk.</summary>
    public void Complete()
    {
        IsComplete = true;
        _records.Writer.TryComplete();
    }

    /// <summary>The end of a process that was killed: the connection breaks.</summary>
    public void Cut() => _cut.Cancel();

    /// <summary>Writes records until the stream ends from either side.</summary>
    public async Task PumpAsync(HttpContext context)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _cut.Token);
        var body = context.Response.BodyWriter;
        try
        {
            await context.Response.StartAsync(over.Token).ConfigureAwait(false);
            await foreach (var record in _records.Reader.ReadAllAsync(over.Token).ConfigureAwait(false))
            {
                var flushed = await body.WriteAsync(record, over.Token).ConfigureAwait(false);
                if (flushed.IsCompleted)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            if (_cut.IsCancellationRequested)
                context.Abort();
        }
        catch (IOException)
        {
            // The subscriber is gone; whoever reads the end of this method sees to it.
        }
    }
}
