using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>Tasks after their launch: updates, acknowledgements, KILL, and what reconciliation answers.</summary>
internal sealed class TaskDesk(MasterState state, EventDesk events)
{
    public void Update(AgentId agent, FrameworkEntry framework, MasterNotice.TaskUpdate update)
    {
        if (framework.Tasks.TryGetValue(update.Status.TaskId, out var task) && task.AgentId == agent)
        {
            task.LatestState = update.LatestState;
            task.SentState = update.Status.State;
            task.SentUuid = update.Status.Uuid;
            task.Container = update.Status.ContainerStatus ?? task.Container;
            task.Note(update.Status);
            events.TaskUpdated(framework, update.Status, update.LatestState);
        }
        state.SendStatus(framework, update.Status);
    }

    public void Acknowledge(FrameworkEntry framework, SchedulerCall.AcknowledgeCall acknowledge)
    {
        if (framework.Tasks.TryGetValue(acknowledge.TaskId, out var task)
            && task.AgentId == acknowledge.AgentId
            && TaskState.IsTerminal(task.SentState)
            && task.SentUuid is { } sent && sent.AsSpan().SequenceEqual(acknowledge.Uuid))
        {
            framework.Tasks.Remove(acknowledge.TaskId);
            framework.Complete(task);
        }
        state.Tell(acknowledge.AgentId, new AgentCommand.Acknowledge(framework.Id, acknowledge.TaskId, acknowledge.Uuid));
    }

    public void Kill(FrameworkEntry framework, SchedulerCall.KillCall kill, Moment now)
    {
        if (framework.Tasks.TryGetValue(kill.TaskId, out var task) && task.UnreachableSince is null)
            state.Tell(task.AgentId, new AgentCommand.Kill(framework.Id, kill.TaskId, kill.KillPolicy));
        else
            Answer(framework, kill.TaskId, kill.AgentId, now);
    }

    public void Reconcile(FrameworkEntry framework, SchedulerCall.ReconcileCall reconcile, Moment now)
    {
        if (reconcile.Tasks is { Count: > 0 } asked)
        {
            foreach (var task in asked)
                Answer(framework, task.TaskId, task.AgentId, now);
            return;
        }
        foreach (var task in framework.Tasks.Values.Where(task => task.UnreachableSince is null).ToArray())
            Answer(framework, task.Info.TaskId, task.AgentId, now);
    }

    private void Answer(FrameworkEntry framework, TaskId id, AgentId? agentId, Moment now)
    {
        var answer = new TaskStatus
        {
            TaskId = id, State = "", AgentId = agentId, Source = StatusSource.Master, Reason = StatusReason.Reconciliation,
            Timestamp = now.Timestamp,
        };
        var agent = agentId is { } known ? state.Agents.GetValueOrDefault(known) : null;
        if (framework.Tasks.TryGetValue(id, out var task) && task.UnreachableSince is null)
        {
            answer = answer with
            {
                State = task.SentState, Message = "Reconciliation: Latest task state", AgentId = task.AgentId,
                ExecutorId = task.ExecutorId, ContainerStatus = task.Container,
            };
        }
        else if ((task?.UnreachableSince ?? agent?.UnreachableSince) is { } since)
        {
            answer = answer with
            {
                State = framework.Lost(TaskState.Unreachable), Message = "Reconciliation: Task is unreachable",
                AgentId = task?.AgentId ?? agentId, UnreachableTime = since,
            };
        }
        else if (agentId is { } gone && state.GoneAgents.Contains(gone))
        {
            answer = answer with { State = framework.Lost(TaskState.GoneByOperator), Message = "Reconciliation: Task is gone" };
        }
        else if (agent is not null)
        {
            answer = answer with { State = framework.Lost(TaskState.Gone), Message = "Reconciliation: Task is unknown to the agent" };
        }
        else
        {
            answer = answer with { State = framework.Lost(TaskState.Unknown), Message = "Reconciliation: Task is unknown" };
        }
        // As long as agents of an earlier master are missing, nobody knows what they run.
        if (task is null && agent is null && IsUncertain(agentId))
            return;
        state.SendStatus(framework, answer);
    }

    private bool IsUncertain(AgentId? agent) =>
        agent is { } known ? state.RecoveredAgents.Contains(known) : state.RecoveredAgents.Count > 0;

    /// <summary>The task was on an agent that was unreachable, and never ceased to run.</summary>
    public void Returned(FrameworkEntry framework, TaskEntry task, string taskState, Moment now) =>
        Tell(framework, new TaskStatus
        {
            TaskId = task.Info.TaskId, State = taskState, Message = "Unreachable agent re-reregistered", Source = StatusSource.Master,
            Reason = StatusReason.AgentReregistered, AgentId = task.AgentId, ExecutorId = task.ExecutorId, Timestamp = now.Timestamp,
            ContainerStatus = task.Container,
        });

    public void Lost(FrameworkEntry framework, TaskEntry task, string taskState, string reason, string message, DurationInfo? since, Moment now) =>
        Tell(framework, new TaskStatus
        {
            TaskId = task.Info.TaskId, State = taskState, Message = message, Source = StatusSource.Master, Reason = reason,
            AgentId = task.AgentId, ExecutorId = task.ExecutorId, Timestamp = now.Timestamp, UnreachableTime = since,
        });

    /// <summary>Of a change that the master itself has made.</summary>
    private void Tell(FrameworkEntry framework, TaskStatus status)
    {
        state.SendStatus(framework, status);
        events.TaskUpdated(framework, status, status.State);
    }
}
