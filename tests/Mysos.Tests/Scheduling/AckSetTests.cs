using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class AckSetTests
{
    private static World Alone(out int slave, out int master)
    {
        var world = World.Healthy(2);
        (slave, master) = (Acker(world), Durable(world).Master!.Value);
        world.Post(world.NodeOf("c", slave).Crash());
        world.Run(2);
        Durable(world).Ackers.ShouldBeEmpty();
        return world;
    }

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;

    private static int Acker(World world) => Durable(world).Ackers.ShouldHaveSingleItem();

    private static int Other(World world) => Durable(world).Nodes.Keys.Single(n => n != Durable(world).Master && n != Acker(world));

    private static int[] Acknowledging(World world) =>
        [.. world.State.Clusters["c"].Durable.Nodes.Keys.Where(n => 
            world.NodeOf("c", n) is { Report.Phase: NodePhase.Running, Obeyed: { Role: DirectedRole.Slave, Ackers: 1 } })];

    private static IEnumerable<Directive> SentTo(World world, int node) => world.Performed.OfType<SendDirective>()
        .Select(s => s.Directive).Where(d => d.TaskId == world.NodeOf("c", node).TaskId);

    [Fact]
    public void Healthy_ExactlyOneSlaveAcknowledges_AndTheMasterWaits()
    {
        var world = World.Healthy(3);
        Acknowledging(world).ShouldBe([Acker(world)]);
        world.NodeOf("c", Durable(world).Master!.Value).Obeyed!.Ackers.ShouldBe(1);
        Durable(world).AckChange.ShouldBeNull();
    }

    /// <summary>An account that is made while nobody acknowledges keeps the next acker from logging in.</summary>
    [Fact]
    public void Replaced_TheAckerIsEnded_AndItsSuccessorsAccountMade_OnceAnotherAcknowledges()
    {
        var world = World.Healthy(3);
        var (acker, other, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        var task = world.NodeOf("c", acker).TaskId;
        bool IsKilled() => world.Performed.OfType<KillTask>().Any(k => k.Task.Value == task);
        (world.NodeOf("c", master).Deaf, world.NodeOf("c", other).Deaf) = (true, true);
        world.Ask(id => new ReplaceRequested(id, "c", Durable(world).Incarnation, acker, false));
        world.Run(1);
        var successor = Durable(world).Nodes.Keys.Max();
        bool IsLetIn() => SentTo(world, master).Any(d => d.Followers.Contains(successor));
        Durable(world).AckChange!.To.ShouldBe([other]);
        world.View("c").Nodes.Single(n => n.ServerId == acker).Reason.ShouldBe("is stopped once the master does not wait for its acknowledgements");
        (IsKilled(), IsLetIn()).ShouldBe((false, false));
        world.NodeOf("c", acker).Obeyed!.Ackers.ShouldBe(0, "it is asked to stop, not only locked out");

        world.NodeOf("c", master).Deaf = false;
        world.Run(1);
        Durable(world).Ackers.ShouldBe([other]);
        (IsKilled(), IsLetIn()).ShouldBe((true, false));

        var waiting = world.NodeOf("c", master);
        waiting.Report = waiting.Report with { Stalled = true };
        world.NodeOf("c", other).Deaf = false;
        world.Run(1);
        Acknowledging(world).ShouldContain(other);
        IsLetIn().ShouldBeFalse("commits may wait in vain");

        waiting.Report = waiting.Report with { Stalled = false };
        world.Post(waiting.Say());
        world.Run(1);
        IsLetIn().ShouldBeTrue();
    }

    [Fact]
    public void Stalled_TheMasterIsToldWhatItsAckerHas_UntilItNoLongerIs()
    {
        var world = World.Healthy(3);
        var (acker, master) = (world.NodeOf("c", Acker(world)), world.NodeOf("c", Durable(world).Master!.Value));
        master.Obeyed!.AckersHave.ShouldBeEmpty();

        master.Report = master.Report with { Stalled = true };
        world.Post(master.Say());
        world.Run(1);

        master.Obeyed!.AckersHave.ShouldBe([$"{acker.Report.Executed},{acker.Report.Received}"]);
        acker.Report = acker.Report with { Executed = "0-1-9", Received = "0-1-9" };
        world.Post(acker.Say());
        world.Run(1);
        master.Obeyed!.AckersHave.ShouldBe(["0-1-9,0-1-9"], "it has more now");
        master.Report = master.Report with { Stalled = false };
        world.Post(master.Say());
        world.Run(1);
        master.Obeyed!.AckersHave.ShouldBeEmpty();
    }

    [Fact]
    public void Switchover_TheOldAckerHasNotAnswered_ItIsShownWhatItWaitsFor()
    {
        var world = World.Healthy(3);
        var (acker, other) = (Acker(world), Other(world));
        world.NodeOf("c", acker).Deaf = true;
        world.Ask(id => new SwitchoverRequested(id, "c", Durable(world).Incarnation, other));
        world.Run(1);
        Durable(world).Master.ShouldBe(other);
        world.View("c").Nodes.Single(n => n.ServerId == acker).Reason.ShouldBe("may follow the master once it has said that it acknowledges nothing");
    }

    [Fact]
    public void FromAlone_TheSideIsOnAndTheMasterWaits_BeforeItsGtidsAreNoted()
    {
        var world = World.Healthy(3);
        var master = SentTo(world, Durable(world).Master!.Value).ToList();
        var waits = master.FindIndex(d => d.Ackers == 1);
        var notes = master.FindIndex(d => d.Note != 0);
        waits.ShouldBeGreaterThan(0);
        notes.ShouldBeGreaterThan(waits);
    }

    [Fact]
    public void FromAlone_OnceTheMasterWaitsItGoesOnWaiting_HoweverLongTheNewAckerTakes()
    {
        var world = Alone(out var slave, out var master);
        world.NodeOf("c", master).Rows += 5;
        world.NodeOf("c", slave).Stuck = true;
        world.Post(world.NodeOf("c", slave).ComeBack());
        var before = SentTo(world, master).Count();
        world.Run(6);
        Durable(world).AckChange!.MasterAt.ShouldNotBeNull("it has noted what the new acker lacks");
        SentTo(world, master).Skip(before).Select(d => d.Ackers).SkipWhile(a => a == 0).ShouldAllBe(a => a == 1);
        world.Restart();
        world.Run(2);
        world.NodeOf("c", master).Obeyed!.Ackers.ShouldBe(1, "under the next leader as well");

        world.NodeOf("c", slave).Stuck = false;
        world.Run(3);
        Acker(world).ShouldBe(slave);
    }

    [Fact]
    public void FromAlone_TheNewAckerIsCutOff_IsLockedOutBeforeAnotherOneCounts()
    {
        var world = World.Healthy(3);
        var (acker, other, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        world.Post(world.NodeOf("c", acker).Crash());
        world.Post(world.NodeOf("c", other).Crash());
        world.Run(2);
        Durable(world).Ackers.ShouldBeEmpty();
        world.NodeOf("c", master).Rows += 5;
        world.NodeOf("c", acker).Stuck = true;
        world.Post(world.NodeOf("c", acker).ComeBack());
        world.Run(2);
        Durable(world).AckChange!.To.ShouldBe([acker]);
        world.NodeOf("c", acker).Deaf = true;
        world.Post(world.NodeOf("c", other).ComeBack());
        var before = world.Performed.Count;
        world.Run(8);
        Acker(world).ShouldBe(other);
        Durable(world).Barred.ShouldBe([acker]);
        var sent = world.Performed.Skip(before).OfType<SendDirective>().Select(s => s.Directive).Where(d => d.Role == DirectedRole.Master).ToList();
        sent.First(d => d.Note != 0).Barred.ShouldContain(acker, "what was noted counts only when nobody else acknowledges");
    }

    [Fact]
    public void NewEpoch_OfTheSameMaster_AckerThatHasNotStopped_IsLockedOut()
    {
        var world = World.Healthy(3);
        var (acker, master) = (Acker(world), Durable(world).Master!.Value);
        world.NodeOf("c", acker).Deaf = true;
        world.NodeOf("c", Other(world)).Stuck = true;
        world.NodeOf("c", master).Rows += 5;
        world.Post(world.NodeOf("c", master).Crash());
        world.Settle();
        world.Post(world.NodeOf("c", master).ComeBack());
        world.Run(4);
        Durable(world).Master.ShouldBe(master);
        Durable(world).Epoch.ShouldBe(2);
        SentTo(world, master).First(d => d is { Role: DirectedRole.Master, Epoch: 2 }).Barred.ShouldBe([acker]);
    }

    [Fact]
    public void AckerThatDiverged_IsRebuiltOnlyWhenAnotherOneIsInItsPlace()
    {
        var world = World.Healthy(3);
        var (acker, other) = (Acker(world), Other(world));
        world.NodeOf("c", Durable(world).Master!.Value).Rows += 5;
        world.NodeOf("c", other).Stuck = true;
        world.NodeOf("c", acker).Diverge();
        world.Run(4);
        Acker(world).ShouldBe(acker);
        Durable(world).Nodes[acker].Rebuild.ShouldBe(0);

        world.NodeOf("c", other).Stuck = false;
        world.Run(3);
        Acker(world).ShouldBe(other);
        Durable(world).Nodes[acker].Rebuild.ShouldBe(1);
    }

    [Fact]
    public void Cluster_OfOne_WaitsForNobody()
    {
        var world = World.Healthy(1);
        Durable(world).Ackers.ShouldBeEmpty();
        world.NodeOf("c", 1).Obeyed!.Ackers.ShouldBe(0);
    }

    [Fact]
    public void AckerDies_TheOtherSlaveTakesItsPlace_OnceItHasTheMastersGtids()
    {
        var world = World.Healthy(3);
        var (old, next) = (Acker(world), Other(world));
        world.NodeOf("c", Durable(world).Master!.Value).Rows = 7;
        world.NodeOf("c", next).Stuck = true;
        world.Post(world.NodeOf("c", old).Crash());
        world.Run(3);
        // Who lacks what the master may have acknowledged is no acker.
        Acker(world).ShouldBe(old);
        Acknowledging(world).ShouldNotContain(next);
        Durable(world).AckChange!.MasterAt.ShouldBe("0-1-7");

        world.NodeOf("c", next).Stuck = false;
        world.Run(3);
        Acker(world).ShouldBe(next);
        Acknowledging(world).ShouldBe([next]);
        world.View("c").Events.ShouldContain(e => e.Text == $"Node {next} acknowledges writes in the place of node {old}.");
    }

    [Fact]
    public void AckerIsCutOff_IsLockedOut_AndLetInAgainWhenItHasHeard()
    {
        var world = World.Healthy(3);
        var (old, next, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        world.NodeOf("c", old).Deaf = true;
        var before = SentTo(world, master).Count();
        world.Run(6);
        Acker(world).ShouldBe(next);
        Durable(world).Barred.ShouldBe([old]);
        world.NodeOf("c", master).Obeyed!.Barred.ShouldBe([old]);
        SentTo(world, master).Skip(before).First(d => d.Note != 0).Barred.ShouldBe([old], "what was noted counts only when nobody else acknowledges");

        world.Restart();
        world.Run(2);
        world.NodeOf("c", master).Obeyed!.Barred.ShouldBe([old], "a new leader locks it out as well");

        world.NodeOf("c", old).Deaf = false;
        world.Run(4);
        Durable(world).Barred.ShouldBeEmpty();
        world.NodeOf("c", master).Obeyed!.Barred.ShouldBeEmpty();
        Acknowledging(world).ShouldBe([next]);
    }

    [Fact]
    public void LastSlaveDies_TheMasterGoesOnAlone_AndWaitsAgainWhenOneIsBack()
    {
        var world = Alone(out var slave, out var master);
        world.NodeOf("c", master).Obeyed!.Ackers.ShouldBe(0);
        world.View("c").Events.ShouldContain(e => e.Text.Contains("acknowledges writes alone"));

        world.Post(world.NodeOf("c", slave).ComeBack());
        world.Run(3);
        Acker(world).ShouldBe(slave);
        world.NodeOf("c", master).Obeyed!.Ackers.ShouldBe(1);
    }

    [Fact]
    public void NoSlaveServes_AndTheMasterSaysNothing_ItIsNotLeftAlone()
    {
        var world = World.Healthy(3);
        var (ackers, master) = (Durable(world).Ackers, Durable(world).Master!.Value);
        world.NodeOf("c", master).Deaf = true;
        foreach (var slave in new[] { Acker(world), Other(world) })
            world.Post(world.NodeOf("c", slave).Crash());
        world.Run(2);
        Durable(world).Ackers.ShouldBe(ackers);

        world.NodeOf("c", master).Deaf = false;
        world.Run(2);
        Durable(world).Ackers.ShouldBeEmpty();
    }

    [Fact]
    public void MasterDies_WithoutItsAckerNobodyIsElected()
    {
        var world = World.Healthy(3);
        var (acker, other, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        world.NodeOf("c", acker).Deaf = true;
        world.Post(world.NodeOf("c", master).Crash());
        world.Run(90);
        world.View("c").State.ShouldBe(ClusterCondition.Electing);
        world.View("c").Reason.ShouldContain($"node {acker}");

        world.NodeOf("c", acker).Deaf = false;
        world.Run(5);
        Durable(world).Epoch.ShouldBe(2);
        Durable(world).Master.ShouldNotBeNull().ShouldBeOneOf(acker, other);
    }

    [Fact]
    public void MasterDies_PolicyAvailable_ElectsWhoAnswersAndSaysWhatMayBeLost()
    {
        var world = World.Healthy(3);
        world.Settings = world.Settings with { ElectionPolicy = ElectionPolicy.Available, ElectionTimeout = TimeSpan.FromSeconds(10) };
        var (acker, other, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        world.NodeOf("c", acker).Deaf = true;
        world.Post(world.NodeOf("c", master).Crash());
        world.Run(9);
        Durable(world).Master.ShouldBeNull();
        world.Run(3);
        Durable(world).Master.ShouldBe(other);
        world.View("c").Events.ShouldContain(e => e.Kind == "master_elected" && e.Text.Contains("may be lost"));
    }

    [Fact]
    public void NewEpoch_BeginsWithAnAckerThatHasAllThatItsMasterHas_OrWithNone()
    {
        var world = World.Healthy(3);
        var (acker, other, master) = (Acker(world), Other(world), Durable(world).Master!.Value);
        world.NodeOf("c", acker).Rows = 9;
        world.NodeOf("c", other).Stuck = true;
        world.Post(world.NodeOf("c", master).Crash());
        world.Settle();
        Durable(world).Master.ShouldBe(acker);
        Durable(world).Ackers.ShouldBeEmpty();

        world.NodeOf("c", other).Stuck = false;
        world.Run(4);
        Acker(world).ShouldBe(other);
    }

    [Fact]
    public void Switchover_TheOldMasterIsTheAckerOfTheNewOne()
    {
        var world = World.Healthy(3);
        var master = Durable(world).Master!.Value;
        world.Ask(id => new SwitchoverRequested(id, "c", Durable(world).Incarnation, null));
        world.Settle();
        Durable(world).Epoch.ShouldBe(2);
        Durable(world).Ackers.ShouldBe([master]);
    }
}
