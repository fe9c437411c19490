using Mysos.Core.Mesos;
using Mysos.LocalMesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

/// <summary>The master's and the agent's transitions by a clock of their own, without HTTP and processes.</summary>
public sealed class MachineTests
{
    private static readonly AgentInfo AgentInfo = new()
    {
        Id = new AgentId("S0"), Hostname = "127.0.0.1", Port = 5051, Resources = ResourceString.Parse("cpus:4;mem:4096"),
    };

    private static readonly FrameworkId Framework = new("F");

    private readonly MasterMachine _master = new(new MasterInfo { Id = "M" }, new MasterSettings(TimeSpan.FromSeconds(1), PingSettings.Default), MasterRegistry.Empty, At(0));
    private readonly List<MasterEffect> _effects = [];

    [Fact]
    public void Tick_WhileSubscribed_HeartbeatsEvery15Seconds()
    {
        Subscribe();

        for (var second = 1; second <= 46; second++)
            Do(_master.Tick(At(second)));

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
            Do(_master.Tick(At(++second)));

        second.ShouldBe(expected);
    }

    [Fact]
    public void AgentLost_For75Seconds_TasksAreUnreachableUntilItIsBack()
    {
        Register();
        Subscribe();
        Launch("t1");
        Do(_master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));
        Do(_master.Tick(At(84)));
        Statuses().ShouldBeEmpty();

        Do(_master.Tick(At(86)));

        Statuses().Single().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_UNREACHABLE"), status => status.Message.ShouldBe("health check timed out"),
            status => status.Reason.ShouldBe("REASON_AGENT_REMOVED"), status => status.UnreachableTime.ShouldNotBeNull(),
            status => status.Uuid.ShouldBeNull());
        Events("FAILURE").Single().Failure.ShouldBe(new SchedulerEvent.FailureEvent(AgentInfo.Id, null, null));
        Call(new SchedulerCall { Type = "KILL", Kill = new SchedulerCall.KillCall(new TaskId("t1")) }, 87);
        Statuses().Last().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_UNREACHABLE"), status => status.Message.ShouldBe("Reconciliation: Task is unreachable"));
        _effects.OfType<MasterEffect.Tell>().ShouldNotContain(tell => tell.Command is AgentCommand.Kill);
        Register(90, new AgentRegistration.KnownTask(Framework, Task("t1"), "TASK_RUNNING", "TASK_RUNNING", null));
        Statuses().Last().ShouldSatisfyAllConditions(
            status => status.State.ShouldBe("TASK_RUNNING"), status => status.Message.ShouldBe("Unreachable agent re-reregistered"));
    }

    [Fact]
    public void AgentLost_WithoutCheckpointing_TasksAreLostAtOnce()
    {
        Register();
        Subscribe(TestScheduler.Framework(Framework) with { Checkpoint = false });
        Launch("t1");

        Do(_master.AgentDisconnected(AgentInfo.Id!.Value, At(10)));

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

    private static Moment At(double seconds) => new(TimeSpan.FromSeconds(seconds), DateTimeOffset.UnixEpoch.AddSeconds(1_000_000 + seconds));

    private void Do(IReadOnlyList<MasterEffect> effects) => _effects.AddRange(effects);

    private void Subscribe(FrameworkInfo? info = null) =>
        Do(_master.Subscribe("stream", new SchedulerCall.SubscribeCall(info ?? TestScheduler.Framework(Framework)), At(0)));

    private void Register(double seconds = 0, params AgentRegistration.KnownTask[] tasks) => Do(_master.AgentRegistered(new AgentRegistration
    {
        Info = AgentInfo, Ip = "127.0.0.1", Total = ResourceBag.Of(AgentInfo.Resources), Frameworks = [], Executors = [], Tasks = tasks, Operations = [],
    }, At(seconds)));

    private void Call(SchedulerCall call, double seconds)
    {
        var (result, effects) = _master.Call(call with { FrameworkId = Framework }, "stream", null, At(seconds));
        result.Status.ShouldBe(202);
        Do(effects);
    }

    private void Launch(string id) => Call(new SchedulerCall
    {
        Type = "ACCEPT",
        Accept = new SchedulerCall.AcceptCall(
            [Offers().Last().Id], [new Operation { Type = "LAUNCH", Launch = new Operation.LaunchOperation([Task(id)]) }]),
    }, 1);

    private IEnumerable<SchedulerEvent> Events(string type) =>
        _effects.OfType<MasterEffect.Send>().Select(send => send.Event).Where(each => each.Type == type);

    private IEnumerable<Offer> Offers() => Events("OFFERS").SelectMany(each => each.Offers!.Offers);

    private IEnumerable<Mysos.Core.Mesos.TaskStatus> Statuses() => Events("UPDATE").Select(each => each.Update!.Status);

    private static AgentMachine NewAgent() => new(new AgentSettings { Info = AgentInfo, Ip = "127.0.0.1" }, Guid.NewGuid);

    private static IReadOnlyList<AgentEffect> LaunchOn(AgentMachine agent, string id) =>
        agent.FromMaster(new AgentCommand.Launch(TestScheduler.Framework(Framework), Task(id).Executor!, Task(id)), At(0));

    private static Mysos.Core.Mesos.TaskStatus Update(IEnumerable<AgentEffect> effects) =>
        effects.OfType<AgentEffect.Notify>().Select(notify => notify.Notice).OfType<MasterNotice.TaskUpdate>().Single().Status;

    private static TaskInfo Task(string id) => new()
    {
        Name = id, TaskId = new TaskId(id), AgentId = AgentInfo.Id!.Value, Resources = ResourceString.Parse("cpus:1"),
        Executor = new ExecutorInfo { ExecutorId = new ExecutorId("exec-" + id), FrameworkId = Framework, Command = new CommandInfo { Value = "true" } },
    };
}
