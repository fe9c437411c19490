using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// What the nodes' <see cref="Promotion"/> means: who may lead, and when a healthy cluster changes its master for it. A delayed node
/// (<see cref="Delays"/>) counts as one whose promotion is never.
/// </summary>
internal static class Promotions
{
    /// <summary>Another node is to be the master. Where none may be, they all may.</summary>
    public static bool Bars(Cluster cluster, int node) => cluster.Nodes.GetValueOrDefault(node) is { } asked && !MayLead(asked)
        && cluster.Nodes.Values.Any(n => !n.Retiring && MayLead(n));

    private static bool MayLead(Node node) => node is { Promotion: not Promotion.Never, DelaySeconds: 0 };

    /// <summary>Less: rather the master.</summary>
    public static int Rank(Cluster cluster, int node) => cluster.Nodes[node] switch
    {
        var other when !MayLead(other) => 2,
        { Promotion: Promotion.Prefer } => 0,
        _ => 1,
    };

    /// <summary>The word for why these are barred.</summary>
    public static string Because(Cluster cluster, IReadOnlyCollection<int> nodes, string never, string delayed) =>
        (nodes.Any(n => cluster.Nodes[n].Promotion == Promotion.Never), nodes.Any(n => Delays.IsDelayed(cluster, n))) switch
        {
            (false, true) => delayed,
            (true, true) => $"{never} or {delayed}",
            _ => never,
        };

    /// <summary>
    /// Begins a switchover from a master to a slave that is rather to be it, once nothing is wrong in the cluster, unless
    /// its owner has put that master there.
    /// </summary>
    public static Cluster MoveMaster(Turn turn, ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable is not { Master: { } master, Election: null, Succession: null, Handover: null, AckChange: null, Restart: null, Deleting: false, Failure: null }
            || durable.Nodes.Values.All(n => n is { Promotion: Promotion.Neutral, DelaySeconds: 0 }) || durable.ChosenEpoch == durable.Epoch || Switchover.IsTooSoon(turn, durable) || !NodeRestarts.AllServe(cluster, turn.Settings)
            || Switchover.Best(turn, cluster) is not { } heir || Rank(durable, heir) >= Rank(durable, master)
            || !Switchover.IsNear(cluster.Of(heir)) || cluster.Of(heir).Report?.Symptoms?.Volume is not null
            || Maintenance.Concerns(turn.State, durable.Nodes[heir].Task!.Agent, turn.Now))
            return durable;
        return Switchover.Begin(turn, durable, heir, durable.Nodes[heir].Promotion == Promotion.Prefer
            ? "it is preferred" : $"node {master} is {Because(durable, [master], "never to be it", "delayed")}");
    }
}
