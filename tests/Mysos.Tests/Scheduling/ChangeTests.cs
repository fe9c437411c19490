using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>Switchovers, restarts, passwords, replacements, dry runs, and repeated requests.</summary>
public sealed class ChangeTests
{
    private static World Healthy(int nodes, bool volumes = true)
    {
        var world = new World(volumes: volumes);
        world.Create("c", nodes);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;

    private static long Ask(World world, Func<long, string, RequestEvent> request) =>
        world.Ask(id => request(id, Durable(world).Incarnation));

    private static RequestOutcome.Refused Refused(World world, long id) => world.Answers[id].ShouldBeOfType<RequestOutcome.Refused>();

    [Fact]
    public void Switchover_OfAHealthyCluster_MovesTheMasterInOneEpoch()
    {
        var world = Healthy(3);
        world.NodeOf("c", 1).Rows = 10;
        var id = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 3));
        world.Run(1);

        world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe("1 3");
        (Durable(world).Master, Durable(world).Epoch, Durable(world).Handover).ShouldBe((3, 2, null));
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.NodeOf("c", 3).Rows.ShouldBe(10);
        world.Published["c"].Master!.Number.ShouldBe(3);
        Durable(world).Events.ShouldNotContain(e => e.Kind == "master_lost");
    }

    [Fact]
    public void Switchover_NewMasterIsNotToldBeforeTheOldOneHasYielded()
    {
        var world = Healthy(2);
        Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, null));
        world.Run(1);

        var sent = world.Performed.OfType<SendDirective>().ToList();
        var yields = sent.FindIndex(s => s.Directive.Yield);
        var promotes = sent.FindIndex(s => s.Directive is { Role: DirectedRole.Master, Epoch: 2 });
        yields.ShouldBeInRange(0, promotes - 1);
        sent[promotes].Directive.Yield.ShouldBeFalse();
    }

    [Fact]
    public void Switchover_CandidateDoesNotGetTheLastWrites_IsUndoneAndTheMasterServes()
    {
        var world = Healthy(2);
        world.NodeOf("c", 2).Stuck = true;
        world.NodeOf("c", 1).Rows = 10;
        Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 2));
        world.Run(1);
        world.NodeOf("c", 1).Report.Serving.ShouldBeFalse();
        world.View("c").Reason.ShouldContain("switchover to node 2");
        world.Run(7);

        (Durable(world).Master, Durable(world).Epoch, Durable(world).Handover).ShouldBe((1, 1, null));
        world.NodeOf("c", 1).Report.Serving.ShouldBeTrue();
        Durable(world).Events.ShouldContain(e => e.Kind == "switchover_undone");
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Switchover_MasterDiesMeanwhile_AnElectionFollows()
    {
        var world = Healthy(3);
        world.NodeOf("c", 2).Stuck = true;
        world.NodeOf("c", 1).Rows = 10;
        Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 2));
        world.Settle();
        world.NodeOf("c", 3).Rows = 10;
        world.Post(world.NodeOf("c", 1).Crash());
        world.Run(1);

        (Durable(world).Master, Durable(world).Epoch, Durable(world).Handover).ShouldBe((3, 2, null));
    }

    [Theory]
    [InlineData(1, 409, "is the master already")]
    [InlineData(7, 404, "its nodes are 1, 2")]
    public void Switchover_ToWhatCannotTakeOver_IsRefused(int to, int status, string why)
    {
        var world = Healthy(2);
        var id = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, to));
        world.Settle();
        Refused(world, id).Status.ShouldBe(status);
        Refused(world, id).Detail.ShouldContain(why);
        Durable(world).Handover.ShouldBeNull();
    }

    [Fact]
    public void Switchover_OfOneNode_IsRefused()
    {
        var world = Healthy(1);
        var id = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, null));
        world.Settle();
        Refused(world, id).Status.ShouldBe(409);
    }

    [Fact]
    public void AgentOfTheMaster_Drained_AnotherNodeIsMasterBeforeItEnds()
    {
        var world = Healthy(3);
        var master = world.NodeOf("c", 1);
        world.Post(new TaskUpdated(new Core.Mesos.TaskStatus
        {
            TaskId = new TaskId(master.TaskId), State = TaskState.Killing, AgentId = new AgentId(master.Agent), Reason = "REASON_AGENT_DRAINING", Uuid = new byte[16],
        }));
        world.Settle();

        Durable(world).Master.ShouldNotBe(1);
        Durable(world).Epoch.ShouldBe(2);
        master.Obeyed!.Role.ShouldBe(DirectedRole.Slave);
        Durable(world).Events.ShouldNotContain(e => e.Kind == "master_lost");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Restart_EachNodeOnce_TheMasterLastAndNeverTwoAtATime(int nodes)
    {
        var world = Healthy(nodes);
        var before = world.Tasks.Keys.ToArray();
        var id = Ask(world, (r, c) => new RestartRequested(r, "c", c));
        world.Settle();
        for (var i = 0; i < 40 && Durable(world).Restart is not null; i++)
        {
            Durable(world).Nodes.Values.Count(n => n.Restarting || n.Task is null).ShouldBeLessThan(2);
            world.Run(0.5);
        }

        world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe(nodes == 1 ? "1" : "2 3 1");
        Durable(world).Restart.ShouldBeNull();
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.Tasks.Count.ShouldBe(nodes);
        world.Tasks.Keys.Intersect(before).ShouldBeEmpty();
        Durable(world).Nodes.Values.ShouldAllBe(n => n.Attempts == 2 && n.Failures == 0);
        Durable(world).Events.ShouldContain(e => e.Kind == "restart_done");
    }

    [Fact]
    public void Restart_SchedulerCrashesAtAnyStep_TheNextOneFinishesIt()
    {
        for (var step = 0; step < 40; step++)
        {
            var world = Healthy(2);
            world.CrashAfter = step;
            Ask(world, (r, c) => new RestartRequested(r, "c", c));
            world.Run(12);
            if (Durable(world).Events.All(e => e.Kind != "restart_began"))
                continue;
            Durable(world).Restart.ShouldBeNull($"crash before effect {step}: {world.View("c").Reason} {string.Join('\n', Durable(world).Events)}");
            world.View("c").State.ShouldBe(ClusterCondition.Healthy, $"crash before effect {step}: {world.View("c").Reason}");
            Durable(world).Nodes.Values.ShouldAllBe(n => n.Attempts >= 2);
        }
    }

    [Fact]
    public void Restart_ResizedMeanwhileToOneNodeInASandbox_LeavesThatOneAlone()
    {
        var world = Healthy(2, volumes: false);
        Ask(world, (r, c) => new RestartRequested(r, "c", c));
        Ask(world, (r, c) => new ResizeRequested(r, "c", c, 1));
        world.Run(10);
        var only = Durable(world).Nodes.Values.ShouldHaveSingleItem();
        (only.Number, only.Attempts, Durable(world).Restart).ShouldBe((1, 1, null));
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        Durable(world).Events.ShouldContain(e => e.Kind == "restart_abandoned");
    }

    [Fact]
    public void Restart_OfTheOnlyNodeInASandbox_IsRefused()
    {
        var world = Healthy(1, volumes: false);
        var id = Ask(world, (r, c) => new RestartRequested(r, "c", c));
        world.Settle();
        Refused(world, id).Detail.ShouldContain("would lose them");
        world.Tasks.Count.ShouldBe(1);
    }

    [Fact]
    public void Password_Changed_ReachesEachExecutorWithItsNextDirective()
    {
        var world = Healthy(2);
        Ask(world, (r, c) => new PasswordRequested(r, "c", c, "new"));
        world.Settle();
        Durable(world).SealedPassword.ShouldBe("new");
        foreach (var node in new[] { 1, 2 })
            world.NodeOf("c", node).Obeyed!.AccountsVersion.ShouldBe(1);
    }

    [Fact]
    public void Replace_ASlave_AnotherNodeTakesItsPlace()
    {
        var world = Healthy(3);
        Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 2, false));
        world.Run(4);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        Durable(world).Nodes.Keys.ShouldBe([1, 3, 4]);
        world.Volumes.Count.ShouldBe(3);
    }

    [Fact]
    public void Replace_TheMaster_IsRefused()
    {
        var world = Healthy(2);
        var id = Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 1, true));
        world.Settle();
        Refused(world, id).Detail.ShouldContain("switch over to another node first");
    }

    [Fact]
    public void Replace_WhatMayHaveTheLastWrites_OnlyWhenTheLossIsAccepted()
    {
        var world = Healthy(2);
        world.DeadAgents.UnionWith([world.NodeOf("c", 1).Agent, world.NodeOf("c", 2).Agent]);
        world.End(world.NodeOf("c", 1), TaskState.Failed);
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        Ask(world, (r, c) => new ResizeRequested(r, "c", c, 3));
        world.Run(5);
        Durable(world).Election.ShouldNotBeNull();
        world.NodeOf("c", 3).Report.Role.ShouldBe(DirectedRole.Candidate);

        var refused = Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 1, false));
        world.Settle();
        Refused(world, refused).Field.ShouldBe("accept_data_loss");
        Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 1, true));
        world.Run(2);
        Durable(world).Election.ShouldNotBeNull();
        Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 2, true));
        world.Run(2);
        Durable(world).Master.ShouldBe(3);
        Durable(world).Events.ShouldContain(e => e.Kind == "data_loss_accepted");
    }

    [Fact]
    public void Replace_WhatIsGoneAndMayHaveHadTheLastWrites_TheElectionGoesOnWithoutIt()
    {
        var world = Healthy(1);
        Ask(world, (r, c) => new ResizeRequested(r, "c", c, 2));
        world.HoldOffers = true;
        world.DeadAgents.Add(world.NodeOf("c", 1).Agent);
        world.End(world.NodeOf("c", 1), TaskState.GoneByOperator);
        world.HoldOffers = false;
        world.Run(5);
        Durable(world).Nodes.ShouldNotContainKey(1);
        Durable(world).Election.ShouldNotBeNull();
        var refused = Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 1, false));
        var unknown = Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 99, true));
        world.Settle();
        Refused(world, refused).Field.ShouldBe("accept_data_loss");
        Refused(world, unknown).Status.ShouldBe(404);
        Ask(world, (r, c) => new ReplaceRequested(r, "c", c, 1, true));
        world.Run(3);
        Durable(world).Master.ShouldBe(2);
    }

    public static TheoryData<string> DryRuns => ["resize", "backup", "switchover", "restart", "password", "replace", "election", "promotion", "delay", "pause", "resume", "create", "delete"];

    [Theory]
    [MemberData(nameof(DryRuns))]
    public void DryRun_SaysStepsAndChangesNothing(string what)
    {
        var world = Healthy(3);
        if (what == "resume")
            Ask(world, (r, c) => new PauseRequested(r, "c", c, Paused: true));
        world.Settle();
        var before = Durable(world);
        var id = Ask(world, (r, c) => (RequestEvent)(what switch
        {
            "resize" => new ResizeRequested(r, "c", c, 5),
            "backup" => new BackupRequested(r, "c", c, "c:202601010000"),
            "switchover" => new SwitchoverRequested(r, "c", c, null),
            "restart" => new RestartRequested(r, "c", c),
            "password" => new PasswordRequested(r, "c", c, "new"),
            "election" => new ElectionRequested(r, "c", c, new(Core.Elections.ElectionPolicy.Available), null),
            "promotion" => new PromotionRequested(r, "c", c, 2, Promotion.Never),
            "delay" => new DelayRequested(r, "c", c, 2, 3600),
            "replace" => new ReplaceRequested(r, "c", c, 2, false),
            "pause" => new PauseRequested(r, "c", c, Paused: true),
            "resume" => new PauseRequested(r, "c", c, Paused: false),
            "create" => new CreateRequested(r, new Cluster
            {
                Name = "d", User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = world.Now, SealedPassword = "x", SealedReplicationPassword = "y",
            }),
            _ => new DeleteRequested(r, "c", c),
        }) with { DryRun = true, IdempotencyKey = "k" });
        world.Settle();

        world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldNotBeEmpty();
        world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>().Steps.ShouldNotContain(s => s.StartsWith("Nothing"));
        Durable(world).ShouldBeSameAs(before);
        world.State.Clusters.Keys.ShouldBe(["c"]);
    }

    [Fact]
    public void Request_RepeatedWithItsKey_IsDoneOnceAndAnsweredAgain()
    {
        var world = Healthy(3);
        var first = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 2) { IdempotencyKey = "k" });
        world.Run(1);
        var second = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 2) { IdempotencyKey = "k" });
        var other = Ask(world, (r, c) => new SwitchoverRequested(r, "c", c, 3) { IdempotencyKey = "k" });
        world.Run(1);

        world.Answers[second].ShouldBeOfType<RequestOutcome.Accepted>().Result
            .ShouldBe(world.Answers[first].ShouldBeOfType<RequestOutcome.Accepted>().Result);
        Refused(world, other).Field.ShouldBe("Idempotency-Key");
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Deletion_WithAKey_IsRememberedAfterTheClusterIsGone()
    {
        var world = Healthy(1);
        Ask(world, (r, c) => new DeleteRequested(r, "c", c) { IdempotencyKey = "k" });
        world.Run(4);
        world.State.Clusters.ShouldBeEmpty();
        world.Restart();
        world.State.Record.Deleted.ShouldBe([new DeletedCluster("c", "k")]);
    }
}
