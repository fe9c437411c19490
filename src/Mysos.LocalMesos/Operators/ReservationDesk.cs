using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.LocalMesos.Operators;

/// <summary>RESERVE, UNRESERVE, CREATE and DESTROY by an operator, on whatever of the agent is not in use.</summary>
internal sealed class ReservationDesk(MasterState state, OfferDesk offers)
{
    public OperatorAnswer Apply(AgentId id, Operation operation)
    {
        if (!state.Agents.TryGetValue(id, out var agent))
            return OperatorAnswer.BadRequest("No agent found with specified ID");
        var conversion = Conversions.Of(operation)!;
        if (operation.Type is "RESERVE" or "UNRESERVE" && Resources(operation).Any(item => item.ReservedFor is null))
            return OperatorAnswer.BadRequest($"Invalid {operation.Type} operation on agent {id}: a resource is not dynamically reserved");
        if (operation.Type is "CREATE" or "DESTROY" && Resources(operation).Any(item => !item.IsVolume || item.ReservedFor is null))
            return OperatorAnswer.BadRequest($"Invalid {operation.Type} operation on agent {id}: a resource is not a persistent volume on reserved disk");
        // What is only offered is taken back, one offer after the other, until there is enough.
        foreach (var offer in state.Offers.Values.Where(offer => offer.AgentId == id).ToArray())
        {
            if (state.Available(agent).Contains(conversion.Consumed))
                break;
            offers.Rescind(each => each.Id == offer.Id);
        }
        if (!state.Available(agent).Contains(conversion.Consumed))
            return new OperatorAnswer(409, $"Invalid {operation.Type} operation: the resources are not there, or in use");
        agent.Total = conversion.ApplyTo(agent.Total);
        state.Tell(id, new AgentCommand.ApplyOperation(new FrameworkId(""), operation));
        return OperatorAnswer.Accepted;
    }

    private static IReadOnlyList<ResourceItem> Resources(Operation operation) => ResourceBag.Of(
        operation.Reserve?.Resources ?? operation.Unreserve?.Resources ?? operation.Create?.Volumes ?? operation.Destroy?.Volumes).Items;
}
