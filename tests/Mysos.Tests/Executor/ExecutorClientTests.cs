using System.Threading.Channels;
using Mysos.Core.Mesos;
using Mysos.Tests.ZooKeeper;
using Shouldly;
using Xunit;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Tests.Executor;

public sealed class ExecutorClientTests
{
    private static readonly TaskInfo Task1 = new() { Name = "t", TaskId = new("t"), AgentId = new("a") };

    private static ExecutorEnvironment Environment(string endpoint, bool checkpoint) => new()
    {
        FrameworkId = new("f"), ExecutorId = new("e"), AgentEndpoint = endpoint, Sandbox = "/", Checkpoint = checkpoint,
        RecoveryTimeout = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public async Task Subscribe_AgentComesBack_BringsWhatWasNotAcknowledged()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Acknowledges = false;
        agent.Greeting = [new ExecutorEvent { Type = "LAUNCH", Launch = new(Task1) }];
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var client = new ExecutorClient(http, Environment(agent.Endpoint, checkpoint: true), TimeProvider.System, new Random(1), _ => { });
        using var events = new Told<ExecutorEvent>(client.Run());

        await agent.WaitForAsync(a => a.Calls.FirstOrDefault(c => c.Type == "SUBSCRIBE"), what: "first SUBSCRIBE");
        client.Update(new TaskStatus { TaskId = Task1.TaskId, State = TaskState.Starting });
        var sent = (await agent.WaitForAsync(a => a.Updates.FirstOrDefault(), what: "update"));
        sent.Source.ShouldBe("SOURCE_EXECUTOR");
        sent.ExecutorId.ShouldBe(new ExecutorId("e"));
        sent.Uuid.ShouldNotBeNull().Length.ShouldBe(16);

        agent.Greeting = [];
        agent.EndStream();
        var again = await agent.WaitForAsync(a => a.Calls.Where(c => c.Type == "SUBSCRIBE").Skip(1).FirstOrDefault(), what: "second SUBSCRIBE");
        again.Subscribe!.UnacknowledgedTasks.Select(t => t.TaskId).ShouldBe([Task1.TaskId]);
        again.Subscribe.UnacknowledgedUpdates.Select(u => u.Status.Uuid).ShouldBe([sent.Uuid]);

        agent.Send(new ExecutorEvent { Type = "ACKNOWLEDGED", Acknowledged = new(Task1.TaskId, sent.Uuid) });
        await client.AcknowledgedAsync(TimeSpan.FromSeconds(10));
        agent.EndStream();
        var third = await agent.WaitForAsync(a => a.Calls.Where(c => c.Type == "SUBSCRIBE").Skip(2).FirstOrDefault(), what: "third SUBSCRIBE");
        third.Subscribe!.UnacknowledgedTasks.ShouldBeEmpty();
        third.Subscribe.UnacknowledgedUpdates.ShouldBeEmpty();
        (await events.NextAsync()).Type.ShouldBe("LAUNCH");
    }

    [Fact]
    public async Task Subscribe_WithoutCheckpoint_EndsWithTheStream()
    {
        await using var agent = await TinyAgent.StartAsync();
        agent.Greeting = [new ExecutorEvent { Type = "SUBSCRIBED" }];
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var client = new ExecutorClient(http, Environment(agent.Endpoint, checkpoint: false), TimeProvider.System, new Random(1), _ => { });
        using var events = new Told<ExecutorEvent>(client.Run());
        (await events.NextAsync()).Type.ShouldBe("SUBSCRIBED");
        agent.EndStream();
        await Should.ThrowAsync<ChannelClosedException>(events.NextAsync());
    }

    [Fact]
    public async Task Update_Several_ArriveInOrder()
    {
        await using var agent = await TinyAgent.StartAsync();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        await using var client = new ExecutorClient(http, Environment(agent.Endpoint, checkpoint: false), TimeProvider.System, new Random(1), _ => { });
        string[] states = [TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed];
        foreach (var state in states)
            client.Update(new TaskStatus { TaskId = Task1.TaskId, State = state });
        await agent.WaitForAsync(a => a.Updates.Skip(3).FirstOrDefault(), what: "four updates");
        agent.Updates.Select(u => u.State).ShouldBe(states);
    }
}
