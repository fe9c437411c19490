using Mysos.Core.Mesos;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Master;

/// <summary>ACCEPT: the operations in their order, each on what the one before left; the rest is declined.</summary>
internal sealed class AcceptDesk(MasterState state, OfferDesk offerDesk, EventDesk events)
{
    public void Accept(FrameworkEntry framework, SchedulerCall.AcceptCall accept, Moment now)
    {
        var operations = accept.Operations ?? [];
        var (offers, error) = offerDesk.Take(framework, accept.OfferIds ?? []);
        if (error is not null)
        {
            foreach (var operation in operations)
                Drop(framework, operation, error, now);
            return;
        }
        var agent = state.Agents[offers[0].AgentId];
        var role = offers[0].Role;
        var left = ResourceBag.Of(offers.SelectMany(offer => offer.Resources.Items));
        foreach (var operation in operations)
        {
            left = operation.Type switch
            {
                "LAUNCH" => Launch(framework, agent, operation, role, left, now),
                "LAUNCH_GROUP" => RefuseGroup(framework, operation, left, now),
                _ => Convert(framework, agent, operation, role, left),
            };
        }
        OfferDesk.Refuse(framework, agent.Id, role, left, accept.Filters, now);
    }

    private ResourceBag Launch(
        FrameworkEntry framework, AgentEntry agent, Operation operation, string role, ResourceBag left, Moment now)
    {
        foreach (var asked in operation.Launch?.TaskInfos ?? [])
        {
            var task = Complete(asked, framework, role);
            var error = operation.Id is null
                ? TaskRules.Error(framework, agent, task, role, left)
                : "The `id` field cannot be set on LAUNCH operations";
            if (error is not null)
            {
                SendStatus(framework, asked, TaskState.Error, StatusReason.TaskInvalid, error, now);
                continue;
            }
            left = left.Minus(TaskRules.Needed(framework, agent.Id, task));
            if (task.Executor is { } executor)
                framework.Executors.TryAdd((agent.Id, executor.ExecutorId), executor);
            var entry = new TaskEntry
            {
                Info = task, ExecutorId = CommandTasks.ExecutorOf(task), Resources = ResourceBag.Of(task.Resources),
            };
            framework.Tasks.Add(task.TaskId, entry);
            events.TaskAdded(framework, entry);
            state.Tell(agent.Id, new AgentCommand.Launch(framework.Info, task.Executor ?? CommandTasks.Executor(task, framework.Id), task));
        }
        return left;
    }

    private ResourceBag RefuseGroup(FrameworkEntry framework, Operation operation, ResourceBag left, Moment now)
    {
        foreach (var task in operation.LaunchGroup?.TaskGroup.Tasks ?? [])
            SendStatus(framework, task, TaskState.Error, StatusReason.TaskGroupInvalid, TaskRules.GroupError(operation.LaunchGroup!), now);
        return left;
    }

    private ResourceBag Convert(FrameworkEntry framework, AgentEntry agent, Operation operation, string role, ResourceBag left)
    {
        if (OperationRules.Error(framework, agent, operation, role, left) is { } error)
        {
            SendOperationError(framework, operation, error);
            return left;
        }
        var conversion = Conversions.Of(operation)!;
        agent.Total = conversion.ApplyTo(agent.Total);
        if (operation.Id is { } id)
            framework.Operations[id] = new OperationEntry(id, agent.Id, "OPERATION_PENDING");
        state.Tell(agent.Id, new AgentCommand.ApplyOperation(framework.Id, operation));
        return conversion.ApplyTo(left);
    }

    private void Drop(FrameworkEntry framework, Operation operation, string error, Moment now)
    {
        var dropped = framework.Lost(TaskState.Dropped);
        foreach (var task in operation.Launch?.TaskInfos ?? operation.LaunchGroup?.TaskGroup.Tasks ?? [])
            SendStatus(framework, task, dropped, StatusReason.InvalidOffers, $"Task launched with invalid offers: {error}", now);
        if (operation.Type is not ("LAUNCH" or "LAUNCH_GROUP"))
            SendOperationError(framework, operation, $"Operation attempted with invalid offers: {error}");
    }

    private void SendOperationError(FrameworkEntry framework, Operation operation, string error)
    {
        if (operation.Id is not { } id)
            return;
        state.Send(framework, new SchedulerEvent
        {
            Type = "UPDATE_OPERATION_STATUS",
            UpdateOperationStatus = new SchedulerEvent.OperationStatusEvent(
                new OperationStatus { OperationId = id, State = "OPERATION_ERROR", Message = error }),
        });
    }

    private void SendStatus(FrameworkEntry framework, TaskInfo task, string taskState, string reason, string message, Moment now) =>
        state.SendStatus(framework, new TaskStatus
        {
            TaskId = task.TaskId, State = taskState, Message = message, Source = StatusSource.Master, Reason = reason,
            AgentId = task.AgentId, Timestamp = now.Timestamp,
        });

    /// <summary>As Mesos passes it on: allocation roles and the executor's framework id are filled in.</summary>
    private static TaskInfo Complete(TaskInfo task, FrameworkEntry framework, string role) => task with
    {
        Resources = Allocated(task.Resources, role),
        Executor = task.Executor is not { } executor ? null : executor with
        {
            FrameworkId = executor.FrameworkId ?? framework.Id,
            Resources = Allocated(executor.Resources, role),
        },
    };

    private static IReadOnlyList<Resource> Allocated(IReadOnlyList<Resource>? resources, string role) =>
        [.. (resources ?? []).Select(resource => resource with
        {
            AllocationInfo = resource.AllocationInfo ?? new AllocationInfo(role),
        })];
}
