using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>Volumes: what outlives what, and what is given up when.</summary>
public sealed class StorageTests
{
    /// <summary>It may be in its sandbox alone what every client was told is committed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void MasterIsLost_WhenTheOtherNodeIsToBeRestarted_ItIsNot(bool paused)
    {
        var world = new World(volumes: false);
        world.Create("c", 2);
        world.Run(5);
        var durable = world.State.Clusters["c"].Durable;
        var (master, other) = (world.NodeOf("c", durable.Master!.Value), world.NodeOf("c", durable.Ackers[0]));
        (master.Rows, other.Rows) = (7, 7);
        world.Run(1);
        world.Ask(r => new RestartRequested(r, "c", durable.Incarnation));
        if (paused)
            world.Ask(r => new PauseRequested(r, "c", durable.Incarnation, true));
        world.Post(master.Crash());
        world.Run(30);

        world.Tasks.Values.ShouldContain(other);
        world.Ask(r => new PauseRequested(r, "c", durable.Incarnation, false));
        world.Run(1);
        world.State.Clusters["c"].Durable.Master.ShouldBe(durable.Ackers[0]);
        world.Post(master.ComeBack());
        world.Run(60);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.State.Clusters["c"].Durable.Restart.ShouldBeNull();
        world.Tasks.Values.ShouldAllBe(t => t.Rows == 7);
    }

    private static World Healthy(int nodes = 3, TimeSpan? abandonAfter = null)
    {
        var world = new World(agents: 4);
        world.Settings = world.Settings with { AbandonVolumeAfter = abandonAfter };
        world.Create("c", nodes);
        world.Run(6);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;

    private static void Delete(World world) => world.Ask(r => new DeleteRequested(r, "c", Durable(world).Incarnation));

    [Fact]
    public void Delete_SchedulerCrashesAtAnyStep_NothingIsLeftBehind()
    {
        for (var step = 0; step < 60; step++)
        {
            var world = Healthy();
            world.CrashAfter = step;
            Delete(world);
            world.Run(12);
            if (world.State.Clusters.ContainsKey("c"))
                Delete(world);
            world.Run(12);
            world.State.Clusters.ShouldBeEmpty($"crash before effect {step}");
            world.Tasks.ShouldBeEmpty($"crash before effect {step}");
            world.Volumes.ShouldBeEmpty($"crash before effect {step}");
        }
    }

    [Fact]
    public void Create_SchedulerCrashesAtAnyStepAndTheClusterIsDeleted_NothingIsLeftBehind()
    {
        for (var step = 0; step < 40; step++)
        {
            var world = new World { CrashAfter = step };
            world.Create("c", 2);
            world.Run(2);
            if (world.State.Clusters.ContainsKey("c"))
                Delete(world);
            world.Run(70);
            world.State.Clusters.ShouldBeEmpty($"crash before effect {step}");
            world.Volumes.ShouldBeEmpty($"crash before effect {step}");
            world.Tasks.ShouldBeEmpty($"crash before effect {step}");
        }
    }

    [Fact]
    public void Delete_AgentAway_ItsVolumeIsDestroyedWhenItIsBack()
    {
        var world = Healthy();
        var task = world.NodeOf("c", 2);
        world.DeadAgents.Add(task.Agent);
        world.End(task, TaskState.Failed);
        world.Run(1);
        Delete(world);
        world.Run(120);
        world.State.Clusters.ShouldBeEmpty();
        world.Volumes.Values.ShouldHaveSingleItem().Agent.ShouldBe(task.Agent);
        world.Suppressed.ShouldBeTrue();

        world.DeadAgents.Clear();
        world.Run(16 * 60);
        world.Volumes.ShouldBeEmpty();
        world.Suppressed.ShouldBeTrue();
    }

    [Fact]
    public void Release_RefusedByMesos_IsTriedAgain()
    {
        var world = Healthy(1);
        Delete(world);
        world.HoldOffers = true;
        world.Settle();
        world.LoseAccepts = 2;
        world.HoldOffers = false;
        world.Run(10);
        world.Volumes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TaskState.Lost, "REASON_AGENT_REMOVED")]
    [InlineData(TaskState.Unknown, "REASON_RECONCILIATION")]
    [InlineData(TaskState.Gone, "REASON_EXECUTOR_REREGISTRATION_TIMEOUT")]
    public void AgentAway_NodeWaitsForItForDaysByDefault(string state, string reason)
    {
        var world = Healthy();
        var task = world.NodeOf("c", 2);
        world.DeadAgents.Add(task.Agent);
        world.End(task, state, reason: reason);
        world.Run(20 * 60);
        Durable(world).Nodes.Keys.ShouldBe([1, 2, 3]);
        world.View("c").Reason.ShouldContain("which has its volume");
        world.DeadAgents.Clear();
        world.Run(10);
        world.NodeOf("c", 2).Volume.ShouldBeSameAs(task.Volume);
    }

    [Fact]
    public void AbandonVolumeAfter_AgentAwayForSoLong_AnotherNodeTakesThePlace()
    {
        var world = Healthy(abandonAfter: TimeSpan.FromMinutes(10));
        var task = world.NodeOf("c", 2);
        world.DeadAgents.Add(task.Agent);
        world.End(task, TaskState.Lost, reason: "REASON_AGENT_REMOVED");
        world.Run(9 * 60);
        Durable(world).Nodes.Keys.ShouldBe([1, 2, 3]);
        world.Run(90);
        Durable(world).Nodes.Keys.ShouldBe([1, 3, 4]);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        Durable(world).Events.ShouldContain(e => e.Kind == "node_abandoned");

        world.DeadAgents.Clear();
        world.Run(16 * 60);
        world.Volumes.Count.ShouldBe(3);
    }

    [Fact]
    public void AbandonVolumeAfter_TaskUnreachableForSoLong_IsKilledWhenItIsBack()
    {
        var world = Healthy(abandonAfter: TimeSpan.FromMinutes(10));
        var task = world.NodeOf("c", 2);
        world.DeadAgents.Add(task.Agent);
        world.Say(task.TaskId, TaskState.Unreachable, "REASON_AGENT_REMOVED", task.Agent);
        world.Run(11 * 60);
        Durable(world).Nodes.Keys.ShouldBe([1, 3, 4]);
        world.DeadAgents.Clear();
        world.Say(task.TaskId, TaskState.Running, "REASON_AGENT_REREGISTERED", task.Agent);
        world.Run(2);
        world.Tasks.ShouldNotContainKey(task.TaskId);
    }

    [Fact]
    public void AbandonVolumeAfter_NodeFailsOnAnAgentThatIsThere_IsNotGivenUp()
    {
        var world = Healthy(abandonAfter: TimeSpan.FromMinutes(2));
        for (var i = 0; i < 30; i++)
        {
            if (Durable(world).Nodes[2].Task is not null)
                world.End(world.NodeOf("c", 2), TaskState.Failed);
            world.Run(15);
        }
        Durable(world).Nodes.Keys.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void AbandonVolumeAfter_NoMasterServes_NothingIsGivenUp()
    {
        var world = Healthy(abandonAfter: TimeSpan.FromMinutes(2));
        foreach (var node in new[] { 1, 2, 3 })
        {
            world.DeadAgents.Add(world.NodeOf("c", node).Agent);
            world.End(world.NodeOf("c", node), TaskState.Lost, reason: "REASON_AGENT_REMOVED");
        }
        world.Run(10 * 60);
        Durable(world).Nodes.Keys.ShouldBe([1, 2, 3]);
    }
}
