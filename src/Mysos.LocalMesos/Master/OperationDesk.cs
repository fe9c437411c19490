using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Master;

/// <summary>Operations after they were sent to their agent: status, acknowledgement, reconciliation.</summary>
internal sealed class OperationDesk(MasterState state)
{
    public void Update(AgentId agent, FrameworkEntry framework, OperationStatus status)
    {
        if (status.OperationId is { } id)
            framework.Operations[id] = new OperationEntry(id, agent, status.State);
        Send(framework, status);
    }

    public void Acknowledge(FrameworkEntry framework, SchedulerCall.AcknowledgeOperationCall acknowledge)
    {
        if (!framework.Operations.Remove(acknowledge.OperationId, out var operation))
            return;
        state.Tell(operation.AgentId, new AgentCommand.AcknowledgeOperation(framework.Id, acknowledge.Uuid));
    }

    public void Reconcile(FrameworkEntry framework, SchedulerCall.ReconcileOperationsCall reconcile)
    {
        if (reconcile.Operations is not { Count: > 0 } asked)
        {
            foreach (var operation in framework.Operations.Values)
                Send(framework, Known(operation));
            return;
        }
        foreach (var each in asked)
        {
            Send(framework, framework.Operations.TryGetValue(each.OperationId, out var operation)
                ? Known(operation)
                : new OperationStatus
                {
                    OperationId = each.OperationId, AgentId = each.AgentId, State = "OPERATION_UNKNOWN",
                    Message = "Reconciliation: Operation is unknown" + (each.AgentId is null ? " and no 'agent_id' was provided" : ""),
                });
        }
    }

    private static OperationStatus Known(OperationEntry operation) =>
        new() { OperationId = operation.Id, State = operation.State, AgentId = operation.AgentId };

    private void Send(FrameworkEntry framework, OperationStatus status) => state.Send(framework, new SchedulerEvent
    {
        Type = "UPDATE_OPERATION_STATUS", UpdateOperationStatus = new SchedulerEvent.OperationStatusEvent(status),
    });
}
