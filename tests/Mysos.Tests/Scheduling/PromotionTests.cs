using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What the nodes' promotions change in a healthy cluster: who acknowledges, who leads, where a switchover goes.</summary>
public sealed class PromotionTests : PromotionTestBase
{
    [Fact]
    public void Never_OfTheAcker_AnotherSlaveTakesItsPlace()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        Promote(acker, Promotion.Never);
        World.Run(3);
        Acker.ShouldBe(other);
        Durable.Epoch.ShouldBe(1);

        Promote(other, Promotion.Never);
        World.Run(3);
        Acker.ShouldBe(other, "one that is in place stays, where no other may lead");
    }

    [Fact]
    public void Never_OfTheOnlySlave_ItIsTheAckerAllTheSame()
    {
        Healthy(2);
        Promote(2, Promotion.Never);
        World.Run(3);
        Acker.ShouldBe(2);
    }

    [Fact]
    public void Never_WhenAnAckerIsChosen_AnotherIs()
    {
        Healthy(4);
        var first = Acker;
        var others = Durable.Nodes.Keys.Where(n => n != first && n != Master).ToArray();
        Promote(others[0], Promotion.Never);
        World.Post(World.NodeOf("c", first).Crash());
        World.Run(3);
        Acker.ShouldBe(others[1]);
    }

    [Fact]
    public void NewEpoch_AckerIsRatherOneThatMayLead()
    {
        Healthy(4);
        Promote(3, Promotion.Never);
        LoseMaster();
        (Durable.Master, Acker).ShouldBe((2, 4));
    }

    [Fact]
    public void Prefer_HealthyCluster_SwitchesOverToIt_WithoutAnElection()
    {
        Healthy();
        World.NodeOf("c", Master).Rows = 7;
        Promote(3, Promotion.Prefer);
        World.Run(3);
        (Master, Durable.Epoch).ShouldBe((3, 2));
        World.NodeOf("c", 3).Rows.ShouldBe(7);
        Durable.Events.ShouldNotContain(e => e.Kind == "master_lost");
        Durable.Events.Single(e => e.Kind == "switchover_began").Text.ShouldEndWith("it is preferred.");
        World.Run(10);
        Durable.Epoch.ShouldBe(2);
    }

    [Fact]
    public void Prefer_AfterAnElection_GetsTheMastershipBackOnceAllIsWell()
    {
        Healthy();
        Promote(1, Promotion.Prefer);
        World.Run(1);
        LoseMaster();
        World.Run(5);
        Master.ShouldNotBe(1);
        World.Post(World.NodeOf("c", 1).ComeBack());
        World.Run(5);
        (Master, Durable.Epoch).ShouldBe((1, 3));
        Durable.Events.Count(e => e.Kind == "master_lost").ShouldBe(1);
    }

    [Theory]
    [InlineData("lags")]
    [InlineData("its volume is full")]
    [InlineData("its machine is maintained")]
    [InlineData("another node is away")]
    public void Prefer_WhileSomethingIsWrong_NothingMoves(string what)
    {
        Healthy();
        var node = World.NodeOf("c", 3);
        if (what == "lags")
            node.Report = node.Report with { LagSeconds = 1.5 };
        if (what == "its volume is full")
            node.Suffer(new Symptoms { Volume = "full" });
        if (what == "its machine is maintained")
            World.Post(new InverseOffersReceived([new InverseOffer { Id = new OfferId("I"), AgentId = new AgentId(node.Agent), Unavailability = OfferOf.UnavailableFrom(World.Now.AddMinutes(30)) }]));
        if (what == "another node is away")
            World.Post(World.NodeOf("c", 2).Crash());
        World.Run(1);
        Promote(3, Promotion.Prefer);
        World.Run(10);
        (Master, Durable.Epoch).ShouldBe((1, 1));
    }

    [Fact]
    public void Prefer_SwitchoverIsUndone_IsTriedAgainAfterAMinute()
    {
        Healthy();
        World.NodeOf("c", 3).Stuck = true;
        World.NodeOf("c", 1).Rows = 10;
        Promote(3, Promotion.Prefer);
        World.Run(30);
        Durable.Events.Count(e => e.Kind == "switchover_began").ShouldBe(1);
        Durable.Events.ShouldContain(e => e.Kind == "switchover_undone");
        World.NodeOf("c", 3).Stuck = false;
        World.Run(60);
        Master.ShouldBe(3);
    }

    [Fact]
    public void Prefer_OwnerSwitchesOverToAnother_ItStaysThere_UntilAPromotionIsChanged()
    {
        Healthy();
        Promote(3, Promotion.Prefer);
        World.Run(3);
        SwitchTo(2).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(10);
        (Master, Durable.Epoch).ShouldBe((2, 3));
        World.Restart();
        World.Run(10);
        Master.ShouldBe(2);

        Promote(2, Promotion.Never);
        World.Run(3);
        Master.ShouldBe(3);
    }

    [Fact]
    public void Never_OfTheMaster_ASlaveTakesOver_AndItsOwnerCanNameItStill()
    {
        Healthy();
        Promote(1, Promotion.Never);
        World.Run(3);
        Master.ShouldNotBe(1);
        Acker.ShouldNotBe(1);
        SwitchTo(1).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(5);
        Master.ShouldBe(1);
    }

    [Fact]
    public void Switchover_WithoutAName_GoesToThePreferred_AndNeverToNever()
    {
        Healthy(4);
        Promote(2, Promotion.Never);
        SwitchTo(null).ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe("1 3");
        World.Run(2);
        foreach (var node in (int[])[1, 4])
            Promote(node, Promotion.Never);
        World.Run(2);
        SwitchTo(null).ShouldBeOfType<RequestOutcome.Refused>().Detail.ShouldContain("name one whose promotion is never");
    }

    [Fact]
    public void Promotion_SurvivesSchedulerAndTask_AndIsShown()
    {
        Healthy();
        Promote(2, Promotion.Never);
        World.Run(2);
        World.Restart();
        World.End(World.NodeOf("c", 2), TaskState.Failed);
        World.Run(20);
        World.View("c").Nodes.Select(n => n.Promotion).ShouldBe([Promotion.Neutral, Promotion.Never, Promotion.Neutral]);
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
    }

    [Fact]
    public void Promotion_OfNoNode_IsRefused()
    {
        Healthy(1);
        Promote(7, Promotion.Never).ShouldBeOfType<RequestOutcome.Refused>().Status.ShouldBe(404);
    }

    [Fact]
    public void Restart_OfAPreferredMastersCluster_EndsWithItAsMaster()
    {
        Healthy();
        Promote(2, Promotion.Prefer);
        World.Run(3);
        Ask((r, c) => new RestartRequested(r, "c", c)).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(40);
        Durable.Restart.ShouldBeNull();
        Master.ShouldBe(2);
        Durable.Events.ShouldNotContain(e => e.Kind == "master_lost");
    }
}
