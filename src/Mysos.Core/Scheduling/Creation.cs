using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Outcome = Mysos.Core.Scheduling.RequestOutcome;

namespace Mysos.Core.Scheduling;

/// <summary>The beginning and the end of a cluster.</summary>
internal static class Creation
{
    public static (ClusterState?, Outcome) Create(Turn turn, Cluster wanted)
    {
        if (turn.Find(wanted.Name) is { } there)
        {
            return (null, new Outcome.Refused(409, "cluster_name", there.Durable.Deleting
                ? $"Cluster '{wanted.Name}' is still being deleted; create it again when GET /clusters/{wanted.Name} answers 404."
                : $"Cluster '{wanted.Name}' exists already; choose another name, or delete it first."));
        }
        var created = turn.Log(wanted, "cluster_created",
            $"{wanted.User} asked for {Nodes(wanted.NumNodes)}{(wanted.BackupId is { } backup ? $" restored from {backup}" : "")}.");
        return (new ClusterState(created), new Outcome.Accepted(wanted.SealedPassword,
        [
            $"{Nodes(wanted.NumNodes)} of {ClusterSizeText.FormatCpus(wanted.Size.Cpus)} cpus, {SizeText.Format(wanted.Size.MemMb)} memory and "
                + $"{SizeText.Format(wanted.Size.DiskMb)} disk each wait for agents that offer that much, "
                + (turn.Settings.UniqueAgents ? "each for another one." : "each for another one while there are enough."),
            wanted.BackupId is { } id ? $"Each starts with the data of the backup {id}." : "Each starts empty.",
            wanted.NumNodes == 1 ? "It becomes the master." : "One becomes the master; the others follow it.",
        ]));
    }

    public static (ClusterState?, Outcome) Delete(Turn turn, ClusterState cluster)
    {
        var nodes = cluster.Durable.Nodes.Count;
        var outcome = new Outcome.Accepted("",
        [
            $"{(nodes == 1 ? "Its node stops" : $"All {nodes} nodes stop")}, and the data on {(nodes == 1 ? "it are" : "them are")} destroyed. Backups stay.",
            "Its ServerSet goes away when the last instance has ended.",
        ]);
        if (cluster.Durable.Deleting)
            return (cluster, outcome);
        var durable = turn.Log(cluster.Durable, "cluster_deleted", "Its owner asked for the cluster to be deleted.");
        return (cluster with { Durable = durable with { Deleting = true, Election = null, Handover = null, Restart = null } }, outcome);
    }

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";
}
