using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>From what is durable back to a running scheduler.</summary>
internal static class Recovery
{
    public static void Load(Turn turn, Recovered recovered)
    {
        turn.State = turn.State with { Record = recovered.Record, Past = recovered.Past };
        foreach (var cluster in recovered.Clusters)
            turn.Put(new ClusterState(cluster));
        FrameworkLife.Load(turn);
    }

    public static void Subscribed(Turn turn, MesosSubscribed subscribed)
    {
        var master = subscribed.Master;
        FrameworkLife.Subscribed(turn, subscribed);
        turn.State = turn.State with
        {
            Agents = turn.State.Agents.Clear(),
            Mesos = new MesosView
            {
                Connected = true,
                Master = master?.Address is { } address ? $"{address.Ip ?? address.Hostname}:{address.Port}" : master?.Pid,
                Version = master?.Version,
                FrameworkId = subscribed.FrameworkId.Value,
                LastHeartbeat = turn.Now,
            },
        };
        OfferDemand.Subscribed(turn);
        Reconciliation.Start(turn);
    }
}
