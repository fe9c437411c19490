using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Executor.Data;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Backups;

/// <summary>
/// Takes the backups that directives order, one at a time, beside everything else. A backup appears under its name only when
/// it is whole and on the disk.
/// </summary>
internal sealed class BackupTaker(
    ServerProgram program, Instance instance, Accounts accounts, NodeStatus status, TimeProvider time, Log log)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

    private Task _running = Task.CompletedTask;
    private string? _taken;

    /// <summary>Starts the backup unless it was started before or another one runs. Call it again with the next directive.</summary>
    /// <param name="cancellation">Ends when mysqld does, and the backup with it.</param>
    public void Consider(BackupOrder? order, CancellationToken cancellation)
    {
        if (order is null || !_running.IsCompleted || order.BackupId == _taken || status.Current.Backup?.BackupId == order.BackupId)
            return;
        _taken = order.BackupId;
        _running = RunAsync(order, cancellation);
    }

    /// <summary>Completes, never faults, when no backup runs.</summary>
    public Task EndedAsync() => _running;

    private async Task RunAsync(BackupOrder order, CancellationToken cancellation)
    {
        await Task.Yield();
        var started = time.GetTimestamp();
        double Seconds() => time.GetElapsedTime(started).TotalSeconds;
        log.Write($"Backup {order.BackupId} starts.");
        status.Set(f => f with { Backup = new BackupReport { BackupId = order.BackupId, State = BackupState.Running } });
        try
        {
            var size = await TakeAsync(order, Seconds, cancellation).ConfigureAwait(false);
            log.Write($"Backup {order.BackupId}: {size} bytes in {Seconds():F1} s.");
            status.Set(f => f with
            {
                Backup = new BackupReport { BackupId = order.BackupId, State = BackupState.Done, SizeBytes = size, Seconds = Seconds() },
            });
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var why = cancellation.IsCancellationRequested ? "mysqld ended meanwhile" : e.Message;
            log.Write($"Backup {order.BackupId} failed: {why}");
            status.Set(f => f with
            {
                Backup = new BackupReport { BackupId = order.BackupId, State = BackupState.Failed, Seconds = Seconds(), Error = why },
            });
        }
    }

    private async Task<long> TakeAsync(BackupOrder order, Func<double> seconds, CancellationToken cancellation)
    {
        var began = time.GetUtcNow();
        var final = Path.Combine(
            instance.Task.BackupStore ?? throw new InvalidDataException("no backup store was named (--backup_store_args)"), order.Path);
        if (Directory.Exists(final))
            throw new InvalidDataException($"'{final}' is there already");
        Directory.CreateDirectory(Path.GetDirectoryName(final)!);
        var partial = $"{final}.partial-{Guid.NewGuid():N}";
        try
        {
            string? gtid;
            using (var copied = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                var progress = ReportProgressAsync(order, partial, seconds, copied.Token);
                gtid = await program.Flavor.CopyAsync(new CopyOrder(partial, instance.Paths, accounts.Admin), cancellation).ConfigureAwait(false);
                await copied.CancelAsync().ConfigureAwait(false);
                await progress.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            var files = await BackupManifest.ListAsync(partial, cancellation).ConfigureAwait(false);
            var manifest = new BackupManifest
            {
                BackupId = order.BackupId,
                Cluster = instance.Task.Cluster,
                ClusterUser = accounts.Cluster.User,
                Flavor = program.Flavor.Name,
                Version = program.Version,
                Gtid = gtid,
                Started = began,
                Seconds = seconds(),
                SizeBytes = files.Sum(f => f.Size),
                Files = files,
                Directories = BackupManifest.ListDirectories(partial),
            };
            manifest.Write(partial);
            Directory.Move(partial, final);
            return manifest.SizeBytes;
        }
        finally
        {
            if (Directory.Exists(partial))
                Directory.Delete(partial, recursive: true);
        }
    }

    private async Task ReportProgressAsync(BackupOrder order, string partial, Func<double> seconds, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(ProgressInterval, time, cancellation).ConfigureAwait(false);
            var size = SizeOf(partial);
            status.Note(f => f with
            {
                Backup = new BackupReport { BackupId = order.BackupId, State = BackupState.Running, SizeBytes = size, Seconds = seconds() },
            });
        }
    }

    internal static long SizeOf(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length)
                : 0;
        }
        catch (IOException)
        {
            // A file went away while the sizes were added up; the next second's sum will do.
            return 0;
        }
    }
}
