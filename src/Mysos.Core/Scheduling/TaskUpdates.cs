using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Core.Scheduling;

/// <summary>What Mesos says of our tasks; <see cref="TaskFates"/> has what each status means.</summary>
internal static class TaskUpdates
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(2);

    public static void Apply(Turn turn, TaskStatus status)
    {
        var task = status.TaskId;
        Reconciliation.Told(turn, task);
        if (status.AgentId is { } where && TaskFates.SaysDraining(status.Reason))
            Maintenance.Draining(turn, where);
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

    /// <summary>A task that no node claims: of a cluster that is gone, or an earlier attempt that was taken for dead.</summary>
    private static void KillStranger(Turn turn, TaskStatus status)
    {
        if (TaskFates.Of(status.State, status.Reason) == Fate.Lives && status.State != TaskState.Killing)
            turn.Do(new KillTask(status.TaskId, status.AgentId));
    }

    private static void Update(Turn turn, ClusterState cluster, Node node, TaskStatus status)
    {
        switch (TaskFates.Of(status.State, status.Reason))
        {
            case Fate.Lives:
                if (status.State == TaskState.Running)
                    AgentTroubles.Launched(turn, node.Task!.Agent);
                See(turn, cluster, node, unreachable: false,
                    hasVolume: status.State is TaskState.Starting or TaskState.Running);
                if (status.State == TaskState.Killing && TaskFates.SaysDraining(status.Reason))
                    Switchover.LeaveDrained(turn, cluster.Durable.Name, node.Number);
                break;
            case Fate.OutOfSight:
                See(turn, cluster, node, unreachable: true, hasVolume: false);
                break;
            case Fate.Ended:
            case Fate.EndedWithItsData:
                Count(turn, status.State);
                End(turn, cluster, node, new TaskEnd(status));
                break;
        }
    }

    private static void See(Turn turn, ClusterState cluster, Node node, bool unreachable, bool hasVolume)
    {
        var durable = cluster.Durable;
        if (node.Task!.UnreachableSince is null == unreachable)
        {
            durable = turn.Log(durable, unreachable ? "node_unreachable" : "node_reachable",
                $"Node {node.Number}: its agent {node.Task.Endpoint.Host} {(unreachable ? "does not answer" : "is back")}.");
            node = node with { Task = node.Task with { UnreachableSince = unreachable ? turn.Now : null } };
        }
        if (hasVolume && node.Volume is { Ready: false })
            node = node with { Volume = node.Volume with { Ready = true } };
        if (!ReferenceEquals(node, durable.Nodes[node.Number]))
            turn.Put(cluster with { Durable = durable with { Nodes = durable.Nodes.SetItem(node.Number, node) } });
    }

    /// <summary>The node's task is over.</summary>
    public static void End(Turn turn, ClusterState cluster, Node node, TaskEnd end)
    {
        // An end that was planned is nobody's fault.
        if (node.Restarting || node.Retiring)
            end = end with { Blame = Blame.Nobody };
        var durable = turn.Log(cluster.Durable, "task_ended", $"Node {node.Number}: task {node.Task!.Id} ended as {end.Why}");
        if (end.Said is { } said && said.StartsWith("restore failed:", StringComparison.Ordinal) && !durable.Served)
            durable = turn.Log(durable with { Failure = said }, "cluster_failed", said);

        var spoke = cluster.Of(node.Number).Heard is not null;
        if (end.Blame == Blame.Agent || (end.Blame == Blame.Node && !spoke))
            AgentTroubles.Failed(turn, node.Task.Agent);
        var observed = cluster.Observed.Remove(node.Number);
        // An ACCEPT that came to nothing left no volume to go back to; if it did leave one, an offer will show an orphan.
        var volume = node.Volume is { Ready: true } && !end.WithItsData ? node.Volume : null;
        // A node without a volume ends with its task: what comes in its place has no data, so it is another node.
        if (node.Retiring || (volume is null && durable.Served))
        {
            if (!end.WithItsData)
                Orphans.Add(turn, node);
            turn.Put(cluster with { Observed = observed, Durable = durable with { Nodes = durable.Nodes.Remove(node.Number) } });
            return;
        }
        var failures = node.Failures + (end.Blame == Blame.Nobody ? 0 : 1);
        turn.Put(cluster with
        {
            Observed = observed,
            Durable = durable with
            {
                Nodes = durable.Nodes.SetItem(node.Number, node with
                {
                    Task = null, Volume = volume, Failures = failures, LastFailure = node.Restarting ? null : end.Said ?? end.State, Restarting = false,
                    WaitsSince = turn.Now, NotBefore = turn.Now + (end.Blame == Blame.Nobody ? TimeSpan.Zero : Backoff(failures)),
                }),
            },
        });
    }

    /// <summary>The first new start is at once; a node that goes on failing waits longer each time.</summary>
    private static TimeSpan Backoff(int failures) =>
        failures <= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(LongestBackoff.TotalSeconds, Math.Pow(2, failures - 2)));

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

/// <summary>How a task ended.</summary>
/// <param name="Said">Why, in the words of whoever said it; an end that was asked for needs none.</param>
internal sealed record TaskEnd(string State, string? Said, Blame Blame, bool WithItsData)
{
    public TaskEnd(TaskStatus status)
        : this(status.State, status.Message is { Length: > 0 } message ? message : status.Reason,
            TaskFates.BlameFor(status.State, status.Reason), TaskFates.Of(status.State, status.Reason) == Fate.EndedWithItsData)
    {
    }

    public string Why => Said is null ? $"{State}." : $"{State}: {Said}";
}
