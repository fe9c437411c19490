using Mysos.Core.Protocol;
using Mysos.Executor.Backups;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Data;

/// <summary>Makes the data directory of a node ready for mysqld.</summary>
internal sealed class DataDirectory(string path, NodeTask task, Templates templates, NodeStatus status, TimeProvider time, Log log)
{
    public string Path { get; } = path;

    public NodeMarker? Marker { get; private set; }

    private string Copy => Path + ".copy";

    /// <summary>
    /// Leaves finished data of the right number as they are (true); else wipes what is there and makes it anew (false).
    /// </summary>
    /// <param name="rebuild">Data with a lower number are wiped.</param>
    /// <param name="copied">Those made anew are replaced by a copy of another node's, and so need not be of a backup.</param>
    /// <exception cref="InvalidDataException">The data are another node's or another flavor's.</exception>
    public async Task<bool> PrepareAsync(ServerProgram server, int rebuild, bool copied, CancellationToken cancellation)
    {
        var known = Marker;
        Marker = NodeMarker.Read(Path);
        if (Marker is { } found)
        {
            if (found.Cluster != task.Cluster || found.Node != task.Node)
            {
                throw new InvalidDataException($"'{Path}' holds the data of node {found.Node} of cluster '{found.Cluster}', "
                    + $"not of node {task.Node} of '{task.Cluster}'; nothing was touched.");
            }
            if (found.Rebuild >= rebuild)
            {
                return found.Flavor == server.Flavor.Name
                    ? true
                    : throw new InvalidDataException($"'{Path}' holds data of {found.Flavor}, and '{server.Path}' is {server.Label}.");
            }
            log.Write($"The data of rebuild {found.Rebuild} are given up for rebuild {rebuild}.");
        }
        Wipe();
        Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Marker = NodeMarker.New(task, rebuild, server.Flavor.Name, time.GetUtcNow(), before: Marker ?? known);
        if (!copied && task.BackupId is { Length: > 0 } backup)
            await RestoreAsync(server, backup, cancellation).ConfigureAwait(false);
        else
            await Programs.CopyAsync(await templates.GetAsync(server, cancellation).ConfigureAwait(false), Path, cancellation).ConfigureAwait(false);
        return false;
    }

    /// <summary>Nobody has deleted them.</summary>
    public bool IsThere => File.Exists(System.IO.Path.Combine(Path, NodeMarker.FileName));

    /// <summary>Until this has returned, the data count for nothing; so it must before anybody is served.</summary>
    public void Finish() => Marker!.Write(Path);

    /// <summary>A start that cuts transactions off follows: see <see cref="NodeMarker.Renumber"/>.</summary>
    public void CutsOff()
    {
        Marker = Marker! with { Renumber = true };
        Finish();
    }

    /// <summary>The server has another number from now on.</summary>
    public void Renumbered(uint serverId)
    {
        Marker = Marker! with { ServerId = serverId, Renumber = false };
        Finish();
    }

    /// <summary>The server has made the copy its own.</summary>
    public void CopyTakenOver()
    {
        Marker = Marker! with { Position = null, Copied = false };
        Finish();
    }

    /// <summary>When these data are given up, this binary log and those after it are kept beside them.</summary>
    public void KeepFrom(string binaryLog)
    {
        Marker = Marker! with { KeepFrom = binaryLog };
        Finish();
    }

    /// <summary>Where a copy is made, which is not there yet.</summary>
    public string NewCopy()
    {
        if (Directory.Exists(Copy))
            Directory.Delete(Copy, recursive: true);
        return Copy;
    }

    /// <summary>Puts the copy in the place of the data, which are not finished.</summary>
    public void TakeCopy(string? position)
    {
        File.Delete(System.IO.Path.Combine(Copy, NodeMarker.FileName));
        Directory.Delete(Path, recursive: true);
        Directory.Move(Copy, Path);
        Marker = Marker! with { Copied = true, Position = position, Made = time.GetUtcNow() };
    }

    private async Task RestoreAsync(ServerProgram server, string backupId, CancellationToken cancellation)
    {
        status.Set(f => f with { Phase = NodePhase.Restoring, Reason = $"restoring {backupId}" });
        var manifest = await BackupRestorer.RestoreAsync(task.BackupStore, backupId, Path, server, cancellation).ConfigureAwait(false);
        log.Write($"Restored {backupId}: {manifest.SizeBytes} bytes, GTIDs {manifest.Gtid ?? "in the data"}.");
        Marker = Marker! with { BackupId = backupId, FormerUser = manifest.ClusterUser, Copied = true, Position = manifest.Gtid };
    }

    private void Wipe()
    {
        NewCopy();
        if (!Directory.Exists(Path))
            return;
        var kept = Marker?.KeepFrom is { } from ? Keep(from, $"{Path}.errant-{Marker.Rebuild}") : null;
        // The mark goes first: what is half deleted must not look finished.
        File.Delete(System.IO.Path.Combine(Path, NodeMarker.FileName));
        Directory.Delete(Path, recursive: true);
        if (kept is not null && BackupTaker.SizeOf(kept) > new DriveInfo(kept).AvailableFreeSpace / 2)
        {
            log.Write($"What was kept in {kept} leaves too little space for the data, and is deleted.");
            Directory.Delete(kept, recursive: true);
        }
        else if (kept is not null)
        {
            status.Set(f => f with { Kept = kept });
        }
    }

    /// <summary>Moves the binary logs; those that were kept before are deleted, so that a volume does not fill with them.</summary>
    private string Keep(string from, string target)
    {
        foreach (var earlier in Directory.GetDirectories(System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path) + ".errant-*").Where(d => d != target))
            Directory.Delete(earlier, recursive: true);
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var stem = from[..from.IndexOf('.', StringComparison.Ordinal)];
        foreach (var file in Directory.GetFiles(Path, $"{stem}.*").Where(f => char.IsAsciiDigit(f[^1]) && string.CompareOrdinal(System.IO.Path.GetFileName(f), from) >= 0))
            File.Move(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)), overwrite: true);
        log.Write($"What the master lacked is kept in {target}.");
        return target;
    }
}
