using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;

namespace Mysos.LocalMesos.Operators;

/// <summary>The master's answers to operators.</summary>
internal sealed class OperatorDesk(
    MasterState state, FrameworkDesk frameworks, MaintenanceDesk maintenance, DrainDesk drains, ReservationDesk reservations)
{
    public OperatorAnswer Handle(OperatorCall call, Moment now) => call switch
    {
        { Type: "TEARDOWN", Teardown: { } teardown } => Teardown(teardown.FrameworkId),
        { Type: "DRAIN_AGENT", DrainAgent: { } drain } => drains.Drain(drain, now),
        { Type: "DEACTIVATE_AGENT", DeactivateAgent: { } agent } => drains.Deactivate(agent.AgentId),
        { Type: "REACTIVATE_AGENT", ReactivateAgent: { } agent } => drains.Reactivate(agent.AgentId),
        { Type: "MARK_AGENT_GONE", MarkAgentGone: { } agent } => drains.MarkGone(agent.AgentId, now),
        { Type: "UPDATE_MAINTENANCE_SCHEDULE", UpdateMaintenanceSchedule: { } update } => maintenance.Update(update.Schedule),
        { Type: "START_MAINTENANCE", StartMaintenance: { } start } => maintenance.Down(start.Machines, now),
        { Type: "STOP_MAINTENANCE", StopMaintenance: { } stop } => maintenance.Up(stop.Machines),
        { Type: "RESERVE_RESOURCES", ReserveResources: { } reserve } => reservations.Apply(
            reserve.AgentId, new Operation { Type = "RESERVE", Reserve = new Operation.ResourcesOperation(reserve.Resources) }),
        { Type: "UNRESERVE_RESOURCES", UnreserveResources: { } unreserve } => reservations.Apply(
            unreserve.AgentId, new Operation { Type = "UNRESERVE", Unreserve = new Operation.ResourcesOperation(unreserve.Resources) }),
        { Type: "CREATE_VOLUMES", CreateVolumes: { } create } => reservations.Apply(
            create.AgentId, new Operation { Type = "CREATE", Create = new Operation.VolumesOperation(create.Volumes) }),
        { Type: "DESTROY_VOLUMES", DestroyVolumes: { } destroy } => reservations.Apply(
            destroy.AgentId, new Operation { Type = "DESTROY", Destroy = new Operation.VolumesOperation(destroy.Volumes) }),
        { Type: { } type } when StateView.Of(state, type) is { } view => OperatorAnswer.Json(new JsonObject { ["type"] = type, [type.ToLowerInvariant()] = view }),
        { Type: { } type } when IsKnown(type) =>
            OperatorAnswer.BadRequest($"Failed to validate master::Call: Expecting '{type.ToLowerInvariant()}' to be present"),
        { Type: { } type } => new OperatorAnswer(501, $"The local Mesos does not answer the operator call '{type}'"),
        _ => OperatorAnswer.BadRequest("Failed to validate master::Call: Expecting 'type' to be present"),
    };

    private OperatorAnswer Teardown(FrameworkId id)
    {
        if (!state.Frameworks.TryGetValue(id, out var framework))
            return OperatorAnswer.BadRequest("No framework found with specified ID");
        frameworks.Remove(framework);
        return OperatorAnswer.Done;
    }

    private static bool IsKnown(string type) => type is "TEARDOWN" or "DRAIN_AGENT" or "DEACTIVATE_AGENT" or "REACTIVATE_AGENT"
        or "MARK_AGENT_GONE" or "UPDATE_MAINTENANCE_SCHEDULE" or "START_MAINTENANCE" or "STOP_MAINTENANCE" or "RESERVE_RESOURCES"
        or "UNRESERVE_RESOURCES" or "CREATE_VOLUMES" or "DESTROY_VOLUMES";
}
