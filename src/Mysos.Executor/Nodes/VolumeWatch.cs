using Mysos.Executor.Servers;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Whether the volume that the data are on takes writes: a small file, written through to the disk. mysqld itself may well
/// answer while its commits wait for a disk that is full, or that has stopped.
/// </summary>
internal sealed class VolumeWatch(IMachine machine, NodeStatus status, TimeProvider time, Log log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        string? before = null;
        long? measuredAt = null;
        while (true)
        {
            await time.PauseAsync(Interval, cancellation).ConfigureAwait(false);
            var writing = status.Current.DataGone ? Task.FromResult(status.Current.Volume) : machine.TryVolumeAsync();
            await ((Task)writing).WaitAsync(Patience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (!writing.IsCompleted)
                Tell($"a write has not ended within {Patience.TotalSeconds:F0} s");
            // Not another one beside a write that hangs.
            var trouble = await writing.WaitAsync(cancellation).ConfigureAwait(false);
            // Once may be of the moment: what fills a disk may be gone again.
            Tell(before is null && trouble is not null ? status.Current.Volume : trouble);
            before = trouble;
            if (trouble is null && !(measuredAt is { } last && time.GetElapsedTime(last) < MeasureEvery))
            {
                measuredAt = time.GetTimestamp();
                var size = await machine.MeasureDataAsync().WaitAsync(cancellation).ConfigureAwait(false);
                status.Note(f => f with { DataMb = size / (1024.0 * 1024.0) });
            }
            if (!machine.DataAreThere && !status.Current.DataGone)
            {
                log.Write("The data are gone.");
                status.Set(f => f with { DataGone = true, Volume = "its data were deleted" });
            }
        }
    }

    private void Tell(string? trouble)
    {
        if (status.Current.Volume == trouble)
            return;
        log.Write(trouble is null ? "The volume takes writes again." : $"The volume takes no writes: {trouble}.");
        status.Set(f => f with { Volume = trouble });
    }
}
