using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// Backups below one directory that scheduler and agents all see (a disk of one machine, NFS):
/// <c>&lt;directory&gt;/&lt;path&gt;/&lt;yyyyMMddHHmm&gt;</c>.
/// </summary>
public sealed class DirectoryBackupStore(string directory) : IBackupStore
{
    public string IdFor(string cluster, DateTimeOffset minute) => BackupId.Create(cluster, minute).ToString();

    public bool Exists(string backupId) => Directory.Exists(DirectoryOf(BackupId.Parse(backupId)));

    public string? Problem(string backupId)
    {
        if (!BackupId.TryParse(backupId, out var id, out var wrong))
            return wrong;
        if (!Directory.Exists(DirectoryOf(id)))
            return $"There is no backup '{backupId}'; GET /clusters/<name>/backups lists those of a cluster.";
        return BackupManifest.TryRead(DirectoryOf(id), out _, out var damage) ? null : $"The backup '{backupId}' cannot be restored: {damage}.";
    }

    private string DirectoryOf(BackupId id) => Path.Combine(directory, id.RelativeDirectory);
}
