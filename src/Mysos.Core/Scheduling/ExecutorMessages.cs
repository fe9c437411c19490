using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>What executors say.</summary>
internal static class ExecutorMessages
{
    public static void Apply(Turn turn, ExecutorSpoke spoke)
    {
        // One executor a task, with the task's id: a message that speaks of another task is not believed.
        var (cluster, node) = TaskUpdates.Locate(turn, new TaskId(spoke.Executor.Value));
        if (cluster is null || node?.Task is null || node.Task.Agent != spoke.Agent)
            return;
        if (spoke.Message.Hello is { } hello && hello.TaskId == node.Task.Id.Value)
            turn.Do(new SendAccounts(spoke.Agent, spoke.Executor, cluster.Durable, hello), cluster.Durable.Name);
        // Whoever says hello has just begun to listen: what was sent before is sent again.
        if (spoke.Message.Hello is not null)
            Observe(turn, cluster, node, o => o with { Heard = turn.Now, Sent = null });
        if (spoke.Message.Report is { } report && report.TaskId == node.Task.Id.Value)
            Report(turn, cluster, node, report);
    }

    private static void Report(Turn turn, ClusterState cluster, Node node, Report report)
    {
        var before = cluster.Of(node.Number);
        if (before.Report is { } last && last.Sequence >= report.Sequence)
            return;
        Observe(turn, cluster, node, o => o with { Report = report, Heard = turn.Now, ServedAt = report.Serving ? turn.Now : o.ServedAt });
        cluster = turn.Find(cluster.Durable.Name)!;
        var durable = cluster.Durable;

        if (before.Report?.Phase != report.Phase && report.Phase is NodePhase.Stopped or NodePhase.Failed)
            durable = turn.Log(durable, "mysqld_ended", $"Node {node.Number}: {report.Reason ?? "mysqld is not running"}");
        if (report.Serving && node is { Failures: > 0 } or { LastFailure: not null } && report.Serving)
            durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, node with { Failures = 0, LastFailure = null }) };
        // A master, and who acknowledges, is counted on to have what it had.
        if (report.Serving && report.DataMade != durable.Nodes[node.Number].DataMade && !durable.Ackers.Contains(node.Number)
            && (durable.Master != node.Number || durable.Nodes[node.Number].DataMade is null))
            durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, durable.Nodes[node.Number] with { DataMade = report.DataMade }) };
        // An acker's data are what an election counts on: another one comes first.
        if (report.Diverged && !durable.Paused && durable.Nodes[node.Number].Rebuild == report.Rebuild && !durable.Ackers.Contains(node.Number))
        {
            durable = turn.Log(durable, "node_rebuilt", $"Node {node.Number}: its data cannot follow the master and are made anew: {report.Reason}");
            durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, durable.Nodes[node.Number] with { Rebuild = node.Rebuild + 1 }) };
        }
        if (report.Repair is { } repair && before.Report?.Repair != repair)
            durable = Once(turn, durable, "repaired", $"Node {node.Number} {repair.Found}, which was put right at {repair.At:HH:mm:ss.fff}.");
        if (report.Kept is { } kept && before.Report?.Kept != kept)
            durable = Once(turn, durable, "transactions_kept", $"Node {node.Number}: the binary logs with what its master lacked are kept on {node.Task!.Endpoint.Host} in {kept}.");
        if (report.Backup is { } backup)
            durable = Backups.Reported(turn, durable, backup);
        turn.Put(cluster with { Durable = durable });
    }

    /// <summary>A new leader hears again of what an earlier one has recorded.</summary>
    private static Cluster Once(Turn turn, Cluster durable, string kind, string text) =>
        durable.Events.Any(e => e.Kind == kind && e.Text == text) ? durable : turn.Log(durable, kind, text);

    private static void Observe(Turn turn, ClusterState cluster, Node node, Func<Observation, Observation> change) =>
        turn.Put(cluster with { Observed = cluster.Observed.SetItem(node.Number, change(cluster.Of(node.Number))) });
}

/// <summary>Backups under way and taken.</summary>
internal static class Backups
{
    private const int Kept = 100;

    public static Cluster Reported(Turn turn, Cluster cluster, BackupReport report)
    {
        var at = cluster.Backups.FindIndex(b => b.BackupId == report.BackupId && b.State == BackupState.Running);
        if (at < 0 || report.State == BackupState.Running)
            return cluster;
        var ended = cluster.Backups[at] with
        {
            State = report.State, SizeBytes = report.SizeBytes, Seconds = report.Seconds, Error = report.Error,
        };
        cluster = cluster with { Backups = cluster.Backups.SetItem(at, ended) };
        return report.State == BackupState.Done
            ? turn.Log(cluster, "backup_done", $"Backup {report.BackupId}: {report.SizeBytes} bytes in {report.Seconds:F1} s.")
            : turn.Log(cluster, "backup_failed", $"Backup {report.BackupId} failed: {report.Error}");
    }

    /// <summary>A backup ends with the task that takes it.</summary>
    public static Cluster FailOrphaned(Turn turn, Cluster cluster)
    {
        foreach (var backup in cluster.Backups.Where(b => b.State == BackupState.Running))
        {
            if (cluster.Nodes.GetValueOrDefault(backup.Node)?.Task?.Id == backup.Task)
                continue;
            const string why = "the node that took it ended";
            cluster = Reported(turn, cluster, new BackupReport
            {
                BackupId = backup.BackupId, State = BackupState.Failed, Error = why,
                Seconds = (turn.Now - backup.Started).TotalSeconds,
            });
        }
        return cluster;
    }

    public static Cluster Start(Turn turn, Cluster cluster, Node node, string backupId)
    {
        var started = new Backup
        {
            BackupId = backupId, Started = turn.Now, State = BackupState.Running, Node = node.Number, Task = node.Task!.Id,
        };
        var backups = cluster.Backups.Add(started);
        if (backups.Count > Kept)
            backups = backups.RemoveRange(0, backups.Count - Kept);
        return turn.Log(cluster with { Backups = backups }, "backup_started", $"Backup {backupId} is taken from node {node.Number}.");
    }
}
