using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Core.Scheduling;

/// <summary>What Mesos says of our tasks.</summary>
internal static class TaskUpdates
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(2);

    public static void Apply(Turn turn, TaskStatus status)
    {
        var task = status.TaskId;
        turn.State = turn.State with { Unreconciled = turn.State.Unreconciled.Remove(task.Value) };
        var (cluster, node) = Locate(turn, task);
        if (cluster is null || node is null)
            KillStranger(turn, status);
        else
            Update(turn, cluster, node, status);

        if (status is { Uuid: { } uuid, AgentId: { } agent })
            turn.Do(new AcknowledgeUpdate(agent, task, uuid) { After = cluster is null ? [] : [cluster.Durable.Name] });
    }

    public static (ClusterState?, Node?) Locate(Turn turn, TaskId task)
    {
        if (TaskNames.ClusterOf(task) is not { } name || turn.Find(name) is not { } cluster)
            return (null, null);
        return (cluster, cluster.Durable.Nodes.Values.FirstOrDefault(n => n.Task?.Id == task));
    }

    private static void KillStranger(Turn turn, TaskStatus status)
    {
        if (!TaskState.IsTerminal(status.State) && status.State != TaskState.Unreachable)
            turn.Do(new KillTask(status.TaskId, status.AgentId));
    }

    private static void Update(Turn turn, ClusterState cluster, Node node, TaskStatus status)
    {
        if (TaskState.IsTerminal(status.State))
        {
            Count(turn, status.State);
            End(turn, cluster, node, status);
            return;
        }
        var unreachable = status.State == TaskState.Unreachable;
        var durable = cluster.Durable;
        if (node.Task!.Unreachable != unreachable)
        {
            durable = turn.Log(durable, unreachable ? "node_unreachable" : "node_reachable",
                $"Node {node.Number}: its agent {node.Task.Endpoint.Host} {(unreachable ? "does not answer" : "is back")}.");
            node = node with { Task = node.Task with { Unreachable = unreachable } };
        }
        if (node.Volume is { Ready: false } volume && status.State is TaskState.Starting or TaskState.Running)
            node = node with { Volume = node.Volume! with { Ready = true } };
        if (!ReferenceEquals(node, durable.Nodes[node.Number]))
            turn.Put(cluster with { Durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, node) } });
    }

    private static void End(Turn turn, ClusterState cluster, Node node, TaskStatus status)
    {
        var said = status.Message is { Length: > 0 } message ? message : status.Reason ?? "no reason given";
        var durable = turn.Log(cluster.Durable, "task_ended",
            $"Node {node.Number}: task {status.TaskId} ended as {status.State}: {said}");
        if (said.StartsWith("restore failed:", StringComparison.Ordinal) && !durable.Served)
            durable = turn.Log(durable with { Failure = said }, "cluster_failed", said);

        var observed = cluster.Observed.Remove(node.Number);
        // An ACCEPT that came to nothing left no volume to go back to; if it did leave one, an offer will show an orphan.
        var volume = node.Volume is { Ready: true } && status.State != TaskState.GoneByOperator ? node.Volume : null;
        // A node without a volume ends with its task: what comes in its place has no data, so it is another node.
        if (node.Retiring || (volume is null && durable.Served))
        {
            Retire(turn, node);
            turn.Put(cluster with { Observed = observed, Durable = durable with { Nodes = durable.Nodes.Remove(node.Number) } });
            return;
        }
        var failures = node.Restarting ? node.Failures : node.Failures + 1;
        // The first new start is at once; a node that goes on failing waits longer each time.
        var wait = failures <= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(LongestBackoff.TotalSeconds, Math.Pow(2, failures - 2)));
        turn.Put(cluster with
        {
            Observed = observed,
            Durable = durable with
            {
                Nodes = durable.Nodes.SetItem(node.Number, node with
                {
                    Task = null, Volume = volume, Failures = failures, LastFailure = node.Restarting ? null : said, Restarting = false,
                    WaitsSince = turn.Now, NotBefore = turn.Now + wait,
                }),
            },
        });
    }

    /// <summary>The node is gone; its volume is destroyed when an offer shows it.</summary>
    public static void Retire(Turn turn, Node node)
    {
        if (node.Volume is { } volume)
            turn.State = turn.State with { Orphans = turn.State.Orphans.Add(volume.Id) };
    }

    private static void Count(Turn turn, string state)
    {
        var counters = turn.State.Counters;
        turn.State = turn.State with
        {
            Counters = state switch
            {
                TaskState.Finished => counters with { TasksFinished = counters.TasksFinished + 1 },
                TaskState.Killed => counters with { TasksKilled = counters.TasksKilled + 1 },
                TaskState.Failed or TaskState.Error => counters with { TasksFailed = counters.TasksFailed + 1 },
                _ => counters with { TasksLost = counters.TasksLost + 1 },
            },
        };
    }
}

/// <summary>
/// Task ids: <c>mysos-&lt;cluster&gt;.&lt;incarnation&gt;.&lt;node&gt;.&lt;attempt&gt;</c>. A cluster's name has no dot, so
/// the cluster of a task can be read from it. Volumes are named likewise.
/// </summary>
internal static class TaskNames
{
    private const string Prefix = "mysos-";

    public static TaskId Next(Cluster cluster, Node node) =>
        new($"{Prefix}{cluster.Name}.{cluster.Incarnation}.{node.Number}.{node.Attempts + 1}");

    public static string Volume(Cluster cluster, Node node) => Next(cluster, node).Value;

    public static string? ClusterOf(TaskId task) =>
        task.Value.StartsWith(Prefix, StringComparison.Ordinal) && task.Value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? task.Value[Prefix.Length..dot]
            : null;
}

/// <summary>What became of RESERVE and CREATE. Their id is <c>create.</c> or <c>reserve.</c> and the volume's.</summary>
internal static class OperationUpdates
{
    public static void Apply(Turn turn, OperationStatus status)
    {
        string? owner = null;
        if (status.OperationId is { } operation && status.State == "OPERATION_FINISHED"
            && operation.Value.StartsWith("create.", StringComparison.Ordinal))
        {
            var volume = operation.Value["create.".Length..];
            owner = TaskNames.ClusterOf(new TaskId(volume));
            if (owner is not null)
                turn.Change(owner, cluster => MarkReady(cluster, volume));
        }
        if (status is { Uuid: { } uuid, OperationId: { } id })
            turn.Do(new AcknowledgeOperation(status.AgentId, id, uuid.Value) { After = owner is null ? [] : [owner] });
    }

    private static ClusterState MarkReady(ClusterState cluster, string volume)
    {
        var node = cluster.Durable.Nodes.Values.FirstOrDefault(n => n.Volume is { Ready: false } v && v.Id == volume);
        return node is null ? cluster : cluster with
        {
            Durable = cluster.Durable with
            {
                Nodes = cluster.Durable.Nodes.SetItem(node.Number, node with { Volume = node.Volume! with { Ready = true } }),
            },
        };
    }
}
