using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What the nodes' promotions change in elections; and that no write is ever lost for them.</summary>
public sealed class PromotionElectionTests : PromotionTestBase
{
    /// <summary>No switchover goes to it meanwhile.</summary>
    private void PreferLagging(int node)
    {
        World.NodeOf("c", node).Report = World.NodeOf("c", node).Report with { LagSeconds = 30 };
        World.Run(1);
        Promote(node, Promotion.Prefer);
    }

    [Fact]
    public void Prefer_AmongEquals_Wins()
    {
        Healthy(4);
        // The last one: by number it would not win.
        PreferLagging(4);
        Master.ShouldNotBe(4);
        LoseMaster();
        Master.ShouldBe(4);
    }

    [Fact]
    public void Prefer_WhoHasLess_DoesNotWin()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        World.NodeOf("c", other).Stuck = true;
        PreferLagging(other);
        World.NodeOf("c", acker).Rows = 5;
        LoseMaster();
        Master.ShouldBe(acker);
    }

    [Fact]
    public void Never_AnotherHasAsMuch_IsElected()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        // It stays the acker, for no other slave serves.
        PromoteWhileOthersAreAway(acker, Promotion.Never, other);
        LoseMaster();
        World.Run(3);
        Master.ShouldBe(other);
        Durable.Epoch.ShouldBe(2);
    }

    [Fact]
    public void Never_OnlyItHasTheLastWrites_TheElectionWaitsAndSaysSo_UntilAnotherHasThem()
    {
        var (old, acker, other) = LostWithOnlyTheNeverHavingAll();
        World.Run(90);
        Durable.Master.ShouldBeNull();
        World.View("c").Reason.ShouldContain($"waits for another node with all that node {acker} has, whose promotion is never");

        World.Post(World.NodeOf("c", old).ComeBack());
        World.Run(2);
        Master.ShouldBe(old);
        other.ShouldNotBe(old);
        World.NodeOf("c", Master).Rows.ShouldBe(5);
    }

    [Fact]
    public void Never_OnlyItHasTheLastWrites_PolicyAvailable_TakesItAfterTheTimeout_RatherThanLoseThem()
    {
        var (_, acker, _) = LostWithOnlyTheNeverHavingAll();
        Ask((r, c) => new ElectionRequested(r, "c", c, new(ElectionPolicy.Available), new(TimeSpan.FromSeconds(10))));
        World.Run(8);
        Durable.Master.ShouldBeNull();
        World.Run(4);
        Master.ShouldBe(acker);
        World.NodeOf("c", acker).Rows.ShouldBe(5);
        Durable.Events.Single(e => e.Kind == "master_elected").Text.ShouldContain("never to be master, but no other node had as much");
        Durable.Events.ShouldNotContain(e => e.Text.Contains("may be lost"));
    }

    [Fact]
    public void Never_OnlyItHasTheLastWrites_ItsOwnerNamesIt_AndItStaysMaster()
    {
        var (old, acker, other) = LostWithOnlyTheNeverHavingAll();
        World.Run(3);
        SwitchTo(null).ShouldBeOfType<RequestOutcome.Refused>();
        SwitchTo(other).ShouldBeOfType<RequestOutcome.Refused>().Status.ShouldBe(409);
        Durable.Master.ShouldBeNull();

        SwitchTo(acker).ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe($"{old} {acker}");
        Master.ShouldBe(acker);
        World.NodeOf("c", other).Stuck = false;
        World.Post(World.NodeOf("c", old).ComeBack());
        World.Run(10);
        (Master, Durable.Epoch).ShouldBe((acker, 2));
    }

    /// <summary>The master is lost, its acker is never to be master, and the third node lacks what the acker has.</summary>
    private (int Old, int Acker, int Other) LostWithOnlyTheNeverHavingAll()
    {
        Healthy();
        var (old, acker, other) = (Master, Acker, Other);
        World.NodeOf("c", other).Stuck = true;
        World.Post(World.NodeOf("c", other).Crash());
        Promote(acker, Promotion.Never);
        World.NodeOf("c", old).Rows = 5;
        World.NodeOf("c", acker).Rows = 5;
        LoseMasterNamed(old);
        World.Post(World.NodeOf("c", other).ComeBack());
        World.Settle();
        return (old, acker, other);
    }

    private void LoseMasterNamed(int old)
    {
        Master.ShouldBe(old);
        LoseMaster();
        Durable.Election.ShouldNotBeNull();
    }

    [Fact]
    public void Never_NobodyIsSure_PolicyAvailable_TheMostAdvancedIsElectedAllTheSame()
    {
        Healthy(4);
        World.Settings = World.Settings with { ElectionPolicy = ElectionPolicy.Available, ElectionTimeout = TimeSpan.FromSeconds(10) };
        var (acker, master) = (Acker, Master);
        var others = Durable.Nodes.Keys.Where(n => n != acker && n != master).ToArray();
        Promote(others[0], Promotion.Never);
        foreach (var node in others)
            World.NodeOf("c", node).Stuck = true;
        World.NodeOf("c", acker).Deaf = true;
        World.NodeOf("c", others[0]).Rows = 5;
        World.NodeOf("c", others[1]).Rows = 3;
        LoseMaster();
        World.Run(12);
        Master.ShouldBe(others[0]);
    }

    [Fact]
    public void Never_NobodyIsSure_EqualsDoNotIncludeIt()
    {
        Healthy(4);
        World.Settings = World.Settings with { ElectionPolicy = ElectionPolicy.Available, ElectionTimeout = TimeSpan.FromSeconds(10) };
        var (acker, master) = (Acker, Master);
        var others = Durable.Nodes.Keys.Where(n => n != acker && n != master).ToArray();
        Promote(others[0], Promotion.Never);
        World.NodeOf("c", acker).Deaf = true;
        LoseMaster();
        World.Run(12);
        Master.ShouldBe(others[1]);
    }

    [Fact]
    public void Never_LossIsAccepted_WhatIsLeftIsNotLostForIt_UntilItsOwnerNamesIt()
    {
        Healthy(4);
        var (acker, master) = (Acker, Master);
        var others = Durable.Nodes.Keys.Where(n => n != acker && n != master).ToArray();
        Promote(others[0], Promotion.Never);
        foreach (var node in others)
            World.NodeOf("c", node).Stuck = true;
        World.NodeOf("c", others[0]).Rows = 5;
        World.NodeOf("c", others[1]).Rows = 3;
        World.NodeOf("c", acker).Deaf = true;
        World.HoldOffers = true;
        LoseMaster();
        World.Run(3);
        Ask((r, c) => new ReplaceRequested(r, "c", c, acker, true));
        Ask((r, c) => new ReplaceRequested(r, "c", c, master, true));
        World.Run(3);
        Durable.Master.ShouldBeNull();
        World.View("c").Reason.ShouldContain($"all that node {others[0]} has");

        SwitchTo(others[0]).ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe($"{others[0]}");
        Master.ShouldBe(others[0]);
    }

    [Fact]
    public void FirstMaster_IsOneThatMayBe()
    {
        World.HoldOffers = true;
        World.Create("c", 2);
        World.Run(1);
        Promote(1, Promotion.Never);
        World.HoldOffers = false;
        World.Run(5);
        Master.ShouldBe(2);
        Durable.Epoch.ShouldBe(1);
    }

    [Fact]
    public void Never_OfAllNodes_IsAsIfOfNone()
    {
        Healthy(2);
        Promote(2, Promotion.Never);
        Promote(1, Promotion.Never).ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldHaveSingleItem().ShouldContain("all nodes");
        LoseMaster();
        World.Run(1);
        (Durable.Master, Durable.Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Never_AllOthersOfALostMasterAre_ItComesBackAsMaster()
    {
        Healthy(2);
        Promote(2, Promotion.Never);
        LoseMaster();
        World.Run(5);
        Durable.Master.ShouldBeNull();
        World.Post(World.NodeOf("c", 1).ComeBack());
        World.Run(2);
        (Durable.Master, Durable.Epoch).ShouldBe((1, 2));
    }

    [Fact]
    public void Never_IsTheOnlyOneWithASoundVolume_TheMasterIsNotGivenUp()
    {
        Healthy(2);
        Promote(2, Promotion.Never);
        World.NodeOf("c", 1).Suffer(new Symptoms { Volume = "it is full: 0 KiB are left" });
        World.Run(10);
        Durable.Epoch.ShouldBe(1);
    }
}
