using Mysos.Core.Mesos;
using Mysos.LocalMesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;

namespace Mysos.Tests.LocalMesos;

/// <summary>A master without HTTP, agents and a clock of its own; what it wanted done is remembered.</summary>
public abstract class MachineTestBase
{
    private protected static readonly AgentInfo AgentInfo = new()
    {
        Id = new AgentId("S0"), Hostname = "127.0.0.1", Port = 5051, Resources = ResourceString.Parse("cpus:4;mem:4096"),
    };

    private protected static readonly FrameworkId Framework = new("F");

    private protected MasterMachine Master { get; init; } = NewMaster("M", 0, MasterRegistry.Empty);
    private protected List<MasterEffect> Effects { get; } = [];

    private protected static Moment At(double seconds) => new(TimeSpan.FromSeconds(seconds), DateTimeOffset.UnixEpoch.AddSeconds(1_000_000 + seconds));

    private protected static MasterMachine NewMaster(string id, double seconds, MasterRegistry registry) => new(
        new Election(new MasterInfo { Id = id }, At(seconds), At(seconds)),
        new MasterSettings(TimeSpan.FromSeconds(1), PingSettings.Default), registry);

    private protected void Do(IReadOnlyList<MasterEffect> effects) => Effects.AddRange(effects);

    private protected void Subscribe(FrameworkInfo? info = null) =>
        Do(Master.Subscribe("stream", new SchedulerCall.SubscribeCall(info ?? TestScheduler.Framework(Framework)), At(0)));

    private protected void Register(double seconds = 0, params AgentRegistration.KnownTask[] tasks) =>
        Do(Master.AgentRegistered(Registration(tasks), At(seconds)));

    private protected static AgentRegistration Registration(params AgentRegistration.KnownTask[] tasks) => new()
    {
        Info = AgentInfo, Ip = "127.0.0.1", Total = ResourceBag.Of(AgentInfo.Resources), Frameworks = [], Executors = [], Tasks = tasks, Operations = [],
    };

    private protected void Call(SchedulerCall call, double seconds)
    {
        var (result, effects) = Master.Call(call with { FrameworkId = Framework }, "stream", null, At(seconds));
        result.Status.ShouldBe(202);
        Do(effects);
    }

    private protected void Launch(string id) => Call(new SchedulerCall
    {
        Type = "ACCEPT",
        Accept = new SchedulerCall.AcceptCall(
            [Offers().Last().Id], [new Operation { Type = "LAUNCH", Launch = new Operation.LaunchOperation([Task(id)]) }]),
    }, 1);

    private protected IEnumerable<SchedulerEvent> Events(string type) =>
        Effects.OfType<MasterEffect.Send>().Select(send => send.Event).Where(each => each.Type == type);

    private protected IEnumerable<Offer> Offers() => Events("OFFERS").SelectMany(each => each.Offers!.Offers);

    private protected IEnumerable<Mysos.Core.Mesos.TaskStatus> Statuses() => Events("UPDATE").Select(each => each.Update!.Status);

    private protected static TaskInfo Task(string id) => new()
    {
        Name = id, TaskId = new TaskId(id), AgentId = AgentInfo.Id!.Value, Resources = ResourceString.Parse("cpus:1"),
        Executor = new ExecutorInfo { ExecutorId = new ExecutorId("exec-" + id), FrameworkId = Framework, Command = new CommandInfo { Value = "true" } },
    };
}
