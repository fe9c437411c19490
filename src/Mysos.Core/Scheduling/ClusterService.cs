using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Security;

namespace Mysos.Core.Scheduling;

/// <summary>Checks what users ask for, and asks the loop.</summary>
public sealed class ClusterService(SchedulerLoop loop, SchedulerSettings settings, Vault vault, IBackupStore? backups, TimeProvider time)
    : IClusterService
{
    public async Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation)
    {
        if (request is DeleteRequest && Repetition.WasDeleted(loop.State.Record, request.Name, request.IdempotencyKey))
            return (TAnswer)(object)new DeleteAnswer(Url(request));
        var prepared = Prepare(request);
        var accepted = await loop.AskAsync(id => prepared(id) with
        {
            IdempotencyKey = request.IdempotencyKey, By = request.By?.ToString(), IfVersion = request.IfVersion,
        }, cancellation).ConfigureAwait(false);
        return (TAnswer)AnswerTo(request, accepted.Result);
    }

    public async Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation)
    {
        var prepared = Prepare(request);
        var accepted = await loop.AskAsync(id => prepared(id) with { DryRun = true, IfVersion = request.IfVersion }, cancellation).ConfigureAwait(false);
        return new DryRunAnswer(true, accepted.Steps);
    }

    /// <summary>Checks what can be checked before the loop is asked, and makes what only this side can: secrets, times, ids.</summary>
    private Func<long, RequestEvent> Prepare(ClusterRequest request)
    {
        if (request is CreateRequest create)
        {
            var cluster = New(create);
            return id => new CreateRequested(id, cluster);
        }
        var (name, incarnation) = (request.Name, Authorize(request));
        switch (request)
        {
            case DeleteRequest: return id => new DeleteRequested(id, name, incarnation);
            case ResizeRequest resize: return id => new ResizeRequested(id, name, incarnation, resize.NumNodes);
            case BackupRequest:
                var backup = FreeId(name);
                return id => new BackupRequested(id, name, incarnation, backup);
            case SwitchoverRequest switchover: return id => new SwitchoverRequested(id, name, incarnation, switchover.To);
            case RestartRequest: return id => new RestartRequested(id, name, incarnation);
            case PasswordRequest change:
                var password = vault.SealPassword(name, change.NewPassword ?? PasswordGenerator.New());
                return id => new PasswordRequested(id, name, incarnation, password);
            case ReplaceRequest replace: return id => new ReplaceRequested(id, name, incarnation, replace.Node, replace.AcceptDataLoss);
            case ElectionRequest election: return id => new ElectionRequested(id, name, incarnation, election.Policy, election.Timeout) { SyncReplicas = election.SyncReplicas };
            case PromotionRequest promotion: return id => new PromotionRequested(id, name, incarnation, promotion.Node, promotion.Promotion);
            case DelayRequest delay: return id => new DelayRequested(id, name, incarnation, delay.Node, (int)delay.Delay.TotalSeconds);
            case PauseRequest: return id => new PauseRequested(id, name, incarnation, Paused: true);
            case ResumeRequest: return id => new PauseRequested(id, name, incarnation, Paused: false);
            default: throw new ArgumentOutOfRangeException(nameof(request), request, "Nothing is written to prepare this request.");
        }
    }

    private object AnswerTo(ClusterRequest request, string result) => request switch
    {
        CreateRequest => new CreateAnswer(vault.OpenPassword(request.Name, result), Url(request)),
        DeleteRequest => new DeleteAnswer(Url(request)),
        ResizeRequest => new ResizeAnswer(Url(request), Numbers(result)[0]),
        BackupRequest => new BackupAnswer(result),
        SwitchoverRequest => Numbers(result) is [var from, var to] ? new SwitchoverAnswer(Url(request), from, to)
            : new SwitchoverAnswer(Url(request), null, Numbers(result)[0]),
        RestartRequest => new RestartAnswer(Url(request), Numbers(result)),
        PasswordRequest => new PasswordAnswer(vault.OpenPassword(request.Name, result), Url(request)),
        ReplaceRequest => new ReplaceAnswer(Url(request), Numbers(result)[0]),
        ElectionRequest => result.Split(' ') is [var policy, var timeout, var count] ? new ElectionAnswer(Url(request), policy, timeout, count) : throw new FormatException(result),
        PromotionRequest promotion => new PromotionAnswer(Url(request), promotion.Node, promotion.Promotion),
        DelayRequest delay => new DelayAnswer(Url(request), delay.Node, (int)delay.Delay.TotalSeconds),
        PauseRequest or ResumeRequest => new PauseAnswer(Url(request), request is PauseRequest),
        _ => throw new ArgumentOutOfRangeException(nameof(request), request, "Nothing is written to answer this request."),
    };

    private Cluster New(CreateRequest request)
    {
        ClusterRules.Check(request, vault.AdminUser);
        if (request.BackupId is { } backup)
            CheckBackup(backup);
        RequireMesos();
        return new Cluster
        {
            Name = request.Name, User = request.User, NumNodes = request.NumNodes, Size = request.Size, BackupId = request.BackupId,
            ElectionPolicy = request.ElectionPolicy, ElectionTimeout = request.ElectionTimeout, SyncReplicas = request.SyncReplicas,
            SealedPassword = vault.SealPassword(request.Name, request.Password ?? PasswordGenerator.New()),
            SealedReplicationPassword = vault.SealReplicationPassword(request.Name, PasswordGenerator.New()),
            Created = time.GetUtcNow(),
        };
    }

    /// <summary>The incarnation of the cluster whose password the request has.</summary>
    private string Authorize(ClusterRequest request)
    {
        if (ClusterRules.CheckChange(request) is { } wrong)
            throw wrong.ToException();
        var cluster = loop.State.Clusters.GetValueOrDefault(request.Name)?.Durable
            ?? throw new RequestException(404, "cluster_name", Requests.NoSuchCluster(request.Name).Detail);
        if (string.IsNullOrEmpty(request.Password))
            throw new RequestException(403, "password", "The cluster's password is missing; send the one that its creation answered.");
        if (!Passwords.Equal(request.Password, vault.PasswordOf(cluster)) && !IsRepetitionOfChange(cluster, request))
            throw new RequestException(403, "password", $"This is not the password of cluster '{request.Name}'.");
        RequireMesos();
        return cluster.Incarnation;
    }

    /// <summary>A change of the password is repeated with the password of before.</summary>
    private bool IsRepetitionOfChange(Cluster cluster, ClusterRequest request) =>
        request is PasswordRequest { IdempotencyKey: { } key }
        && cluster.Answered.FindLast(a => a.Key == key)?.SealedProof is { } proof
        && Passwords.Equal(request.Password, vault.OpenPassword(cluster.Name, proof));

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
    private string FreeId(string name)
    {
        if (backups is null)
            throw new RequestException(400, null, "This Mysos has no backup store; start the scheduler with --backup_store_args=<directory>.");
        var taken = (loop.State.Clusters.GetValueOrDefault(name)?.Durable.Backups ?? []).Select(b => b.BackupId).ToImmutableHashSet(StringComparer.Ordinal);
        for (var minute = time.GetUtcNow(); ; minute = minute.AddMinutes(1))
        {
            var id = backups.IdFor(name, minute);
            if (!taken.Contains(id) && !backups.Exists(id))
                return id;
        }
    }

    private string Url(ClusterRequest request) => Projection.ClusterUrl(settings, request.Name);

    private static ImmutableArray<int> Numbers(string result) =>
        [.. result.Split(' ').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
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
