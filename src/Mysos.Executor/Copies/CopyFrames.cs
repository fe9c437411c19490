using System.Buffers.Binary;

namespace Mysos.Executor.Copies;

/// <summary>
/// Bytes of unknown number through a connection, each chunk with its length (4 bytes, big-endian) before it, and a length of 0
/// once all is said: an end without it is a broken one.
/// </summary>
internal static class CopyFrames
{
    private const int ChunkSize = 256 << 10;

    /// <param name="ended">Throws when what was read is not whole.</param>
    /// <param name="bytesPerSecond">It goes no faster.</param>
    public static async Task SendAsync(
        Stream from, Stream to, Func<CancellationToken, Task> ended, long bytesPerSecond, TimeProvider time, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkSize];
        var length = new byte[sizeof(int)];
        var (since, sent) = (time.GetTimestamp(), 0L);
        for (int read; (read = await from.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false)) > 0;)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, read);
            await to.WriteAsync(length, cancellation).ConfigureAwait(false);
            await to.WriteAsync(chunk.AsMemory(0, read), cancellation).ConfigureAwait(false);
            sent += read;
            var early = TimeSpan.FromSeconds((double)sent / bytesPerSecond) - time.GetElapsedTime(since);
            if (early > TimeSpan.Zero)
                await time.PauseAsync(early, cancellation).ConfigureAwait(false);
        }
        await ended(cancellation).ConfigureAwait(false);
        BinaryPrimitives.WriteInt32BigEndian(length, 0);
        await to.WriteAsync(length, cancellation).ConfigureAwait(false);
        await to.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <param name="patience">For which nothing may come.</param>
    /// <exception cref="IOException">It broke off.</exception>
    public static async Task ReceiveAsync(Stream from, Stream to, TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkSize];
        var length = new byte[sizeof(int)];
        while (true)
        {
            await ReadAsync(length).ConfigureAwait(false);
            var size = BinaryPrimitives.ReadInt32BigEndian(length);
            if (size == 0)
                return;
            if (size < 0 || size > chunk.Length)
                throw new InvalidDataException($"A copy has a chunk of {size} bytes.");
            await ReadAsync(chunk.AsMemory(0, size)).ConfigureAwait(false);
            await to.WriteAsync(chunk.AsMemory(0, size), cancellation).ConfigureAwait(false);
        }

        async Task ReadAsync(Memory<byte> into)
        {
            using var deadline = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
            try
            {
                await from.ReadExactlyAsync(into, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new IOException($"nothing came from the donor for {patience.TotalSeconds:F0} s");
            }
        }
    }
}
