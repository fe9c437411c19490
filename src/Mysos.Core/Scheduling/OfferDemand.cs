using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Asks for offers while something waits for them, and for none otherwise; but all agents are looked at from time to
/// time, for what nobody claims.
/// </summary>
internal static class OfferDemand
{
    private static readonly TimeSpan ReviveAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReviveApart = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(15);
    /// <summary>Mesos offers in cycles of a second.</summary>
    private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(5);

    /// <summary>Something waits for what the next offers may hold.</summary>
    public static bool Wants(Turn turn) =>
        turn.State.Index.AnyWaits || (!turn.State.Demand.Orphans.IsEmpty && turn.Now < turn.State.Demand.OrphansUntil);

    /// <summary>Subscribed for so long that whoever is there would have been offered.</summary>
    public static bool AllAreOffered(Turn turn) =>
        turn.State.Mesos.Connected && turn.Now - turn.State.Demand.SubscribedAt >= TimeSpan.FromMinutes(1);

    /// <summary>A subscription starts with everything offered anew, and filters forgotten.</summary>
    public static void Subscribed(Turn turn) => turn.State = turn.State with
    {
        Demand = turn.State.Demand with
        {
            SubscribedAt = turn.Now, Suppressed = false, LooksUntil = turn.Now + LookFor, LooksNext = turn.Now + LookEvery,
        },
    };

    public static void Adjust(Turn turn)
    {
        if (!turn.State.Mesos.Connected)
            return;
        Promote(turn);
        var demand = turn.State.Demand;
        if (turn.Now >= demand.LooksNext)
            demand = demand with { LooksUntil = turn.Now + LookFor, LooksNext = turn.Now + LookEvery, ReviveDue = true };
        var wants = Wants(turn);
        if (!wants && turn.Now >= demand.LooksUntil)
        {
            if (!demand.Suppressed)
                turn.Do(new SuppressOffers());
            Set(turn, demand with { Suppressed = true, ReviveDue = false });
            return;
        }
        // Whoever began to wait just now is not kept waiting for the filters of those that wait in vain.
        var due = demand.ReviveDue || demand.Suppressed || turn.NodesBeganToWait || (wants && turn.Now - demand.RevivedAt >= ReviveAgain);
        var since = turn.Now - demand.RevivedAt;
        var allowance = due && since >= ReviveApart ? Pace.Revivals.Take(demand.Revivals, turn.Now) : null;
        var now = allowance is not null;
        if (now)
            turn.Do(new ReviveOffers());
        Set(turn, demand with
        {
            Suppressed = demand.Suppressed && !now, ReviveDue = due && !now, RevivedAt = now ? turn.Now : demand.RevivedAt,
            Revivals = allowance ?? demand.Revivals,
        });
    }

    private static void Promote(Turn turn)
    {
        var index = turn.State.Index.Promote(turn.Now, key => turn.Find(key.Cluster)!.Durable.Nodes[key.Number]);
        if (ReferenceEquals(index, turn.State.Index))
            return;
        turn.NodesBeganToWait = true;
        turn.State = turn.State with { Index = index };
    }

    /// <summary>The same object when nothing changed, so that nobody is shown a new view of it.</summary>
    private static void Set(Turn turn, OfferDemandState next)
    {
        if (next != turn.State.Demand)
            turn.State = turn.State with { Demand = next };
    }
}
