using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mysos.Core.Mesos;

/// <summary>
/// Mesos' RecordIO: each record is its length in decimal ASCII, a line feed, and that many bytes. Where chunks or reads
/// end says nothing about records.
/// </summary>
public static class RecordIO
{
    private const int LongestLengthLine = 20;

    /// <summary>The records of a stream, until it ends. An end within a record is an error.</summary>
    /// <exception cref="InvalidDataException">Not RecordIO, a record over <paramref name="limit"/> bytes, or a cut record.</exception>
    public static async IAsyncEnumerable<byte[]> ReadAsync(
        Stream stream, int limit = 64 << 20, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (TryTake(ref buffer, limit, out var record))
                yield return record;
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted)
                continue;
            if (!buffer.IsEmpty)
                throw new InvalidDataException($"The stream ended within a record ({buffer.Length} bytes of it had come).");
            yield break;
        }
    }

    /// <summary>One record, framed.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> record)
    {
        var head = Encoding.ASCII.GetBytes(record.Length.ToString(CultureInfo.InvariantCulture) + "\n");
        var framed = new byte[head.Length + record.Length];
        head.CopyTo(framed, 0);
        record.CopyTo(framed.AsSpan(head.Length));
        return framed;
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, int limit, out byte[] record)
    {
        record = [];
        var head = buffer.Slice(0, Math.Min(buffer.Length, LongestLengthLine));
        if (head.PositionOf((byte)'\n') is not { } end)
        {
            if (buffer.Length >= LongestLengthLine)
                throw new InvalidDataException("No record length at the start of a record: this is not RecordIO.");
            return false;
        }
        var digits = head.Slice(0, end).ToArray();
        if (!Utf8Parser.TryParse(digits, out long length, out var used) || used != digits.Length || length < 0)
            throw new InvalidDataException($"'{Encoding.ASCII.GetString(digits)}' is not the length of a record.");
        if (length > limit)
            throw new InvalidDataException($"A record of {length} bytes is over the limit of {limit}.");
        var body = buffer.Slice(buffer.GetPosition(1, end));
        if (body.Length < length)
            return false;
        record = body.Slice(0, length).ToArray();
        buffer = body.Slice(length);
        return true;
    }
}
