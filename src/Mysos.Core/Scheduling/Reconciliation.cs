using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Asks Mesos for what may have been missed: after each subscription for each known task, until each was answered; from
/// time to time for everything; and for a launched task of which nothing is heard.
/// </summary>
internal static class Reconciliation
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(60);
    /// <summary>How long a launch may take until Mesos has heard of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AllEvery = TimeSpan.FromMinutes(15);

    /// <summary>After a subscription: whatever happened meanwhile, nobody told us.</summary>
    public static void Start(Turn turn)
    {
        AskForAll(turn);
        OperationUpdates.Reconcile(turn);
        Continue(turn);
    }

    public static void Continue(Turn turn)
    {
        if (!turn.State.Mesos.Connected)
            return;
        if (turn.Now >= turn.State.Reconciliation.ImplicitAt)
        {
            // Mesos lists what it knows, so that tasks which we do not know come to light; and answers for each that we do.
            turn.Do(new ReconcileTasks([]));
            AskForAll(turn);
        }
        var state = turn.State.Reconciliation;
        if (state.Unreconciled.IsEmpty || turn.Now < state.AskAt)
            return;
        var asked = ImmutableArray.CreateBuilder<SchedulerCall.ReconcileTask>();
        var left = state.Unreconciled.ToBuilder();
        foreach (var (id, at) in state.Unreconciled.Where(u => u.Value <= turn.Now))
        {
            left.Remove(id);
            if (TaskUpdates.Locate(turn, new TaskId(id)).Item2?.Task is not { } task)
                continue;
            asked.Add(new SchedulerCall.ReconcileTask(task.Id, task.Agent));
            left[id] = turn.Now + state.Backoff;
        }
        if (asked.Count > 0)
            turn.Do(new ReconcileTasks(asked.ToImmutable()));
        Set(turn, state with
        {
            Unreconciled = left.ToImmutable(),
            AskAt = left.Count == 0 ? default : left.Values.Min(),
            Backoff = state.Backoff * 2 < LongestBackoff ? state.Backoff * 2 : LongestBackoff,
        });
    }

    /// <summary>The task was answered for.</summary>
    public static void Told(Turn turn, TaskId task)
    {
        var state = turn.State.Reconciliation;
        if (state.Unreconciled.ContainsKey(task.Value))
            Set(turn, state with { Unreconciled = state.Unreconciled.Remove(task.Value) });
    }

    /// <summary>A launch may get lost on its way; if nothing is heard of the task, Mesos is asked.</summary>
    public static void Launched(Turn turn, TaskId task) => Ask(turn, task, turn.Now + Patience);

    /// <summary>The task's agent, which Mesos had lost sight of, is back.</summary>
    public static void AgentIsBack(Turn turn, TaskId task) => Ask(turn, task, turn.Now);

    private static void Ask(Turn turn, TaskId task, DateTimeOffset at)
    {
        var state = turn.State.Reconciliation;
        var alone = state.Unreconciled.IsEmpty;
        Set(turn, state with
        {
            Unreconciled = state.Unreconciled.SetItem(task.Value, at),
            AskAt = alone || at < state.AskAt ? at : state.AskAt,
            Backoff = alone ? FirstBackoff : state.Backoff,
        });
    }

    private static void AskForAll(Turn turn) => Set(turn, turn.State.Reconciliation with
    {
        Unreconciled = turn.State.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values)
            .Where(n => n.Task is not null)
            .ToImmutableDictionary(n => n.Task!.Id.Value, _ => turn.Now, StringComparer.Ordinal),
        AskAt = turn.Now, Backoff = FirstBackoff, ImplicitAt = turn.Now + AllEvery,
    });

    private static void Set(Turn turn, ReconciliationState next) => turn.State = turn.State with { Reconciliation = next };
}
