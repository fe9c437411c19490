using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Security;

namespace Mysos.Core.Scheduling;

/// <summary>Checks what users ask for, and asks the loop.</summary>
public sealed class ClusterService(SchedulerLoop loop, SchedulerSettings settings, Vault vault, IBackupStore? backups, TimeProvider time)
    : IClusterService
{
    public async Task<CreateAnswer> CreateAsync(CreateRequest request, CancellationToken cancellation)
    {
        ClusterRules.Check(request, vault.AdminUser);
        if (request.BackupId is { } backup)
            CheckBackup(backup);
        RequireMesos();
        var password = request.Password ?? PasswordGenerator.New();
        var cluster = new Cluster
        {
            Name = request.Name, User = request.User, NumNodes = request.NumNodes, Size = request.Size, BackupId = request.BackupId,
            SealedPassword = vault.SealPassword(request.Name, password),
            SealedReplicationPassword = vault.SealReplicationPassword(request.Name, PasswordGenerator.New()),
            Created = time.GetUtcNow(), IdempotencyKey = request.IdempotencyKey,
        };
        await loop.AskAsync(id => new CreateRequested(id, cluster), cancellation).ConfigureAwait(false);
        // A repeated request is answered with the password that the first one made.
        var made = loop.State.Clusters.GetValueOrDefault(request.Name)?.Durable;
        return new CreateAnswer(made is null ? password : vault.PasswordOf(made), Projection.ClusterUrl(settings, request.Name));
    }

    public async Task<DeleteAnswer> DeleteAsync(string name, string? password, CancellationToken cancellation)
    {
        var cluster = Authorize(name, password);
        await loop.AskAsync(id => new DeleteRequested(id, name, cluster.Incarnation), cancellation).ConfigureAwait(false);
        return new DeleteAnswer(Projection.ClusterUrl(settings, name));
    }

    public async Task<ResizeAnswer> ResizeAsync(string name, string? password, int numNodes, CancellationToken cancellation)
    {
        var cluster = Authorize(name, password);
        if (ClusterRules.CheckNumNodes(numNodes) is { } wrong)
            throw wrong.ToException();
        await loop.AskAsync(id => new ResizeRequested(id, name, cluster.Incarnation, numNodes), cancellation).ConfigureAwait(false);
        return new ResizeAnswer(Projection.ClusterUrl(settings, name), numNodes);
    }

    public async Task<BackupAnswer> BackupAsync(string name, string? password, CancellationToken cancellation)
    {
        var cluster = Authorize(name, password);
        if (backups is null)
            throw new RequestException(400, null, "This Mysos has no backup store; start the scheduler with --backup_store_args=<directory>.");
        var id = FreeId(backups, cluster);
        await loop.AskAsync(request => new BackupRequested(request, name, cluster.Incarnation, id), cancellation).ConfigureAwait(false);
        return new BackupAnswer(id);
    }

    private Cluster Authorize(string name, string? password)
    {
        if (ClusterRules.CheckName(name) is { } wrong)
            throw wrong.ToException();
        var cluster = loop.State.Clusters.GetValueOrDefault(name)?.Durable
            ?? throw new RequestException(404, "cluster_name", Requests.NoSuchCluster(name).Detail);
        if (string.IsNullOrEmpty(password))
            throw new RequestException(403, "password", "The cluster's password is missing; send the one that its creation answered.");
        if (!Passwords.Equal(password, vault.PasswordOf(cluster)))
            throw new RequestException(403, "password", $"This is not the password of cluster '{name}'.");
        RequireMesos();
        return cluster;
    }

    private void RequireMesos()
    {
        if (!loop.State.Mesos.Connected)
            throw new RequestException(503, null, "The scheduler is not connected to Mesos now, so nothing can be changed; try again soon.");
    }

    private void CheckBackup(string backupId)
    {
        if (backups is null)
            throw new RequestException(400, "backup_id",
                "This Mysos has no backup store to restore from; start the scheduler with --backup_store_args=<directory>.");
        if (backups.Problem(backupId) is { } problem)
            throw new RequestException(400, "backup_id", problem);
    }

    /// <summary>The first minute from now on whose id is not taken.</summary>
    private string FreeId(IBackupStore store, Cluster cluster)
    {
        var taken = cluster.Backups.Select(b => b.BackupId).ToImmutableHashSet(StringComparer.Ordinal);
        for (var minute = time.GetUtcNow(); ; minute = minute.AddMinutes(1))
        {
            var id = store.IdFor(cluster.Name, minute);
            if (!taken.Contains(id) && !store.Exists(id))
                return id;
        }
    }
}

/// <summary>Where backups are.</summary>
public interface IBackupStore
{
    /// <summary>The id of a backup of the cluster at that minute: <c>&lt;path&gt;:&lt;yyyyMMddHHmm&gt;</c>.</summary>
    string IdFor(string cluster, DateTimeOffset minute);

    bool Exists(string backupId);

    /// <summary>Why this backup cannot be restored, as far as can be seen quickly; null when nothing speaks against it.</summary>
    string? Problem(string backupId);
}
