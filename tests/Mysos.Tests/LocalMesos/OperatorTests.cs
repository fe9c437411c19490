using Mysos.Core.Mesos;
using Mysos.LocalMesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Operators;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

/// <summary>What operators may do and what they are refused, beyond the recordings of Mesos.</summary>
public sealed class OperatorTests : MachineTestBase
{
    private static readonly MachineId Machine = new("127.0.0.1", "127.0.0.1");
    private static readonly AgentId Agent = AgentInfo.Id!.Value;

    private static readonly Resource Reserved = new()
    {
        Name = "cpus", Type = Resource.ScalarType, Scalar = new Scalar(2),
        Reservations = [new ReservationInfo { Type = "DYNAMIC", Role = "mysos", Principal = "mysos" }],
    };

    [Fact]
    public void Reserve_WhatIsOffered_TakesTheOfferBackAndOffersTheReservation()
    {
        Register();
        Subscribe();

        Operate(Reserve(), 1).ShouldBe(OperatorAnswer.Accepted);

        Do(Master.Tick(At(2)));
        Events("RESCIND").Single().Rescind!.OfferId.ShouldBe(Offers().First().Id);
        Offers().Last().Resources.ShouldContain(resource => resource.Reservations != null && resource.Scalar!.Value == 2);
    }

    [Fact]
    public void Subscribe_OfAnOperator_IsToldOfHeartbeatsAndLostTasksUntilItLeaves()
    {
        Register();
        Subscribe();
        Launch("t1");
        Do(Master.OperatorSubscribe("operator", At(2)));
        Do(Master.Tick(At(17)));
        Do(Master.AgentUnregistered(Agent, At(18)));
        Do(Master.Disconnected("operator", At(19)));
        Do(Master.Tick(At(40)));

        var events = Effects.OfType<MasterEffect.SendToOperator>().Select(effect => effect.Event).ToArray();
        events.Select(each => (string)each["type"]!).ShouldBe(["SUBSCRIBED", "HEARTBEAT", "HEARTBEAT", "TASK_UPDATED"]);
        ((string)events[3]["task_updated"]!["state"]!).ShouldBe("TASK_LOST");
        Master.NextDeadline.ShouldBeGreaterThan(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void Reserve_WhatATaskUses_IsRefused()
    {
        Register();
        Subscribe();
        Launch("t1");

        Operate(Reserve(cpus: 4), 2).Status.ShouldBe(409);
    }

    [Fact]
    public void Drain_WithMarkGone_AgentIsGoneOnceItsLastTaskHasEnded()
    {
        Register();
        Subscribe();
        Launch("t1");

        Operate(new OperatorCall { Type = "DRAIN_AGENT", DrainAgent = new OperatorCall.DrainCall(Agent, null, MarkGone: true) }, 2).Status.ShouldBe(200);

        Commands().OfType<AgentCommand.Drain>().Single().MaxGracePeriod.ShouldBeNull();
        Commands().ShouldNotContain(command => command is AgentCommand.ShutDown);
        byte[] uuid = [.. Guid.NewGuid().ToByteArray()];
        Do(Master.FromAgent(Agent, new MasterNotice.TaskUpdate(Framework, new Mysos.Core.Mesos.TaskStatus
        {
            TaskId = new TaskId("t1"), State = "TASK_KILLED", AgentId = Agent, Uuid = uuid,
        }, "TASK_KILLED"), At(3)));
        Call(new SchedulerCall { Type = "ACKNOWLEDGE", Acknowledge = new SchedulerCall.AcknowledgeCall(Agent, new TaskId("t1"), uuid) }, 4);
        Commands().Last().ShouldBeOfType<AgentCommand.ShutDown>();
        Call(new SchedulerCall { Type = "RECONCILE", Reconcile = new SchedulerCall.ReconcileCall([new(new TaskId("t1"), Agent)]) }, 5);
        Statuses().Last().State.ShouldBe("TASK_GONE_BY_OPERATOR");
    }

    [Fact]
    public void Reactivate_BeforeTheLastTaskHasEnded_IsRefused()
    {
        Register();
        Subscribe();
        Launch("t1");
        Operate(new OperatorCall { Type = "DRAIN_AGENT", DrainAgent = new OperatorCall.DrainCall(Agent) }, 2);

        Operate(new OperatorCall { Type = "REACTIVATE_AGENT", ReactivateAgent = new OperatorCall.AgentCall(Agent) }, 3)
            .ShouldBe(OperatorAnswer.BadRequest("Agent is still in the DRAINING state"));
    }

    [Fact]
    public void Register_OfAnAgentWhoseMachineIsDown_IsToldToEnd()
    {
        Register();
        Subscribe();
        Operate(Schedule(Machine), 1);
        Operate(Down(), 2).Status.ShouldBe(200);
        var before = Offers().Count();

        Register(3);

        Commands().Last().ShouldBeOfType<AgentCommand.ShutDown>();
        Do(Master.Tick(At(5)));
        Offers().Count().ShouldBe(before);
        Operate(new OperatorCall { Type = "STOP_MAINTENANCE", StopMaintenance = new OperatorCall.MachinesCall([Machine]) }, 6).Status.ShouldBe(200);
        Register(7);
        Offers().Count().ShouldBe(before + 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void InverseOffer_Accepted_IsMadeAgainAfterReviveOrAnotherSubscription(bool revive)
    {
        Register();
        Subscribe();
        Launch("t1");
        Operate(Schedule(Machine), 2);
        var question = Events("INVERSE_OFFERS").Single().InverseOffers!.InverseOffers.Single();
        Call(new SchedulerCall
        {
            Type = "ACCEPT_INVERSE_OFFERS", AcceptInverseOffers = new SchedulerCall.InverseOffersCall([question.Id], new Filters(3600)),
        }, 3);
        Do(Master.Tick(At(10)));
        Events("INVERSE_OFFERS").Count().ShouldBe(1);

        if (revive)
            Call(new SchedulerCall { Type = "REVIVE" }, 11);
        else
            Subscribe();
        Do(Master.Tick(At(12)));
        Events("INVERSE_OFFERS").Count().ShouldBe(2);
    }

    [Fact]
    public void Schedule_WithoutAMachineThatIsDown_IsRefused()
    {
        Operate(Schedule(Machine), 1);
        Operate(Down(), 2);

        Operate(Schedule(), 3).Status.ShouldBe(400);
    }

    [Fact]
    public void Schedule_OfAMachineTwice_IsRefused() => Operate(Schedule(Machine, Machine), 1).Status.ShouldBe(400);

    [Theory]
    [InlineData("DEACTIVATE_AGENT")]
    [InlineData("REACTIVATE_AGENT")]
    [InlineData("MARK_AGENT_GONE")]
    public void Call_AboutAnUnknownAgent_IsRefused(string type)
    {
        var agent = new OperatorCall.AgentCall(new AgentId("nobody"));

        Operate(new OperatorCall { Type = type, DeactivateAgent = agent, ReactivateAgent = agent, MarkAgentGone = agent }, 1).Status.ShouldBe(400);
    }

    [Fact]
    public void Reconcile_AfterAFailover_IsSilentUntilTheOldAgentsAreBack()
    {
        Register();
        var next = NewMaster("N", 1, Master.State.ToRegistry());
        next.Subscribe("stream", new SchedulerCall.SubscribeCall(TestScheduler.Framework(Framework)), At(1));
        var reconcile = new SchedulerCall
        {
            Type = "RECONCILE", FrameworkId = Framework, Reconcile = new SchedulerCall.ReconcileCall([new(new TaskId("t1")), new(new TaskId("t1"), Agent)]),
        };

        next.Call(reconcile, "stream", null, At(2)).Effects.ShouldBeEmpty();

        next.AgentRegistered(Registration(), At(3));
        next.Call(reconcile, "stream", null, At(4)).Effects.OfType<MasterEffect.Send>()
            .Select(send => send.Event.Update!.Status.State).ShouldBe(["TASK_UNKNOWN", "TASK_GONE"]);
    }

    private static OperatorCall Reserve(double cpus = 2) => new()
    {
        Type = "RESERVE_RESOURCES",
        ReserveResources = new OperatorCall.ResourcesCall(Agent, [Reserved with { Scalar = new Scalar(cpus) }]),
    };

    private static OperatorCall Schedule(params MachineId[] machines) => new()
    {
        Type = "UPDATE_MAINTENANCE_SCHEDULE",
        UpdateMaintenanceSchedule = new OperatorCall.ScheduleCall(new MaintenanceSchedule(
            machines.Length == 0 ? [] : [new MaintenanceWindow(machines, new Unavailability { Start = new DurationInfo(1) })])),
    };

    private static OperatorCall Down() => new() { Type = "START_MAINTENANCE", StartMaintenance = new OperatorCall.MachinesCall([Machine]) };

    private OperatorAnswer Operate(OperatorCall call, double seconds)
    {
        var (answer, effects) = Master.Operate(call, At(seconds));
        Do(effects);
        return answer;
    }

    private IEnumerable<AgentCommand> Commands() => Effects.OfType<MasterEffect.Tell>().Select(tell => tell.Command);
}
