using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters.Explaining;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>From the loop's state to what is shown.</summary>
public static class Projection
{
    public static ClusterView View(ClusterState cluster, SchedulerSettings settings, bool mesosConnected, DateTimeOffset now)
    {
        var durable = cluster.Durable;
        var nodes = durable.Nodes.Values.Select(n => View(cluster, n)).ToImmutableArray();
        var (condition, reason) = Condition(cluster, nodes, settings, mesosConnected, now);
        if (durable.Paused && reason.Length > 0)
            reason = $"{reason}; the cluster is paused, so nothing is begun until it is resumed";
        return new ClusterView
        {
            Name = durable.Name, User = durable.User, NumNodes = durable.NumNodes, Size = durable.Size,
            ClusterUrl = ClusterUrl(settings, durable.Name), State = condition, Reason = reason,
            Epoch = durable.Epoch, Version = ClusterVersion.Of(durable), Election = Election(durable, settings), IfMasterDied = Foresight.Of(cluster, settings), Created = durable.Created,
            PausedSince = durable.PausedSince, Operation = Operations.Of(cluster), Nodes = nodes,
            Backups = [.. durable.Backups.Select(View)],
            Events = [.. durable.Events],
        };
    }

    public static string ClusterUrl(SchedulerSettings settings, string name) => $"{settings.PublicZooKeeperUrl}/discover/{name}";

    private static ElectionView Election(Cluster cluster, SchedulerSettings settings) => new()
    {
        Policy = ElectionTerms.PolicyOf(cluster, settings), OwnPolicy = cluster.ElectionPolicy is not null,
        Timeout = Durations.Format(ElectionTerms.TimeoutOf(cluster, settings)), OwnTimeout = cluster.ElectionTimeout is not null,
        SyncReplicas = ElectionTerms.SyncReplicasOf(cluster, settings), OwnSyncReplicas = cluster.SyncReplicas is not null,
    };

    private static BackupView View(Backup backup) => new()
    {
        BackupId = backup.BackupId, State = backup.State, Started = backup.Started, Error = backup.Error,
        SizeBytes = backup.State == BackupState.Done ? backup.SizeBytes : null,
        Seconds = backup.State == BackupState.Running ? null : Math.Round(backup.Seconds, 3),
    };

    private static NodeView View(ClusterState cluster, Node node)
    {
        var seen = cluster.Of(node.Number);
        var (state, reason) = State(cluster, node, seen);
        var announced = cluster.Announced is { } set && Announcement.Contains(set, node.Number);
        return new NodeView
        {
            TaskId = node.Task?.Id.Value ?? "",
            ServerId = node.ServerId,
            Role = Mastership.IsServingMaster(cluster, node.Number) ? NodeRole.Master
                : seen.Report is { Role: DirectedRole.Slave or DirectedRole.Candidate } && seen.Runs ? NodeRole.Slave
                : NodeRole.None,
            State = state,
            Reason = reason,
            Acker = cluster.Durable.Ackers.Contains(node.Number),
            Promotion = node.Promotion,
            DelaySeconds = node.DelaySeconds,
            Host = node.Task?.Endpoint.Host,
            Port = node.Task?.Endpoint.Port,
            Agent = node.Task?.Agent.Value ?? node.Volume?.Agent.Value,
            Member = announced ? new Discovery.ServerSetMember(node.Number, new Endpoint("", 0)).Name : null,
            Gtid = seen.Report?.Executed,
            LagSeconds = Delays.Lag(node, seen.Report),
            Server = seen.Report?.Server,
            ReadOnly = seen.Runs ? seen.Report?.ReadOnly : null,
            Diverged = seen.Report is { Diverged: true },
            Zone = node.Zone,
            Connections = seen.Report?.Connections,
            DataMb = seen.Report?.DataMb,
            Refusals = node.Task is null ? [.. seen.Refusals.Select(r => new RefusalView(r.Key, r.Value))] : [],
        };
    }

    private static (NodeState, string) State(ClusterState cluster, Node node, Observation seen)
    {
        if (node.Retiring)
            return (NodeState.Stopping, AckSet.IsLeaving(cluster.Durable, node.Number) ? "is stopped once the master does not wait for its acknowledgements" : "is being stopped");
        if (node.Task is null)
        {
            var waits = node.Volume is { } volume ? $"waits for agent {volume.Hostname}, which has its volume" : "waits for an agent";
            var refused = seen.Refusals.IsEmpty ? "" : "; refused: "
                + string.Join(", ", seen.Refusals.Select(r => $"{r.Key} ({r.Value.ToString(CultureInfo.InvariantCulture)})"));
            var failed = node.LastFailure is { } failure ? $"; last failure: {failure}" : "";
            return (node.Attempts > 0 ? NodeState.Down : NodeState.Waiting, waits + refused + failed);
        }
        if (node.Task.Unreachable)
            return (NodeState.Unreachable, "its agent does not answer");
        if (seen.Report is not { } report)
            return (NodeState.Launching, "waits for its executor");
        return report.Phase switch
        {
            NodePhase.Preparing => (NodeState.Starting, report.Reason ?? "makes its data directory"),
            NodePhase.Restoring => (NodeState.Restoring, report.Reason ?? "copies the backup back"),
            NodePhase.Starting => (NodeState.Starting, report.Reason ?? "waits for mysqld"),
            NodePhase.Stopped or NodePhase.Failed => (NodeState.Down, report.Reason ?? "mysqld has ended"),
            _ when report.Serving && (Mastership.IsServingMaster(cluster, node.Number) || Mastership.IsServingSlave(cluster, node.Number)) =>
                (NodeState.Serving, ""),
            // The master's refusal, which the node would tell of, sounds as if its account were broken.
            _ when cluster.Durable.Barred.Contains(node.Number) => (NodeState.Joining, "may follow the master once it has said that it acknowledges nothing"),
            _ => (NodeState.Joining, report.Reason ?? (report.Diverged ? "its data cannot follow the master" : "waits for its role")),
        };
    }

    private static (ClusterCondition, string) Condition(
        ClusterState cluster, ImmutableArray<NodeView> nodes, SchedulerSettings settings, bool mesosConnected,
        DateTimeOffset now)
    {
        var durable = cluster.Durable;
        var serving = nodes.Count(n => n.State == NodeState.Serving);
        if (durable.Deleting)
            return (ClusterCondition.Deleting, nodes.IsEmpty ? "its ServerSet is being removed" : nodes.Length == 1 ? "1 node is being stopped" : $"{nodes.Length} nodes are being stopped");
        if (durable.Failure is { } failure)
            return (ClusterCondition.Failed, failure);
        var waiting = string.Join("; ", nodes.Where(n => n.State != NodeState.Serving).GroupBy(n => n.Reason).Select(g => $"{NodeNames.Each(g)} {g.Key}"));
        if (!mesosConnected && serving < durable.NumNodes)
            waiting = $"Mesos is not connected; {waiting}";
        if (durable.Handover is { } handover)
        {
            var step = handover.YieldingSince is null ? $"node {handover.To} catches up" : $"node {handover.To} gets the last writes of node {durable.Master}";
            return (ClusterCondition.Degraded, $"switchover to node {handover.To}: {step}");
        }
        if (durable.Election is { } election)
            return (ClusterCondition.Electing, Electorate.Explain(cluster, election, now, settings));
        if (durable.Served && (durable.Master is not { } master || !Mastership.IsServingMaster(cluster, master)))
            return (ClusterCondition.Electing, $"node {durable.Master} is {(durable.Paused ? "no master now" : "becoming the master")}; {waiting}");
        if (serving == durable.NumNodes && nodes.Length == durable.NumNodes)
        {
            return AckSet.IsComplete(cluster, settings) ? (ClusterCondition.Healthy, "")
                : (durable.Completed ? ClusterCondition.Degraded : ClusterCondition.Creating,
                    durable.Ackers.IsEmpty ? $"node {durable.Master} acknowledges writes alone until a slave has them all"
                        : $"{durable.Ackers.Count} of {AckSet.Wanted(cluster, settings)} slaves acknowledge writes, until another one has them all");
        }
        if (durable.Restart is { } restart)
            waiting = $"its nodes are restarted one at a time, {restart.Left.Count} are left; {waiting}";
        var some = $"{serving} of {durable.NumNodes} nodes serve; {waiting}";
        return (durable.Completed ? ClusterCondition.Degraded : ClusterCondition.Creating, some);
    }
}
