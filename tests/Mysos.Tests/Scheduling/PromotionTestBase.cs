using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>A cluster whose nodes' promotions are changed.</summary>
public abstract class PromotionTestBase
{
    private protected World World { get; } = new(agents: 4);

    private protected Cluster Durable => World.State.Clusters["c"].Durable;
    private protected int Master => Durable.Master!.Value;
    private protected int Acker => Durable.Ackers.ShouldHaveSingleItem();
    private protected int Other => Durable.Nodes.Keys.Single(n => n != Durable.Master && n != Acker);

    private protected void Healthy(int nodes = 3)
    {
        World.Create("c", nodes);
        World.Run(5);
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
    }

    private protected RequestOutcome Ask(Func<long, string, RequestEvent> request)
    {
        var id = World.Ask(id => request(id, Durable.Incarnation));
        World.Settle();
        return World.Answers[id];
    }

    private protected RequestOutcome Promote(int node, Promotion promotion) => Ask((r, c) => new PromotionRequested(r, "c", c, node, promotion));

    private protected RequestOutcome SwitchTo(int? node) => Ask((r, c) => new SwitchoverRequested(r, "c", c, node));

    /// <summary>Sets a promotion as if no change of acker or master could follow it before the next failure.</summary>
    private protected void PromoteWhileOthersAreAway(int node, Promotion promotion, params int[] away)
    {
        foreach (var other in away)
            World.Post(World.NodeOf("c", other).Crash());
        Promote(node, promotion);
        World.Run(1);
        foreach (var other in away)
            World.Post(World.NodeOf("c", other).ComeBack());
    }

    private protected void LoseMaster()
    {
        World.Post(World.NodeOf("c", Master).Crash());
        World.Settle();
    }
}
