using System.Net.Http;

namespace Mysos.Tests.Mesos;

/// <summary>What a network may do to a client's reads: each gets as few bytes as <c>next</c> says, however many have come.</summary>
internal sealed class TrickleStream(Stream inner, Func<int> next) : Stream
{
    private readonly byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;

    /// <summary>A handler as the programs use it, on such streams.</summary>
    public static SocketsHttpHandler Handler(Func<int> next) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new TrickleStream(context.PlaintextStream, next)),
    };

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // A read of nothing waits for bytes.
            return _start < _end ? 0 : await inner.ReadAsync(buffer, cancellationToken);
        }
        if (_start == _end)
            (_start, _end) = (0, await inner.ReadAsync(_buffer, cancellationToken));
        var count = Math.Min(Math.Min(buffer.Length, _end - _start), Math.Max(1, next()));
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);
    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override void Flush() => inner.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
