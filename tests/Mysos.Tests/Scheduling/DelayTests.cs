using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What a node's delay changes: who acknowledges, who leads, who is told of, and where copies come from.</summary>
public sealed class DelayTests : PromotionTestBase
{
    private const int Hour = 3600;

    private RequestOutcome Delay(int node, int seconds = Hour) => Ask((r, c) => new DelayRequested(r, "c", c, node, seconds));

    private int Told(int node) => World.NodeOf("c", node).Obeyed!.DelaySeconds;

    private IEnumerable<int> Announced => World.Published["c"].Slaves.Select(m => m.Number);

    [Fact]
    public void Delay_OfTheAcker_AnotherTakesItsPlace_AndClientsAreNotToldOfIt()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        var steps = Delay(acker).ShouldBeOfType<RequestOutcome.Accepted>().Steps;
        steps[0].ShouldContain("1h after its master, and leaves the ServerSet");
        steps.ShouldContain(s => s.Contains("Another slave acknowledges"));
        World.Run(3);
        Acker.ShouldBe(other);
        Told(acker).ShouldBe(Hour);
        Announced.ShouldBe([other]);
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
        World.View("c").Nodes.Single(n => n.ServerId == acker).DelaySeconds.ShouldBe(Hour);

        Delay(acker, 0);
        World.Run(3);
        Told(acker).ShouldBe(0);
        Announced.Order().ShouldBe(new[] { acker, other }.Order());
    }

    /// <summary>What it has received counts until the durable state names another.</summary>
    [Fact]
    public void Delay_OfTheAcker_ItIsCountedOnUntilAnotherIsInItsPlace()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        // The other one does not get what it would have to have.
        World.NodeOf("c", other).Stuck = true;
        World.NodeOf("c", Master).Rows = 5;
        World.NodeOf("c", acker).Rows = 5;
        World.Run(1);
        Delay(acker);
        World.Run(1);
        Durable.AckChange!.To.ShouldBe([other]);
        Acker.ShouldBe(acker);
        var told = World.NodeOf("c", acker).Obeyed!;
        (told.Ackers, told.DelaySeconds, told.CountedOn).ShouldBe((0, Hour, true));

        World.NodeOf("c", other).Stuck = false;
        World.NodeOf("c", other).Rows = 5;
        World.Run(5);
        Acker.ShouldBe(other);
        World.NodeOf("c", acker).Obeyed!.CountedOn.ShouldBeFalse();
    }

    [Fact]
    public void Acker_ThatWasDelayed_CountsByWhatItHasOnceItAppliesAtOnce()
    {
        Healthy(2);
        var slave = World.NodeOf("c", 2);
        slave.Report = slave.Report with { DelaySeconds = Hour };
        World.Run(1);
        Delays.MayForget(World.State.Clusters["c"], 2).ShouldBeTrue();
        slave.Report = slave.Report with { DelaySeconds = 0 };
        World.Run(1);
        Delays.MayForget(World.State.Clusters["c"], 2).ShouldBeFalse();
        Delay(2);
        Delays.MayForget(World.State.Clusters["c"], 2).ShouldBeTrue();
    }

    [Fact]
    public void Delay_OfTheOnlySlave_ItAcknowledges_ForItReceivesAtOnce()
    {
        Healthy(2);
        Delay(2);
        World.Run(3);
        (Acker, Told(2)).ShouldBe((2, Hour));
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
    }

    [Fact]
    public void Delayed_AnotherHasAsMuch_IsElected_AndIsAckerRatherThanIt()
    {
        Healthy(4);
        Delay(2);
        World.Run(3);
        LoseMaster();
        World.Run(3);
        (Master, Acker).ShouldBe((3, 4));
        Told(2).ShouldBe(Hour);
    }

    [Fact]
    public void Delayed_OnlyItHasTheLastWrites_TheElectionWaits_UntilItsOwnerNamesIt_AndItLeadsWithoutDelay()
    {
        Healthy(2);
        Delay(2);
        World.Run(1);
        LoseMaster();
        World.Run(30);
        Durable.Master.ShouldBeNull();
        World.View("c").Reason.ShouldContain("waits for another node with all that node 2 has, which is delayed");

        SwitchTo(2).ShouldBeOfType<RequestOutcome.Accepted>().Steps[0].ShouldContain("although it is delayed");
        World.Run(1);
        Master.ShouldBe(2);
        Told(2).ShouldBe(0);
        World.Published["c"].Master!.Number.ShouldBe(2);
        World.Post(World.NodeOf("c", 1).ComeBack());
        World.Run(5);
        (Master, Acker, Told(1)).ShouldBe((2, 1, 0));

        SwitchTo(1).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(3);
        (Master, Told(2)).ShouldBe((1, Hour));
        Announced.ShouldBeEmpty();
    }

    [Fact]
    public void Delayed_PolicyAvailable_TakesItAfterTheTimeout_AndLosesNothing()
    {
        Healthy(2);
        World.Settings = World.Settings with { ElectionPolicy = Core.Elections.ElectionPolicy.Available, ElectionTimeout = TimeSpan.FromSeconds(10) };
        Delay(2);
        World.Run(1);
        LoseMaster();
        World.Run(12);
        Master.ShouldBe(2);
        Durable.Events.Single(e => e.Kind == "master_elected").Text.ShouldContain(", delayed, but no other node had as much in time");
    }

    [Fact]
    public void Delayed_OldMasterIsBackFirst_IsElected_ForItHasNothingToApply()
    {
        Healthy(2);
        foreach (var node in (int[])[1, 2])
            World.NodeOf("c", node).Stuck = true;
        World.Post(World.NodeOf("c", 2).Crash());
        World.Run(1);
        Delay(1);
        LoseMaster();
        World.Run(3);
        Durable.Master.ShouldBeNull();
        World.Post(World.NodeOf("c", 1).ComeBack());
        World.Run(3);
        (Master, Durable.Epoch, Told(1)).ShouldBe((1, 2, 0));
    }

    [Fact]
    public void Delay_OfAllNodes_BarsNone()
    {
        Healthy(2);
        Delay(2);
        Promote(1, Promotion.Never).ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldHaveSingleItem().ShouldContain("or they are delayed");
        Delay(1).ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldContain(s => s.Contains("any of them may be master"));
        LoseMaster();
        World.Run(1);
        (Durable.Master, Durable.Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Delay_OfTheMaster_ASlaveTakesOver()
    {
        Healthy();
        Delay(1).ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldContain(s => s.Contains("by a switchover"));
        World.Run(3);
        Master.ShouldNotBe(1);
        Told(1).ShouldBe(Hour);
        Durable.Events.Single(e => e.Kind == "switchover_began").Text.ShouldEndWith("node 1 is delayed.");
        Durable.Events.ShouldNotContain(e => e.Kind == "master_lost");
    }

    [Fact]
    public void FirstMaster_IsNotDelayed()
    {
        World.HoldOffers = true;
        World.Create("c", 2);
        World.Run(1);
        Delay(1);
        World.HoldOffers = false;
        World.Run(5);
        (Master, Told(1)).ShouldBe((2, Hour));
    }

    [Fact]
    public void Switchover_ByName_FirstTakesTheDelayOff_AndWaitsForWhatTheMasterHadThen()
    {
        Healthy();
        Delay(3);
        World.Run(2);
        SwitchTo(null).ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe("1 2");
        World.Run(3);
        var late = World.NodeOf("c", 3);
        late.Stuck = true;
        World.NodeOf("c", Master).Rows = 7;
        World.NodeOf("c", Master).Report = World.NodeOf("c", Master).Report with { Executed = "0-1-7" };
        World.Run(1);
        SwitchTo(3).ShouldBeOfType<RequestOutcome.Accepted>();
        // While the delay is taken off it says that it has no lag, and even that it does not serve.
        late.Report = late.Report with { LagSeconds = 0, Received = "0-1-7", Executed = "0-1-2", Serving = false };
        World.Run(5);
        (Told(3), Durable.Handover!.YieldingSince).ShouldBe((0, null));

        late.Rows = 7;
        late.Report = late.Report with { Executed = "0-1-7", Serving = true };
        World.Run(3);
        (Master, Told(3)).ShouldBe((3, 0));
    }

    [Fact]
    public void Switchover_ToADelayedThatDoesNotCatchUp_IsUndone_AndItIsDelayedAgain()
    {
        Healthy();
        Delay(3);
        World.Run(2);
        var late = World.NodeOf("c", 3);
        late.Stuck = true;
        World.NodeOf("c", 1).Rows = 7;
        World.NodeOf("c", 1).Report = World.NodeOf("c", 1).Report with { Executed = "0-1-7" };
        World.Run(1);
        SwitchTo(3).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(30);
        Told(3).ShouldBe(0);
        World.Run(35);
        (Master, Durable.Handover, Told(3)).ShouldBe((1, null, Hour));
        Durable.Events.ShouldContain(e => e.Kind == "switchover_undone");
    }

    [Theory]
    [InlineData(3605.0, 5.0)]
    [InlineData(120.0, 0.0)]
    public void Lag_OfADelayedNode_IsWhatGoesBeyondIt(double said, double shown)
    {
        Healthy(2);
        Delay(2);
        World.NodeOf("c", 2).Report = World.NodeOf("c", 2).Report with { LagSeconds = said };
        World.Run(1);
        World.View("c").Nodes.Single(n => n.ServerId == 2).LagSeconds.ShouldBe(shown);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(2, 1)]
    public void Backup_IsTakenFromNoDelayedSlave_RatherFromTheMaster(int nodes, int from)
    {
        Healthy(nodes);
        Delay(2);
        World.Run(2);
        Ask((r, c) => new BackupRequested(r, "c", c, "c:202601010000")).ShouldBeOfType<RequestOutcome.Accepted>();
        Durable.Backups.ShouldHaveSingleItem().Node.ShouldBe(from);
    }

    [Fact]
    public void Donor_IsRatherTheAckerThanADelayedSlave()
    {
        Healthy(4);
        var acker = Acker;
        var others = Durable.Nodes.Keys.Where(n => n != Master && n != acker).ToArray();
        Delay(others[0]);
        World.Run(2);
        World.NodeOf("c", others[1]).Diverge();
        World.Run(2);
        World.NodeOf("c", others[1]).Obeyed!.Donor!.Node.ShouldBe(acker);
    }

    [Fact]
    public void Restart_WithADelayedNode_GoesThrough()
    {
        Healthy();
        Delay(3);
        World.Run(2);
        Ask((r, c) => new RestartRequested(r, "c", c)).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(40);
        Durable.Restart.ShouldBeNull();
        Durable.Events.ShouldContain(e => e.Kind == "restart_done");
        Told(3).ShouldBe(Hour);
    }

    [Fact]
    public void Delay_SurvivesSchedulerAndTask_AndGoesWithTheNode()
    {
        Healthy();
        Delay(2);
        World.Run(2);
        World.Restart();
        World.End(World.NodeOf("c", 2), TaskState.Failed);
        World.Run(20);
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
        Told(2).ShouldBe(Hour);
        Delay(2).ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldHaveSingleItem().ShouldStartWith("Nothing");

        Ask((r, c) => new ReplaceRequested(r, "c", c, 2, false)).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(10);
        World.View("c").Nodes.Select(n => n.DelaySeconds).ShouldBe([0, 0, 0]);
    }

    [Fact]
    public void Delay_OfNoNode_IsRefused()
    {
        Healthy(1);
        Delay(7).ShouldBeOfType<RequestOutcome.Refused>().Status.ShouldBe(404);
    }
}
