using Mysos.Core.Clusters;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>
/// A request with an idempotency key is done once: the same one again gets the same answer, another one with that key is
/// refused. Keys are kept with the cluster, that of its deletion with the scheduler.
/// </summary>
internal static class Repetition
{
    private const int KeptOfCluster = 50;
    private const int KeptOfDeleted = 500;

    /// <summary>The answer to a request that was done before; null when it is new or has no key.</summary>
    public static (ClusterState?, Outcome)? Find(Turn turn, RequestEvent request)
    {
        if (request.IdempotencyKey is not { } key || turn.Find(request.Name) is not { } cluster
            || cluster.Durable.Answered.FindLast(a => a.Key == key) is not { } before)
            return null;
        return before.Call == request.Call
            ? (cluster, new Outcome.Accepted(before.Result, []))
            : (null, new Outcome.Refused(409, "Idempotency-Key",
                $"The Idempotency-Key belongs to another request for cluster '{request.Name}', which was done; use a new one for each request."));
    }

    /// <param name="before">The cluster as it was; null when the request made it.</param>
    public static ClusterState Remember(ClusterState? before, ClusterState cluster, RequestEvent request, Outcome.Accepted outcome)
    {
        var answered = cluster.Durable.Answered;
        if (request.IdempotencyKey is not { } key || answered.Exists(a => a.Key == key))
            return cluster;
        var proof = request is PasswordRequested ? before?.Durable.SealedPassword : null;
        answered = answered.Add(new AnsweredRequest(key, request.Call, outcome.Result, proof));
        return cluster with
        {
            Durable = cluster.Durable with
            {
                Answered = answered.Count > KeptOfCluster ? answered.RemoveRange(0, answered.Count - KeptOfCluster) : answered,
            },
        };
    }

    /// <summary>A cluster is gone: what it remembers of its deletion is kept.</summary>
    public static SchedulerRecord Forget(SchedulerRecord record, Cluster gone)
    {
        var keys = gone.Answered.Where(a => a.Call == "delete").Select(a => new DeletedCluster(gone.Name, a.Key)).ToArray();
        if (keys.Length == 0)
            return record;
        var deleted = record.Deleted.AddRange(keys);
        return record with
        {
            Deleted = deleted.Count > KeptOfDeleted ? deleted.RemoveRange(0, deleted.Count - KeptOfDeleted) : deleted,
        };
    }

    public static bool WasDeleted(SchedulerRecord record, string name, string? key) =>
        key is not null && record.Deleted.Contains(new DeletedCluster(name, key));
}
