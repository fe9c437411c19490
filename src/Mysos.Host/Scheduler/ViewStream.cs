using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Host.Api;

namespace Mysos.Host.Scheduler;

/// <summary>
/// A leader's views as others follow them, <see cref="ViewChange"/>s a line each: first all, then what changes, and an empty line
/// each second without a change.
/// </summary>
internal static class ViewStream
{
    public const string Path = "/internal/views";

    private const int ClustersInALine = 100;
    private const int LongestLine = 64 * 1024 * 1024;

    /// <summary>A reader that hears nothing for longer must think that the leader is gone.</summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>What a busy second changes goes out in so many pieces, not in thousands.</summary>
    private static readonly TimeSpan BetweenViews = TimeSpan.FromMilliseconds(100);

    /// <summary>Writes until this scheduler leads no more, or cancelled.</summary>
    public static async Task WriteAsync(PipeWriter writer, IReadModel model, Func<bool> leads, TimeProvider time, CancellationToken cancellation)
    {
        SchedulerView? told = null;
        await foreach (var view in model.NewestAsync(Beat, time, cancellation))
        {
            if (!leads() || view?.Stale is not null)
                return;
            if (view is null)
                EndLine(writer);
            foreach (var change in view is null ? [] : ViewChange.Between(told, view, ClustersInALine))
            {
                writer.Write(change.ToJson());
                EndLine(writer);
                await writer.FlushAsync(cancellation);
            }
            await writer.FlushAsync(cancellation);
            told = view ?? told;
            if (view is not null)
                await Task.Delay(BetweenViews, time, cancellation);
        }
    }

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="heard">Called at each sign of life: with a view when it is whole, else with null.</param>
    /// <exception cref="InvalidDataException">It is no such stream.</exception>
    public static async Task ReadAsync(PipeReader reader, Action<SchedulerView?> heard, CancellationToken cancellation)
    {
        var view = SchedulerView.Empty;
        while (true)
        {
            var read = await reader.ReadAsync(cancellation);
            var rest = read.Buffer;
            SchedulerView? whole = null;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                rest = rest.Slice(rest.GetPosition(1, end));
                if (line.IsEmpty)
                    continue;
                var change = Parse(line);
                view = change.Apply(view);
                whole = change.More ? whole : view;
            }
            heard(whole);
            if (rest.Length > LongestLine)
                throw new InvalidDataException($"A line of the views is longer than {LongestLine} bytes.");
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return;
        }
    }

    private static ViewChange Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            return ViewChange.FromJson(line.IsSingleSegment ? line.FirstSpan : line.ToArray());
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"A line of the views cannot be read; does another version of Mysos lead? {e.Message}", e);
        }
    }

    private static void EndLine(PipeWriter writer) => writer.Write("\n"u8);
}
