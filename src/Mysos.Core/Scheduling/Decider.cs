using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// The scheduler's mind: what follows from an event. Pure: no I/O, no clock, no chance; the same inputs give the same
/// outputs. An event first changes what is known; then each cluster it touched is compared with what it should be
/// (<see cref="ClusterPlan"/>), and the difference becomes effects.
/// </summary>
public static class Decider
{
    public static Decision Decide(SchedulerState state, LoopEvent happened, DateTimeOffset now, SchedulerSettings settings)
    {
        var turn = new Turn(state, settings, now);
        switch (happened)
        {
            case Recovered recovered: Recovery.Load(turn, recovered); break;
            case Ticked ticked:
                Hearing.Tick(turn, ticked.Posted);
                Reconciliation.Continue(turn);
                turn.State = turn.State with { Past = turn.State.Past.Expire(now) };
                break;
            case ZooKeeperChanged changed: turn.State = state with { ZooKeeper = changed.View }; break;
            case MesosSubscribed subscribed: Recovery.Subscribed(turn, subscribed); break;
            case MesosRefused refused: FrameworkLife.Refused(turn, refused); break;
            case MesosDisconnected: turn.State = state with { Mesos = state.Mesos with { Connected = false } }; break;
            case MesosHeartbeat: turn.State = state with { Mesos = state.Mesos with { LastHeartbeat = now } }; break;
            case TaskUpdated updated: TaskUpdates.Apply(turn, updated.Status); break;
            case OperationUpdated updated: OperationUpdates.Apply(turn, updated.Status); break;
            case ExecutorSpoke spoke: ExecutorMessages.Apply(turn, spoke); break;
            case AgentFailed failed: Agents.MarkUnreachable(turn, failed.Agent); break;
            case OffersReceived offers: OfferPass.Run(turn, offers.Offers); break;
            case InverseOffersReceived asked: Maintenance.Asked(turn, asked.InverseOffers); break;
            case InverseOfferRescinded rescinded: Maintenance.Rescinded(turn, rescinded.InverseOffer); break;
            case ServerSetPublished published: Announcement.Published(turn, published); break;
            case ServerSetRemoved removed: Announcement.Removed(turn, removed); break;
            case RequestEvent request: Requests.Apply(turn, request); break;
            default: throw new ArgumentOutOfRangeException(nameof(happened), happened, "No decision is written for this event.");
        }

        string[] plan = happened switch
        {
            Recovered or MesosSubscribed => [.. turn.State.Clusters.Keys],
            Ticked => [.. turn.State.Agenda.Due(now).Union(turn.ToCompare)],
            _ => [.. turn.ToCompare],
        };
        foreach (var name in plan)
            ClusterPlan.Advance(turn, name);
        foreach (var name in plan.Union(turn.Touched).ToArray())
            turn.State = turn.State with { Agenda = turn.State.Agenda.Looked(name, turn.Find(name), now) };
        OfferDemand.Adjust(turn);
        return turn.End();
    }
}
