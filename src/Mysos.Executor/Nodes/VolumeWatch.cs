using Mysos.Executor.Data;

namespace Mysos.Executor.Nodes;

/// <summary>
/// Whether the volume that the data are on takes writes: a small file, written through to the disk. mysqld itself may well
/// answer while its commits wait for a disk that is full, or that has stopped.
/// </summary>
internal sealed class VolumeWatch(DataDirectory data, NodeStatus status, TimeProvider time, Log log)
{
    private const string FileName = ".mysos-probe";
    /// <summary>By which mysqld extends its files.</summary>
    private const long LeastFree = 4 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly string _directory = Path.GetDirectoryName(data.Path)!;

    public async Task RunAsync(CancellationToken cancellation)
    {
        string? before = null;
        while (true)
        {
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
            var writing = Task.Run(Write, CancellationToken.None);
            await Task.WhenAny(writing, Task.Delay(Patience, time, cancellation)).ConfigureAwait(false);
            if (!writing.IsCompleted)
                Tell($"a write has not ended within {Patience.TotalSeconds:F0} s");
            // Not another one beside a write that hangs.
            var trouble = await writing.WaitAsync(cancellation).ConfigureAwait(false);
            // Once may be of the moment: what fills a disk may be gone again.
            Tell(before is null && trouble is not null ? status.Current.Volume : trouble);
            before = trouble;
            if (!data.IsThere && !status.Current.DataGone)
            {
                log.Write($"The data in '{data.Path}' are gone.");
                status.Set(f => f with { DataGone = true, Volume = "its data were deleted" });
            }
        }
    }

    /// <summary>Null: it was written.</summary>
    private string? Write()
    {
        if (status.Current.DataGone)
            return status.Current.Volume;
        try
        {
            var path = Path.Combine(_directory, FileName);
            using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(new byte[4096]);
                file.Flush(flushToDisk: true);
            }
            var free = new DriveInfo(_directory).AvailableFreeSpace;
            return free < LeastFree ? $"it is full: {free >> 10} KiB are left" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
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
