using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Tests.Scheduling;

namespace Mysos.Tests.Elections;

/// <summary>What is foreseen is what comes.</summary>
public sealed class ForesightTests
{
    private static MasterLossView Foreseen(World world) => world.View("c").IfMasterDied.ShouldNotBeNull();

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;

    private static void MasterDies(World world)
    {
        var master = world.NodeOf("c", Durable(world).Master!.Value);
        master.Deaf = true;
        world.Post(master.Crash());
        world.Run(3);
    }

    [Fact]
    public void Healthy_TheHeirIsWhoIsElected()
    {
        var world = World.Healthy(3);
        var foreseen = Foreseen(world);
        foreseen.MayLoseWrites.ShouldBeFalse();
        foreseen.Text.ShouldBe($"node {foreseen.Heir} would take over, and has every acknowledged write");
        MasterDies(world);
        Durable(world).Master.ShouldBe(foreseen.Heir);
    }

    [Fact]
    public void AmongEquals_TheAckerIsForeseen_AndElected()
    {
        var world = World.Healthy(3);
        foreach (var promotion in (Promotion[])[Promotion.Never, Promotion.Neutral])
        {
            world.Ask(id => new Core.Scheduling.PromotionRequested(id, "c", Durable(world).Incarnation, 2, promotion));
            world.Run(5);
        }
        Durable(world).Ackers.ShouldBe([3]);
        Foreseen(world).Heir.ShouldBe(3);
        MasterDies(world);
        Durable(world).Master.ShouldBe(3);
    }

    [Fact]
    public void WhileTheMasterWrites_WhoReportedLastIsNotTheHeirForThat()
    {
        var world = World.Healthy(3);
        var heir = Foreseen(world).Heir;
        heir.ShouldBe(Durable(world).Ackers.Single());
        foreach (var slave in Durable(world).Nodes.Keys.Where(n => n != Durable(world).Master).OrderBy(n => n == heir))
        {
            Reports(world, slave, rows: 10, lag: 0.4);
            Foreseen(world).ShouldBe(new MasterLossView(heir, false, $"node {heir} would take over, and has every acknowledged write"));
        }
    }

    [Fact]
    public void AckerNeverToBeMaster_WhoHasAsMuchIsTheHeir_HoweverLateItApplies()
    {
        var world = World.Healthy(3);
        var acker = Durable(world).Ackers.Single();
        var other = Durable(world).Nodes.Keys.Single(n => n != acker && n != Durable(world).Master);
        Reports(world, other, rows: 0, lag: 7);
        var cluster = world.State.Clusters["c"];
        var barred = cluster.Durable.Nodes[acker] with { Promotion = Promotion.Never };
        Foresight.Of(cluster with { Durable = cluster.Durable with { Nodes = cluster.Durable.Nodes.SetItem(acker, barred) } }, world.Settings)!.Heir.ShouldBe(other);
    }

    private static void Reports(World world, int node, long rows, double lag)
    {
        var slave = world.NodeOf("c", node);
        slave.Rows += rows;
        slave.Report = slave.Report with { Executed = slave.Gtids, Received = slave.Gtids, LagSeconds = lag };
        world.Post(slave.Say());
        world.Settle();
    }

    [Fact]
    public void AckerServesNot_TheElectionWouldWait_AndDoes()
    {
        var world = World.Healthy(3);
        var acker = world.NodeOf("c", Durable(world).Ackers.Single());
        acker.Suffer(null, serves: false);
        world.Post(acker.Say());
        world.Settle();
        Foreseen(world).ShouldSatisfyAllConditions(f => f.Heir.ShouldBeNull(), f => f.MayLoseWrites.ShouldBeTrue(), f => f.Text.ShouldStartWith("an election would wait for "));
    }

    [Fact]
    public void AckerServesNot_PolicyAvailable_SaysWhen()
    {
        var world = World.Healthy(3);
        world.Ask(id => new Core.Scheduling.ElectionRequested(id, "c", Durable(world).Incarnation, new(ElectionPolicy.Available), new(TimeSpan.FromSeconds(30))));
        var acker = world.NodeOf("c", Durable(world).Ackers.Single());
        acker.Suffer(null, serves: false);
        world.Post(acker.Say());
        world.Settle();
        var foreseen = Foreseen(world);
        foreseen.MayLoseWrites.ShouldBeTrue();
        foreseen.Text.ShouldBe($"node {foreseen.Heir} would take over after 30s, and may lack the last writes");
    }

    [Fact]
    public void One_NobodyWouldTakeOver()
    {
        var world = World.Healthy(1);
        Foreseen(world).Text.ShouldBe("no slave serves: nothing could be written until node 1 is back with its data");
    }

    [Fact]
    public void Election_IsUnderWay_NothingIsForeseen()
    {
        var world = World.Healthy(3);
        world.NodeOf("c", Durable(world).Ackers.Single()).Deaf = true;
        MasterDies(world);
        world.View("c").IfMasterDied.ShouldBeNull();
    }
}
