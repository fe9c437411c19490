using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What is not begun in a cluster that is paused, what is, and what follows when it is resumed.</summary>
public sealed class PausingTests : PromotionTestBase
{
    private RequestOutcome Set(bool paused) => Ask((r, c) => new PauseRequested(r, "c", c, paused));

    private void Pause() => Set(true).ShouldBeOfType<RequestOutcome.Accepted>();

    private void Resume()
    {
        Set(false).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(10);
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
    }

    [Fact]
    public void MasterEnds_NobodyIsElectedUntilItIsResumed()
    {
        Healthy();
        var (master, acker) = (Master, Acker);
        Pause();
        World.View("c").IfMasterDied.ShouldBe(new MasterLossView(null, true, "the cluster is paused: nobody would take over until it is resumed"));

        LoseMaster();
        World.Run(60);

        (Durable.Master, Durable.Election).ShouldBe((master, null));
        World.Published["c"].Master.ShouldBeNull();
        var view = World.View("c");
        view.State.ShouldBe(ClusterCondition.Electing);
        view.Reason.ShouldContain("the cluster is paused, so nothing is begun until it is resumed");
        Set(false);
        World.Run(3);
        Master.ShouldBe(acker);
    }

    [Fact]
    public void MastersServerIsStartedAgain_ItIsMasterAsBefore()
    {
        Healthy();
        var (master, epoch) = (Master, Durable.Epoch);
        Pause();
        LoseMaster();
        World.Run(2);
        World.Post(World.NodeOf("c", master).ComeBack());
        World.Run(3);

        (Durable.Master, Durable.Epoch, Durable.Election).ShouldBe((master, epoch, null));
        World.View("c").State.ShouldBe(ClusterCondition.Healthy, World.View("c").Reason);
        World.Published["c"].Master!.Number.ShouldBe(master);
    }

    [Fact]
    public void AckerEnds_AnotherOneAcknowledges()
    {
        Healthy();
        var (acker, other) = (Acker, Other);
        Pause();
        World.Post(World.NodeOf("c", acker).Crash());
        World.Run(5);
        Acker.ShouldBe(other);
    }

    [Fact]
    public void TaskEnds_ItIsNotLaunchedUntilItIsResumed()
    {
        Healthy();
        var slave = World.NodeOf("c", Other);
        Pause();
        World.End(slave, "TASK_FAILED");
        World.Run(120);
        World.State.Index.AnyWaits.ShouldBeFalse();
        World.Suppressed.ShouldBeTrue();
        Durable.Nodes[(int)World.View("c").Nodes.Single(n => n.TaskId.Length == 0).ServerId].Task.ShouldBeNull();
        Resume();
    }

    [Fact]
    public void Paused_ByALeaderThatIsGone_TheNextOneLaunchesNothingEither()
    {
        Healthy();
        var slave = World.NodeOf("c", Other);
        Pause();
        World.End(slave, "TASK_FAILED");
        World.Run(2);
        World.Restart();
        World.Run(60);
        World.View("c").Nodes.Count(n => n.TaskId.Length == 0).ShouldBe(1);
        Resume();
    }

    [Fact]
    public void Restart_ThatIsUnderWay_StopsAfterTheNodeWhoseTurnItIs()
    {
        Healthy();
        Ask((r, c) => new RestartRequested(r, "c", c));
        World.Settle();
        var left = Durable.Restart!.Left;
        Pause();
        World.Run(30);
        Durable.Restart!.Left.ShouldBe(left);
        World.View("c").Nodes.Count(n => n.State == NodeState.Serving).ShouldBe(3);
        Set(false);
        World.Run(60);
        Durable.Restart.ShouldBeNull();
    }

    [Fact]
    public void Election_ThatIsUnderWay_IsBroughtToItsEnd()
    {
        Healthy();
        var (master, acker) = (Master, Acker);
        World.NodeOf("c", acker).Deaf = true;
        LoseMaster();
        Durable.Election.ShouldNotBeNull();
        Pause();
        World.NodeOf("c", acker).Deaf = false;
        World.Run(5);
        Durable.Election.ShouldBeNull();
        Master.ShouldNotBe(master);
    }

    [Fact]
    public void NodeIsPreferred_NothingIsSwitchedOver()
    {
        Healthy();
        var (master, other) = (Master, Other);
        Pause();
        Promote(other, Promotion.Prefer).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(30);
        Master.ShouldBe(master);
        Resume();
        Master.ShouldBe(other);
    }

    [Fact]
    public void MachineIsToBeMaintained_NothingIsSwitchedOver()
    {
        Healthy();
        var master = Master;
        Pause();
        var agent = World.NodeOf("c", master).Agent;
        World.Maintained[agent] = World.Now.AddMinutes(10);
        World.Post(new InverseOffersReceived([new InverseOffer
        {
            Id = new OfferId("I1"), AgentId = new AgentId(agent), Unavailability = OfferOf.UnavailableFrom(World.Maintained[agent]),
        }]));
        World.Run(30);
        Master.ShouldBe(master);
        Resume();
        Master.ShouldNotBe(master);
    }

    [Fact]
    public void SlaveDiverged_ItIsNotRebuilt()
    {
        Healthy();
        var slave = World.NodeOf("c", Other);
        Pause();
        slave.Diverge();
        World.Run(10);
        Durable.Nodes.Values.ShouldAllBe(n => n.Rebuild == 0);
        Set(false);
        World.Run(2);
        Durable.Nodes.Values.ShouldContain(n => n.Rebuild == 1);
    }

    [Fact]
    public void Executors_AreTold()
    {
        Healthy();
        Pause();
        World.Run(2);
        World.Tasks.Values.ShouldAllBe(t => t.Obeyed!.Paused);
        Resume();
        World.Tasks.Values.ShouldAllBe(t => !t.Obeyed!.Paused);
    }

    /// <summary>Else it would think that another slave acknowledges, and cut off whose commits wait.</summary>
    [Fact]
    public void Master_IsToldOfNoOtherAckers()
    {
        Healthy();
        var master = World.NodeOf("c", Master);
        var number = master.Obeyed!.Acker;
        number.ShouldNotBe(0);
        World.NodeOf("c", Acker).Deaf = true;
        var since = World.Performed.Count;
        Pause();
        World.Run(1);
        World.NodeOf("c", Acker).Deaf = false;
        World.Run(2);
        World.Performed.Skip(since).OfType<SendDirective>().Where(s => s.Directive.TaskId == master.TaskId).Select(s => s.Directive.Acker).ShouldAllBe(a => a == number);
    }

    [Fact]
    public void Requests_WhatMovesNodesIsRefused_TheRestIsNot()
    {
        Healthy();
        Pause();
        RequestOutcome[] refused =
        [
            Ask((r, c) => new ResizeRequested(r, "c", c, 4)), SwitchTo(null), Ask((r, c) => new RestartRequested(r, "c", c)),
            Ask((r, c) => new ReplaceRequested(r, "c", c, Other, false)), Ask((r, c) => new DelayRequested(r, "c", c, Other, 60)),
        ];
        refused.ShouldAllBe(o => o == new RequestOutcome.Refused(409, null, "Cluster 'c' is paused; resume it first."));
        RequestOutcome[] accepted =
        [
            Ask((r, c) => new BackupRequested(r, "c", c, "c:202601010000")), Ask((r, c) => new PasswordRequested(r, "c", c, "sealed")),
            Ask((r, c) => new ElectionRequested(r, "c", c, new(ElectionPolicy.Available), null)), Promote(Other, Promotion.Never), Set(true),
        ];
        accepted.ShouldAllBe(o => o is RequestOutcome.Accepted);
        Ask((r, c) => new DeleteRequested(r, "c", c)).ShouldBeOfType<RequestOutcome.Accepted>();
        World.Run(10);
        World.State.Clusters.ShouldNotContainKey("c");
    }

    [Fact]
    public void Pause_IsTold_AndCountsAsAnotherVersion()
    {
        Healthy();
        var before = World.View("c");
        before.PausedSince.ShouldBeNull();
        Pause();
        var paused = World.View("c");
        (paused.PausedSince, paused.State, paused.Reason).ShouldBe((World.Now, ClusterCondition.Healthy, ""));
        paused.Version.ShouldNotBe(before.Version);
        World.Run(4);
        Resume();
        Durable.Events.Select(e => e.Kind).ShouldContain("cluster_paused");
        Durable.Events.Single(e => e.Kind == "cluster_resumed").Text.ShouldBe("Its owner resumed it after 4 s.");
        World.View("c").Version.ShouldBe(before.Version);
    }
}
