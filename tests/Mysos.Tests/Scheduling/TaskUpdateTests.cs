using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>Updates that come late, twice, in the wrong order, of the wrong task, or not at all.</summary>
public sealed class TaskUpdateTests
{
    private static World Healthy(bool volumes = true)
    {
        var world = new World(agents: 4, volumes);
        world.Create("c", 3);
        world.Run(10);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    [Fact]
    public void Running_OfAnEarlierAttempt_IsKilledAndTheNodeIsLeftAlone()
    {
        var world = Healthy();
        var earlier = world.NodeOf("c", 2).TaskId;
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        world.Run(3);
        var present = world.NodeOf("c", 2).TaskId;
        world.Say(earlier, TaskState.Running, "REASON_AGENT_REREGISTERED");
        world.Settle();
        world.Performed.OfType<KillTask>().ShouldContain(k => k.Task.Value == earlier);
        world.NodeOf("c", 2).TaskId.ShouldBe(present);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Theory]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Gone)]
    [InlineData(TaskState.Unreachable)]
    [InlineData(TaskState.Killing)]
    public void Update_OfAnEarlierAttempt_ChangesNothing(string state)
    {
        var world = Healthy();
        var earlier = world.NodeOf("c", 2).TaskId;
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        world.Run(3);
        var before = world.State.Clusters["c"];
        var performed = world.Performed.Count;
        world.Say(earlier, state);
        world.Settle();
        world.State.Clusters["c"].ShouldBeSameAs(before);
        world.Performed.Skip(performed).ShouldAllBe(e => e is AcknowledgeUpdate);
    }

    [Fact]
    public void Running_AfterATerminalState_IsKilled()
    {
        var world = Healthy(volumes: false);
        var task = world.NodeOf("c", 2);
        world.Say(task.TaskId, TaskState.Lost, "REASON_AGENT_REMOVED");
        world.Say(task.TaskId, TaskState.Running, "REASON_AGENT_REREGISTERED", task.Agent);
        world.Settle();
        world.Tasks.ShouldNotContainKey(task.TaskId);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.Tasks.Count.ShouldBe(3);
    }

    [Fact]
    public void Starting_AfterRunning_ChangesNothing()
    {
        var world = Healthy();
        var before = world.State.Clusters["c"].Durable;
        world.Say(world.NodeOf("c", 2).TaskId, TaskState.Starting);
        world.Settle();
        world.State.Clusters["c"].Durable.ShouldBeSameAs(before);
    }

    [Fact]
    public void Update_WithoutUuid_IsNotAcknowledged()
    {
        var world = Healthy();
        world.HoldOffers = true;
        var performed = world.Performed.Count;
        world.End(world.NodeOf("c", 2), TaskState.Gone, uuid: false);
        world.Settle();
        world.Performed.Skip(performed).OfType<AcknowledgeUpdate>().ShouldBeEmpty();
    }

    [Fact]
    public void AgentIsGone_UnreachableNodesStayUntilItIsOfferedAgain_ThenTheyAreAskedFor()
    {
        var world = Healthy();
        var task = world.NodeOf("c", 2);
        world.Say(task.TaskId, TaskState.Unreachable, "REASON_AGENT_REMOVED", task.Agent);
        world.Run(60);
        world.View("c").Nodes[1].State.ShouldBe(NodeState.Unreachable);
        var performed = world.Performed.Count;
        // Another cluster lets offers flow again, among them one of the agent.
        world.Create("d", 1);
        world.Run(3);
        world.Performed.Skip(performed).OfType<ReconcileTasks>().ShouldContain(r => r.Tasks.Any(t => t.TaskId.Value == task.TaskId));
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Launch_LostOnItsWay_IsAskedForAndMadeAgain()
    {
        var world = new World(agents: 1) { LoseAccepts = 1 };
        world.Create("c", 1);
        world.Run(20);
        world.Tasks.ShouldBeEmpty();
        world.Performed.OfType<ReconcileTasks>().ShouldAllBe(r => r.Tasks.IsEmpty);
        world.Run(30);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Subscribed_TaskIsNotAnsweredFor_IsAskedForAgainEachTimeLater()
    {
        var world = Healthy();
        world.SilentAboutTasks = true;
        world.Post(new MesosSubscribed(new FrameworkId("F"), null));
        var performed = world.Performed.Count;
        var asked = new List<double>();
        var start = world.Now;
        for (var i = 0; i < 300; i++)
        {
            world.Run(0.5);
            if (world.Performed.Skip(performed).OfType<ReconcileTasks>().Any(r => r.Tasks.Length == 3))
                asked.Add((world.Now - start).TotalSeconds);
            performed = world.Performed.Count;
        }
        asked.ShouldBe([0.5, 2, 6, 14, 30, 62, 122]);
        world.SilentAboutTasks = false;
        world.Run(61);
        performed = world.Performed.Count;
        world.Run(120);
        world.Performed.Skip(performed).OfType<ReconcileTasks>().ShouldBeEmpty();
    }

    [Fact]
    public void QuarterOfAnHour_MesosIsAskedForAllItKnowsAndForAllWeKnow()
    {
        var world = Healthy();
        var performed = world.Performed.Count;
        world.Run(16 * 60);
        var asked = world.Performed.Skip(performed).OfType<ReconcileTasks>().ToArray();
        asked.Select(a => a.Tasks.Length).ShouldBe([0, 3]);
    }

    [Theory]
    [InlineData("OPERATION_FINISHED", true)]
    [InlineData("OPERATION_FAILED", false)]
    [InlineData("OPERATION_ERROR", false)]
    [InlineData("OPERATION_DROPPED", false)]
    [InlineData("OPERATION_PENDING", false)]
    [InlineData("OPERATION_UNREACHABLE", false)]
    [InlineData("OPERATION_GONE_BY_OPERATOR", false)]
    [InlineData("OPERATION_RECOVERING", false)]
    [InlineData("OPERATION_UNKNOWN", false)]
    [InlineData("OPERATION_UNSUPPORTED", false)]
    [InlineData("OPERATION_OF_A_LATER_MESOS", false)]
    public void Create_EachOperationState_OnlyFinishedMakesTheVolume(string state, bool ready)
    {
        var world = new World(agents: 1) { LoseAccepts = 1 };
        world.Create("c", 1);
        world.Run(1);
        var volume = world.State.Clusters["c"].Durable.Nodes[1].Volume!;
        volume.Ready.ShouldBeFalse();
        world.Post(new OperationUpdated(new OperationStatus
        {
            OperationId = new OperationId("create." + volume.Id), State = state, AgentId = volume.Agent, Uuid = new OperationStatus.UuidValue([7]),
        }));
        world.Settle();
        world.State.Clusters["c"].Durable.Nodes[1].Volume!.Ready.ShouldBe(ready);
        var acknowledged = world.Performed.OfType<AcknowledgeOperation>().Single();
        acknowledged.Uuid.ShouldBe([7]);
        acknowledged.After.ShouldBe(ready ? ["c"] : []);
    }

    [Fact]
    public void Subscribed_VolumeNotKnownToExist_ItsCreationIsAskedFor()
    {
        var world = new World(agents: 1) { LoseAccepts = 1 };
        world.Create("c", 1);
        world.Run(1);
        var volume = world.State.Clusters["c"].Durable.Nodes[1].Volume!;
        world.Post(new MesosSubscribed(new FrameworkId("F"), null));
        world.Settle();
        world.Performed.OfType<ReconcileOperations>().Single().Operations.Single()
            .ShouldBe(new SchedulerCall.ReconcileOperation(new OperationId("create." + volume.Id), volume.Agent));
    }
}
