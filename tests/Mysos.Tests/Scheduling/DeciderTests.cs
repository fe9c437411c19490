using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class DeciderTests
{
    private static World Healthy(int nodes, int agents = 3, bool volumes = true)
    {
        var world = new World(agents, volumes);
        world.Create("c", nodes);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Create_EnoughAgents_OneMasterTheRestSlavesEachOnItsAgent(int nodes)
    {
        var world = Healthy(nodes);

        var view = world.View("c");
        view.Nodes.Length.ShouldBe(nodes);
        view.Nodes.Count(n => n.Role == NodeRole.Master).ShouldBe(1);
        view.Nodes.Select(n => n.Agent).Distinct().Count().ShouldBe(nodes);
        world.Published["c"].Master!.Name.ShouldBe("member_0000000001");
        world.Published["c"].Slaves.Length.ShouldBe(nodes - 1);
        world.Run(3);
        world.Suppressed.ShouldBeTrue();
    }

    [Fact]
    public void Create_FewerAgentsThanNodes_SharesThemAtLast()
    {
        var world = new World(agents: 2);
        world.Create("c", 3);
        world.Run(12);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Create_NothingFits_WaitsAndSaysForWhat()
    {
        var world = new World(memMb: 100);
        world.Create("c", 1);
        world.Run(8);
        var view = world.View("c");
        view.State.ShouldBe(ClusterCondition.Creating);
        view.Reason.ShouldContain("too little mem (3)");
        world.Suppressed.ShouldBeFalse();
    }

    [Fact]
    public void MysqldOfMasterDies_MostAdvancedSlaveIsElectedAndMovedInOnePublication()
    {
        var world = Healthy(3);
        world.NodeOf("c", 1).Rows = 10;
        world.NodeOf("c", 2).Rows = 9;
        world.NodeOf("c", 3).Rows = 10;
        foreach (var node in new[] { 2, 3 })
        {
            var task = world.NodeOf("c", node);
            task.Report = task.Report with { Executed = task.Gtids, Received = task.Gtids };
        }
        world.Post(world.NodeOf("c", 1).Crash());
        world.Settle();

        var durable = world.State.Clusters["c"].Durable;
        durable.Master.ShouldBe(3);
        durable.Epoch.ShouldBe(2);
        world.Published["c"].Master!.Number.ShouldBe(3);
        world.Published["c"].Slaves.Select(m => m.Number).ShouldBe([2]);
        var promotion = world.Performed.OfType<PublishServerSet>().Last(p => p.Set.Master?.Number == 3);
        var before = world.Performed.OfType<PublishServerSet>().TakeWhile(p => p != promotion).Last();
        before.Set.Slaves.ShouldContain(m => m.Number == 3);
        before.After.ShouldBe(["c"], "nobody is told of an election that is not durable");
        promotion.After.ShouldBeEmpty("clients need not wait for what is noted of it");

        world.Post(world.NodeOf("c", 1).ComeBack());
        world.Run(2);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.NodeOf("c", 1).Obeyed!.Role.ShouldBe(DirectedRole.Slave);
        world.NodeOf("c", 1).Obeyed!.Epoch.ShouldBe(2);
    }

    [Fact]
    public void MysqldOfOnlyNodeDies_ItIsMasterAgainWithItsData()
    {
        var world = Healthy(1);
        world.NodeOf("c", 1).Rows = 7;
        world.Post(world.NodeOf("c", 1).Crash());
        world.Settle();
        world.Published["c"].Master.ShouldBeNull();
        world.View("c").State.ShouldBe(ClusterCondition.Electing);
        world.Post(world.NodeOf("c", 1).ComeBack());
        world.Run(1);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.State.Clusters["c"].Durable.Epoch.ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ExecutorDies_NodeIsLaunchedAgainOnItsVolume(int node)
    {
        var world = Healthy(3);
        var task = world.NodeOf("c", node);
        var (agent, volume) = (task.Agent, task.Volume);
        world.End(task, TaskState.Failed);
        world.Run(3);

        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        var again = world.NodeOf("c", node);
        again.TaskId.ShouldNotBe(task.TaskId);
        again.Agent.ShouldBe(agent);
        again.Volume.ShouldBeSameAs(volume);
        world.State.Clusters["c"].Durable.Master.ShouldBe(node == 1 ? 2 : 1);
        world.Volumes.Count.ShouldBe(3);
    }

    [Fact]
    public void ExecutorDies_WithoutVolume_AnotherNodeTakesItsPlace()
    {
        var world = Healthy(3, volumes: false);
        world.End(world.NodeOf("c", 1), TaskState.Failed);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.State.Clusters["c"].Durable.Nodes.Keys.ShouldBe([2, 3, 4]);
        world.State.Clusters["c"].Durable.Master.ShouldBe(2);
    }

    [Fact]
    public void NodeThatNeverHadData_IsNotElectedInPlaceOfThoseThatMayHaveAcknowledged()
    {
        var world = Healthy(2, volumes: false);
        world.NodeOf("c", 1).Rows = 5;
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        world.End(world.NodeOf("c", 1), TaskState.Failed);
        world.Run(10);
        world.View("c").State.ShouldBe(ClusterCondition.Electing);
        world.View("c").Reason.ShouldContain("last writes");
        world.Published["c"].Master.ShouldBeNull();
    }

    [Fact]
    public void Delete_EndsTasksDestroysVolumesAndForgetsTheCluster()
    {
        var world = Healthy(3);
        var id = world.Ask(r => new DeleteRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation));
        world.Run(4);
        world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>();
        world.State.Clusters.ShouldBeEmpty();
        world.Tasks.ShouldBeEmpty();
        world.Volumes.ShouldBeEmpty();
        world.Published.ShouldBeEmpty();
        world.Durable.Keys.ShouldBe(["scheduler", "past"]);
        world.Suppressed.ShouldBeTrue();
    }

    [Fact]
    public void Delete_WhileWaitingForOffers_IsDoneAtOnce()
    {
        var world = new World(memMb: 100);
        world.Create("c", 3);
        world.Run(1);
        world.Ask(r => new DeleteRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation));
        world.Settle();
        world.State.Clusters.ShouldBeEmpty();
    }

    [Fact]
    public void Create_Twice_SecondIsRefused()
    {
        var world = Healthy(1);
        var id = world.Create("c", 2);
        world.Settle();
        world.Answers[id].ShouldBeOfType<RequestOutcome.Refused>().Status.ShouldBe(409);
        world.State.Clusters["c"].Durable.NumNodes.ShouldBe(1);
    }

    [Fact]
    public void Resize_GrowsAndShrinks_NeverTheMaster()
    {
        var world = Healthy(3);
        world.Post(world.NodeOf("c", 1).Crash());
        world.Settle();
        world.Post(world.NodeOf("c", 1).ComeBack());
        world.Run(1);
        var master = world.State.Clusters["c"].Durable.Master;
        world.Ask(r => new ResizeRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation, 1));
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.State.Clusters["c"].Durable.Nodes.Keys.ShouldBe([master!.Value]);
        world.State.Clusters["c"].Durable.Master.ShouldBe(master);
        world.Volumes.Count.ShouldBe(1);

        world.Ask(r => new ResizeRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation, 3));
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.View("c").Nodes.Length.ShouldBe(3);
        world.State.Clusters["c"].Durable.Master.ShouldBe(master);
    }

    [Fact]
    public void RestoreFails_ClusterFailsWithTheReasonAndCanBeDeleted()
    {
        var world = new World { HoldAccounts = true };
        world.Create("c", 1, "c:202601010000");
        world.Run();
        world.End(world.NodeOf("c", 1), TaskState.Failed, "restore failed: checksum of ibdata1 differs");
        world.Run(2);
        world.View("c").State.ShouldBe(ClusterCondition.Failed);
        world.View("c").Reason.ShouldContain("ibdata1");
        world.Tasks.ShouldBeEmpty();
        world.Ask(r => new DeleteRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation));
        world.Run(3);
        world.State.Clusters.ShouldBeEmpty();
    }

    [Fact]
    public void TaskUpdate_OfATaskThatIsNotOurs_IsKilled()
    {
        var world = new World();
        world.Post(new TaskUpdated(new Core.Mesos.TaskStatus
        {
            TaskId = new TaskId("mysos-gone.1.1.1"), State = TaskState.Running, AgentId = new AgentId("S1"), Uuid = new byte[16],
        }));
        world.Settle();
        world.Performed.OfType<KillTask>().ShouldContain(k => k.Task.Value == "mysos-gone.1.1.1");
        world.Performed.OfType<AcknowledgeUpdate>().Count().ShouldBe(1);
    }

    [Fact]
    public void TaskUnreachable_NothingIsGivenUp()
    {
        var world = Healthy(3);
        var task = world.NodeOf("c", 2);
        world.Post(new TaskUpdated(new Core.Mesos.TaskStatus { TaskId = new TaskId(task.TaskId), State = TaskState.Unreachable }));
        world.Settle();
        world.View("c").Nodes[1].State.ShouldBe(NodeState.Unreachable);
        world.State.Clusters["c"].Durable.Nodes.Count.ShouldBe(3);
        world.Post(new TaskUpdated(new Core.Mesos.TaskStatus { TaskId = new TaskId(task.TaskId), State = TaskState.Running }));
        world.Settle();
        world.View("c").State.ShouldBe(ClusterCondition.Healthy);
    }

    [Fact]
    public void Scheduler_CrashesBeforeAnyEffect_TheNextOneFinishesTheWork()
    {
        // Each run loses everything from one effect on, a step later than the run before.
        for (var step = 0; step < 80; step++)
        {
            var world = new World { CrashAfter = step };
            world.Settle();
            world.Create("c", 3);
            world.Run(4);
            if (!world.State.Clusters.ContainsKey("c"))
                world.Create("c", 3);
            world.Run(10);
            world.View("c").State.ShouldBe(ClusterCondition.Healthy, $"crash before effect {step}: {world.View("c").Reason}");
            world.Tasks.Count.ShouldBe(3, $"crash before effect {step}");
            world.Volumes.Count.ShouldBe(3, $"crash before effect {step}");

            world.CrashAfter = step;
            world.Post(world.NodeOf("c", world.State.Clusters["c"].Durable.Master!.Value).Crash());
            world.Run(3);
            var fallen = world.Tasks.Values.FirstOrDefault(t => t.Report.Phase == NodePhase.Stopped);
            if (fallen is not null)
                world.Post(fallen.ComeBack());
            world.Run(5);
            world.View("c").State.ShouldBe(ClusterCondition.Healthy, $"crash before effect {step} of a failover: {world.View("c").Reason}");
            world.Published["c"].Master!.Number.ShouldBe(world.State.Clusters["c"].Durable.Master!.Value);
        }
    }
}
