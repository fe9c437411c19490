using Mysos.Core.Clusters;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>What users ask for. A refused request changes nothing.</summary>
internal static class Requests
{
    public static void Apply(Turn turn, RequestEvent request)
    {
        var (cluster, refusal) = request switch
        {
            CreateRequested create => Create(turn, create),
            DeleteRequested delete => Delete(turn, delete),
            ResizeRequested resize => Resize(turn, resize),
            BackupRequested backup => Backup(turn, backup),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request, "No decision is written for this request."),
        };
        if (cluster is not null)
            turn.Put(cluster);
        var name = cluster?.Durable.Name;
        turn.Do(new Answer(request.Request, refusal) { After = name is null ? [] : [name] });
    }

    private static (ClusterState?, Refusal?) Create(Turn turn, CreateRequested request)
    {
        var wanted = request.Cluster;
        if (turn.Find(wanted.Name) is { } there)
        {
            // The same request once more is answered with what the first one made.
            if (wanted.IdempotencyKey is not null && there.Durable.IdempotencyKey == wanted.IdempotencyKey && !there.Durable.Deleting)
                return (there, null);
            return (null, new Refusal(409, "cluster_name", there.Durable.Deleting
                ? $"Cluster '{wanted.Name}' is still being deleted; create it again when GET /clusters/{wanted.Name} answers 404."
                : $"Cluster '{wanted.Name}' exists already; choose another name, or delete it first."));
        }
        var created = turn.Log(wanted, "cluster_created",
            $"{wanted.User} asked for {(wanted.NumNodes == 1 ? "1 node" : $"{wanted.NumNodes} nodes")}{(wanted.BackupId is { } backup ? $" restored from {backup}" : "")}.");
        return (new ClusterState(created), null);
    }

    private static (ClusterState?, Refusal?) Delete(Turn turn, DeleteRequested request)
    {
        if (Find(turn, request.Name, request.Incarnation, out var refusal) is not { } cluster)
            return (null, refusal);
        if (cluster.Durable.Deleting)
            return (cluster, null);
        var durable = turn.Log(cluster.Durable, "cluster_deleted", "Its owner asked for the cluster to be deleted.");
        return (cluster with { Durable = durable with { Deleting = true, Election = null } }, null);
    }

    private static (ClusterState?, Refusal?) Resize(Turn turn, ResizeRequested request)
    {
        if (Find(turn, request.Name, request.Incarnation, out var refusal) is not { } cluster)
            return (null, refusal);
        if (NotChangeable(cluster) is { } why)
            return (null, why);
        if (cluster.Durable.NumNodes == request.NumNodes)
            return (cluster, null);
        var durable = turn.Log(cluster.Durable, "cluster_resized", $"From {cluster.Durable.NumNodes} to {request.NumNodes} nodes.");
        return (cluster with { Durable = durable with { NumNodes = request.NumNodes } }, null);
    }

    private static (ClusterState?, Refusal?) Backup(Turn turn, BackupRequested request)
    {
        if (Find(turn, request.Name, request.Incarnation, out var refusal) is not { } cluster)
            return (null, refusal);
        if (NotChangeable(cluster) is { } why)
            return (null, why);
        var durable = cluster.Durable;
        if (durable.Backups.LastOrDefault(b => b.State == BackupState.Running) is { } running)
            return (null, new Refusal(409, null, $"Backup '{running.BackupId}' of this cluster is running; try again when it has ended."));
        var source = durable.Nodes.Keys.Where(n => Mastership.IsServingSlave(cluster, n)).Select(n => (int?)n).FirstOrDefault()
            ?? (durable.Master is { } master && Mastership.IsServingMaster(cluster, master) ? master : null);
        if (source is not { } number)
            return (null, new Refusal(409, null, $"No node of '{request.Name}' serves now, so there is nothing consistent to back up; "
                + "try again when the cluster is healthy."));
        return (cluster with { Durable = Backups.Start(turn, durable, durable.Nodes[number], request.BackupId) }, null);
    }

    private static Refusal? NotChangeable(ClusterState cluster) =>
        cluster.Durable.Deleting ? new Refusal(409, null, $"Cluster '{cluster.Durable.Name}' is being deleted.")
        : cluster.Durable.Failure is { } failure ? new Refusal(409, null, $"Cluster '{cluster.Durable.Name}' has failed and can only be deleted: {failure}")
        : null;

    private static ClusterState? Find(Turn turn, string name, string incarnation, out Refusal? refusal)
    {
        var cluster = turn.Find(name);
        refusal = cluster?.Durable.Incarnation == incarnation ? null : NoSuchCluster(name);
        return refusal is null ? cluster : null;
    }

    public static Refusal NoSuchCluster(string name) => new(404, "cluster_name", $"There is no cluster '{name}'.");
}
