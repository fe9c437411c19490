using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;

namespace Mysos.Core.Scheduling;

/// <summary>
/// What Mesos' events and signals mean to the loop; null: nothing. (No offer is kept that could be rescinded, and a FAILURE
/// of an executor comes with the update of its task.)
/// </summary>
public static class MesosEvents
{
    public static LoopEvent? Translate(MesosSession.Signal signal) => signal switch
    {
        MesosSession.Lost lost => new MesosDisconnected(lost.Reason),
        MesosSession.Event happened => Translate(happened.Happened),
        _ => null,
    };

    private static LoopEvent? Translate(SchedulerEvent happened) => happened switch
    {
        { Subscribed: { } subscribed } => new MesosSubscribed(subscribed.FrameworkId, subscribed.MasterInfo),
        { Type: "HEARTBEAT" } => new MesosHeartbeat(),
        { Offers: { } offers } => new OffersReceived(offers.Offers),
        { InverseOffers: { } asked } => new InverseOffersReceived([.. asked.InverseOffers]),
        { RescindInverseOffer: { } rescinded } => new InverseOfferRescinded(rescinded.InverseOfferId),
        { Update: { } update } => new TaskUpdated(update.Status),
        { UpdateOperationStatus: { } update } => new OperationUpdated(update.Status),
        { Message: { Data: { } data } message } => Said(message, data),
        { Failure: { AgentId: { } agent, ExecutorId: null } } => new AgentFailed(agent),
        _ => null,
    };

    private static ExecutorSpoke? Said(SchedulerEvent.MessageEvent message, byte[] data)
    {
        try
        {
            return JsonSerializer.Deserialize(data, ProtocolJson.Default.ExecutorMessage) is { } said
                ? new ExecutorSpoke(message.AgentId, message.ExecutorId, said)
                : null;
        }
        catch (JsonException)
        {
            // Not of our protocol: an executor of another version, whose next report may be.
            return null;
        }
    }
}
