using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>From what is durable back to a running scheduler.</summary>
internal static class Recovery
{
    public static void Load(Turn turn, Recovered recovered)
    {
        turn.State = turn.State with { Record = recovered.Record };
        foreach (var cluster in recovered.Clusters)
            turn.Put(new ClusterState(cluster));
    }

    public static void Subscribed(Turn turn, MesosSubscribed subscribed)
    {
        var master = subscribed.Master;
        turn.State = turn.State with
        {
            Record = turn.State.Record with { FrameworkId = subscribed.FrameworkId },
            // A subscription starts with everything offered anew, and filters forgotten.
            Suppressed = false,
            Agents = turn.State.Agents.Clear(),
            Mesos = new MesosView
            {
                Connected = true,
                Master = master?.Address is { } address ? $"{address.Ip ?? address.Hostname}:{address.Port}" : master?.Pid,
                Version = master?.Version,
                FrameworkId = subscribed.FrameworkId.Value,
                LastHeartbeat = turn.Now,
            },
        };
        Reconciliation.Start(turn);
    }
}

/// <summary>Asks Mesos for the state of each known task until each has answered.</summary>
internal static class Reconciliation
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(60);

    public static void Start(Turn turn)
    {
        var tasks = turn.State.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values)
            .Where(n => n.Task is not null).Select(n => n.Task!.Id.Value).ToImmutableHashSet();
        turn.State = turn.State with { Unreconciled = tasks, ReconcileBackoff = FirstBackoff, ReconcileAt = turn.Now };
        Continue(turn);
    }

    public static void Continue(Turn turn)
    {
        var state = turn.State;
        if (state.Unreconciled.IsEmpty || !state.Mesos.Connected || turn.Now < state.ReconcileAt)
            return;
        var asked = state.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values)
            .Where(n => n.Task is not null && state.Unreconciled.Contains(n.Task.Id.Value))
            .Select(n => new Mesos.SchedulerCall.ReconcileTask(n.Task!.Id, n.Task.Agent)).ToImmutableArray();
        if (!asked.IsEmpty)
            turn.Do(new ReconcileTasks(asked));
        var backoff = state.ReconcileBackoff * 2 < LongestBackoff ? state.ReconcileBackoff * 2 : LongestBackoff;
        turn.State = state with
        {
            Unreconciled = [.. asked.Select(t => t.TaskId.Value)],
            ReconcileAt = turn.Now + state.ReconcileBackoff,
            ReconcileBackoff = backoff,
        };
    }
}
