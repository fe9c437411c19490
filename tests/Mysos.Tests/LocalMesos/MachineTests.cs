using Mysos.Core.Mesos;
using Mysos.LocalMesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

/// <summary>The master's and the agent's transitions by a clock of their own, without HTTP and processes.</summary>
public sealed class MachineTests : MachineTestBase
{
    [Fact]
    public void Tick_WhileSubscribed_HeartbeatsEvery15Seconds()
    {
        Subscribe();

        for (var second = 1; second <= 46; second++)
            Do(Master.Tick(At(second)));

        Events("HEARTBEAT").Count().ShouldBe(4);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData(3.0, 3)]
    [InlineData(0.0, 1)]
    public void Decline_ForSomeSeconds_OfferedAgainWithTheFirstCycleAfterThem(double? refuse, int expected)
    {
        Register();
        Subscribe();
        var offer = Offers().Single();
        Call(new SchedulerCall { Type = "DECLINE", Decline = new SchedulerCall.DeclineCall([offer.Id], refuse is null ? null : new Filters(refuse)) }, 0);

        var second = 0;
        while (Offers().Count() == 1)
            Do(Master.Tick(At(++second)));

        second.ShouldBe(expected);
    }

    [Fact]
    public void AgentLost_For75Seconds_TasksAreUnreachableUntilItIsBack()
    {
        Register();
        Subscribe();
        Launch("t1");
        Do(Master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));
        Do(Master.Tick(At(84)));
        Statuses().ShouldBeEmpty();

        Do(Master.Tick(At(86)));

        Statuses().Single().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_UNREACHABLE"), status => status.Message.ShouldBe("health check timed out"),
            status => status.Reason.ShouldBe("REASON_AGENT_REMOVED"), status => status.UnreachableTime.ShouldNotBeNull(),
            status => status.Uuid.ShouldBeNull());
        Events("FAILURE").Single().Failure.ShouldBe(new SchedulerEvent.FailureEvent(AgentInfo.Id, null, null));
        Call(new SchedulerCall { Type = "KILL", Kill = new SchedulerCall.KillCall(new TaskId("t1")) }, 87);
        Statuses().Last().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_UNREACHABLE"), status => status.Message.ShouldBe("Reconciliation: Task is unreachable"));
        Effects.OfType<MasterEffect.Tell>().ShouldNotContain(tell => tell.Command is AgentCommand.Kill);
        Register(90, new AgentRegistration.KnownTask(Framework, Task("t1"), "TASK_RUNNING", "TASK_RUNNING", null));
        Statuses().Last().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_RUNNING"), status => status.Message.ShouldBe("Unreachable agent re-reregistered"));
    }

    [Fact]
    public void AgentBack_WithoutATaskThatItNeverGot_ItIsDropped()
    {
        Register();
        Subscribe();
        Launch("t1");
        Do(Master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));

        Register(11);

        Statuses().Single().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_DROPPED"), status => status.Reason.ShouldBe("REASON_RECONCILIATION"),
            status => status.Message.ShouldBe("Reconciliation: task unknown to the agent"));
        Do(Master.Tick(At(12)));
        Offers().Last().Resources.Single(resource => resource.Name == "cpus").Scalar!.Value.ShouldBe(4);
    }

    [Fact]
    public void AgentBack_AfterItWasGivenUp_WithoutATaskThatItNeverGot_ReconciliationSaysSo()
    {
        Register();
        Subscribe();
        Launch("t1");
        Do(Master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));
        Do(Master.Tick(At(86)));

        Register(90);
        Statuses().Count().ShouldBe(1);
        Call(new SchedulerCall
        {
            Type = "RECONCILE", Reconcile = new SchedulerCall.ReconcileCall([new SchedulerCall.ReconcileTask(new TaskId("t1"), AgentInfo.Id!.Value)]),
        }, 91);

        Statuses().Last().State.ShouldBe("TASK_GONE");
    }

    [Fact]
    public void AgentLost_WithoutCheckpointing_TasksAreLostAtOnce()
    {
        Register();
        Subscribe(TestScheduler.Framework(Framework) with { Checkpoint = false });
        Launch("t1");

        Do(Master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));

        Statuses().Single().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_LOST"), status => status.Message.ShouldBe("Agent 127.0.0.1 disconnected"));
    }

    [Fact]
    public void Offers_ToAnOldFramework_AreInTheOldForm()
    {
        Register();
        Subscribe(new FrameworkInfo { User = "root", Name = "old", Role = "mysos", Id = Framework });

        var offer = Offers().Single();

        offer.AllocationInfo.ShouldBeNull();
        offer.Resources.ShouldAllBe(resource => resource.Role == "*" && resource.AllocationInfo == null);
    }

    [Fact]
    public void KillBeforeSubscription_OnlyTask_TaskKilledAndContainerDestroyed()
    {
        var agent = NewAgent();
        var start = LaunchOn(agent, "t1").OfType<AgentEffect.StartContainer>().Single();

        var effects = agent.FromMaster(new AgentCommand.Kill(Framework, new TaskId("t1"), null), At(1));

        effects.OfType<AgentEffect.KillContainer>().Single().Id.ShouldBe(start.Id);
        Update(effects).ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_KILLED"), status => status.Reason.ShouldBe("REASON_TASK_KILLED_DURING_LAUNCH"),
            status => status.Message.ShouldBe("Killed before delivery to the executor"));
        var exit = agent.ContainerExited(start.Id, -1, null, At(1)).OfType<AgentEffect.Notify>().Select(notify => notify.Notice);
        exit.ShouldBe([new MasterNotice.ExecutorExited(Framework, new ExecutorId("exec-t1"), -1)]);
    }

    [Fact]
    public void Registration_TooLate_ExecutorIsKilledAndTheTaskSaysWhy()
    {
        var agent = NewAgent();
        var start = LaunchOn(agent, "t1").OfType<AgentEffect.StartContainer>().Single();
        agent.Tick(At(59)).ShouldBeEmpty();

        agent.Tick(At(60)).ShouldBe([new AgentEffect.KillContainer(start.Id)]);

        Update(agent.ContainerExited(start.Id, 9, null, At(61))).ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_FAILED"), status => status.Message.ShouldBe("Executor did not register within 1mins"),
            status => status.Reason.ShouldBe("REASON_EXECUTOR_REGISTRATION_TIMEOUT"));
    }

    [Fact]
    public void Restore_OfARecord_KeepsWhatWasNotAcknowledged()
    {
        var agent = NewAgent();
        var start = LaunchOn(agent, "t1").OfType<AgentEffect.StartContainer>().Single();
        agent.ContainerExited(start.Id, 0, null, At(1));
        var restored = NewAgent();

        restored.Restore(agent.ToRecord(), _ => false, At(2));

        restored.ToRecord().Tasks.Single().Waiting.Single().State.ShouldBe("TASK_FAILED");
        var sent = restored.FromMaster(new AgentCommand.FrameworkSubscribed(TestScheduler.Framework(Framework)), At(3));
        Update(sent).State.ShouldBe("TASK_FAILED");
    }

    [Theory]
    [InlineData(15, "15secs")]
    [InlineData(900, "15mins")]
    [InlineData(90, "90secs")]
    [InlineData(0.25, "250ms")]
    public void Duration_AsMesosPrintsIt_LargestWholeUnit(double seconds, string text) =>
        MesosDuration.Text(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    private static AgentMachine NewAgent() => new(new AgentSettings { Info = AgentInfo, Ip = "127.0.0.1" }, Guid.NewGuid);

    private static IReadOnlyList<AgentEffect> LaunchOn(AgentMachine agent, string id) =>
        agent.FromMaster(new AgentCommand.Launch(TestScheduler.Framework(Framework), Task(id).Executor!, Task(id)), At(0));

    private static Mysos.Core.Mesos.TaskStatus Update(IEnumerable<AgentEffect> effects) =>
        effects.OfType<AgentEffect.Notify>().Select(notify => notify.Notice).OfType<MasterNotice.TaskUpdate>().Single().Status;
}
