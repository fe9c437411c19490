using Mysos.Core.Clusters;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>What users ask for. A refused request and a dry run change nothing.</summary>
internal static class Requests
{
    public static void Apply(Turn turn, RequestEvent request)
    {
        turn.By = request.By;
        var (cluster, outcome) = Repetition.Find(turn, request) ?? Changed(turn, request) ?? Decide(turn, request);
        turn.By = null;
        if (request.DryRun || cluster is null)
        {
            turn.Do(new Answer(request.Request, outcome));
            return;
        }
        turn.Put(outcome is Outcome.Accepted accepted ? Repetition.Remember(turn.Find(request.Name), cluster, request, accepted) : cluster);
        turn.Do(new Answer(request.Request, outcome) { After = [request.Name] });
    }

    public static Outcome.Refused NoSuchCluster(string name) => new(404, "cluster_name", $"There is no cluster '{name}'.");

    /// <summary>The cluster is not what whoever asks has seen. One that is gone is refused as such.</summary>
    private static (ClusterState?, Outcome)? Changed(Turn turn, RequestEvent request) => request.IfVersion is not { } seen ? null
        : request is CreateRequested ? (null, new Outcome.Refused(412, "If-Match", "A cluster that is to be created has no version yet; leave If-Match out."))
        : turn.Find(request.Name) is { } cluster && ClusterVersion.Of(cluster.Durable) is var version && version != seen
            ? (null, new Outcome.Refused(412, "If-Match",
                $"Cluster '{request.Name}' has changed: its version is {version}, not {seen}. Read it again (GET /clusters/{request.Name}), and decide by what it is now."))
        : null;

    private static (ClusterState?, Outcome) Decide(Turn turn, RequestEvent request)
    {
        if (request is CreateRequested create)
            return Creation.Create(turn, create.Cluster);
        var change = (ChangeRequested)request;
        if (turn.Find(change.Name) is not { } cluster || cluster.Durable.Incarnation != change.Incarnation)
            return (null, NoSuchCluster(change.Name));
        if (change is DeleteRequested)
            return Creation.Delete(turn, cluster);
        if (NotChangeable(cluster) is { } why)
            return (null, why);
        if (cluster.Durable.Paused && Pausing.Forbids(change))
            return (null, new Outcome.Refused(409, null, $"Cluster '{change.Name}' is paused; resume it first."));
        return change switch
        {
            ResizeRequested resize => Changes.Resize(turn, cluster, resize.NumNodes),
            BackupRequested backup => Changes.Backup(turn, cluster, backup.BackupId),
            SwitchoverRequested switchover => Changes.Switchover(turn, cluster, switchover.To),
            RestartRequested => Changes.Restart(turn, cluster),
            PasswordRequested password => Changes.Password(turn, cluster, password.SealedPassword),
            ElectionRequested election => LeadershipChanges.Election(turn, cluster, election),
            PromotionRequested promotion => LeadershipChanges.Promote(turn, cluster, promotion.Node, promotion.Promotion),
            DelayRequested delay => DelayChanges.Delay(turn, cluster, delay.Node, delay.Seconds),
            PauseRequested pause => Pausing.Set(turn, cluster, pause.Paused),
            ReplaceRequested replace => Changes.Replace(turn, cluster, replace.Node, replace.AcceptDataLoss),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "No decision is written for this request."),
        };
    }

    private static Outcome.Refused? NotChangeable(ClusterState cluster) =>
        cluster.Durable.Deleting ? new Outcome.Refused(409, null, $"Cluster '{cluster.Durable.Name}' is being deleted.")
        : cluster.Durable.Failure is { } failure
            ? new Outcome.Refused(409, null, $"Cluster '{cluster.Durable.Name}' has failed and can only be deleted: {failure}")
        : null;
}
