using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Agents;

/// <summary>RESERVE, UNRESERVE, CREATE and DESTROY on the agent, and the feedback about them.</summary>
internal sealed class VolumeDesk(AgentState state)
{
    public void Apply(AgentCommand.ApplyOperation command, Moment now)
    {
        var operation = command.Operation;
        var conversion = Conversions.Of(operation)!;
        state.Reserved = conversion.ApplyTo(state.Total).Where(item => item.ReservedFor is not null || item.IsVolume);
        OperationUpdate? update = null;
        if (operation.Id is { } id)
        {
            update = new OperationUpdate(command.FrameworkId, new OperationStatus
            {
                OperationId = id, State = "OPERATION_FINISHED", Uuid = new OperationStatus.UuidValue(state.NewUuid()), AgentId = state.Id,
            }, now.Up);
            state.Operations.Add(update);
        }
        // A volume's directory exists before anything says that the volume does, and goes only when nothing does.
        foreach (var volume in operation.Type == "CREATE" ? conversion.Converted.Items : [])
            state.Effects.Add(new AgentEffect.CreateVolume(volume.ReservedFor!, volume.VolumeId!));
        state.Persist();
        foreach (var volume in operation.Type == "DESTROY" ? conversion.Consumed.Items : [])
            state.Effects.Add(new AgentEffect.DestroyVolume(volume.ReservedFor!, volume.VolumeId!));
        if (update is not null)
            state.Notify(new MasterNotice.OperationUpdate(update.FrameworkId, update.Status));
    }

    public void Acknowledged(AgentCommand.AcknowledgeOperation acknowledge)
    {
        var removed = state.Operations.RemoveAll(update =>
            update.FrameworkId == acknowledge.FrameworkId && update.Status.Uuid!.Value.AsSpan().SequenceEqual(acknowledge.Uuid));
        if (removed > 0)
            state.Persist();
    }

    public void Resume(FrameworkId framework, Moment now)
    {
        foreach (var update in state.Operations.Where(update => update.FrameworkId == framework))
        {
            update.Resume(now.Up);
            state.Notify(new MasterNotice.OperationUpdate(framework, update.Status));
        }
    }

    public void Tick(Moment now)
    {
        foreach (var update in state.Operations.Where(update => update.IsDue(now.Up)).ToArray())
            state.Notify(new MasterNotice.OperationUpdate(update.FrameworkId, update.Status));
    }
}
