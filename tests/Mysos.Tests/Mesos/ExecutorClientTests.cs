using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Mesos;
using Mysos.Tests.ZooKeeper;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Tests.Mesos;

/// <summary>How an executor keeps to its agent, and what becomes of its updates.</summary>
public sealed class ExecutorClientTests : IAsyncDisposable
{
    private static readonly TaskStatus Starting = new() { TaskId = new("t"), State = TaskState.Starting };
    private static readonly TaskStatus Running = new() { TaskId = new("t"), State = TaskState.Running };
    private static readonly TaskStatus Finished = new() { TaskId = new("t"), State = TaskState.Finished };

    private readonly RawServer _agent = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly List<string> _log = [];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Run_AgentWithAuthentication_ShowsTheTokenInEachCall()
    {
        await using var client = Client(e => e with { AuthenticationToken = "to.ke.n" });
        using var events = new Told<ExecutorEvent>(client.Run());
        var stream = await TakeAsync("SUBSCRIBE");
        client.Update(Starting);
        var update = await TakeAsync("UPDATE");
        _ = client.SendAsync([1]);
        var message = await TakeAsync("MESSAGE");
        foreach (var request in (RawRequest[])[stream, update, message])
            request.Headers["Authorization"].ShouldBe("Bearer to.ke.n");
    }

    [Theory]
    [InlineData(401, "401 Unauthorized.", MesosOutcome.Unauthorized, "It has to know the token that it gave this executor in MESOS_EXECUTOR_AUTHENTICATION_TOKEN.")]
    [InlineData(400, "Framework cannot be found", MesosOutcome.Rejected, "Framework cannot be found")]
    [InlineData(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'", MesosOutcome.Rejected, "does nothing on the way change them?")]
    public async Task Run_SubscribeRefusedForGood_EndsWithTheReason(int status, string text, MesosOutcome outcome, string advice)
    {
        await using var client = Client();
        using var events = new Told<ExecutorEvent>(client.Run());
        await (await TakeAsync("SUBSCRIBE")).AnswerAsync(status, "Refused", text);
        var refusal = await Should.ThrowAsync<MesosException>(events.NextAsync());
        refusal.Outcome.ShouldBe(outcome);
        refusal.Message.ShouldStartWith($"Mesos at {_agent.Uri.Authority} answered {status} to SUBSCRIBE: {text}");
        refusal.Message.ShouldEndWith(advice);
    }

    [Fact]
    public async Task Run_AgentRecovers_TriesUntilItServes()
    {
        await using var client = Client();
        using var events = new Told<ExecutorEvent>(client.Run());
        for (var i = 0; i < 3; i++)
            await (await TakeAsync("SUBSCRIBE")).AnswerAsync(503, "Service Unavailable", "Agent has not finished recovery");
        await SubscribedAsync(events);
    }

    [Fact]
    public async Task Run_QuietForLongerThanTheRecoveryTimeout_StillWaitsForTheAgent()
    {
        var time = new FakeTimeProvider();
        await using var client = Client(time: time);
        using var events = new Told<ExecutorEvent>(client.Run());
        var stream = await SubscribedAsync(events);
        time.Advance(TimeSpan.FromHours(1));
        stream.Break();
        var again = TakeAsync("SUBSCRIBE");
        while (await Task.WhenAny(again, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System)) != again)
            time.Advance(TimeSpan.FromMilliseconds(100));
        (await again).Body.ShouldContain("SUBSCRIBE");
    }

    [Fact]
    public async Task Run_AgentAwayForLongerThanTheRecoveryTimeout_Completes()
    {
        await using var client = Client(e => e with { RecoveryTimeout = TimeSpan.FromMilliseconds(300) });
        using var events = new Told<ExecutorEvent>(client.Run());
        await SubscribedAsync(events);
        _agent.Refuses = true;
        await Should.ThrowAsync<ChannelClosedException>(events.NextAsync());
        _agent.Connections.ShouldBeGreaterThan(1);
        _log.ShouldContain("The agent has been away for 0 s.");
    }

    [Fact]
    public async Task Run_WithoutCheckpoint_CompletesWithTheStream()
    {
        await using var client = Client(e => e with { Checkpoint = false });
        using var events = new Told<ExecutorEvent>(client.Run());
        await (await SubscribedAsync(events)).EndAsync();
        await Should.ThrowAsync<ChannelClosedException>(events.NextAsync());
        _agent.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Run_ErrorEvent_IsToldAndSubscribesAgain()
    {
        await using var client = Client();
        using var events = new Told<ExecutorEvent>(client.Run());
        var stream = await SubscribedAsync(events);
        await stream.WriteRecordAsync("""{"type":"ERROR","error":{"message":"out of order"}}""");
        (await events.NextAsync()).Error!.Message.ShouldBe("out of order");
        await SubscribedAsync(events);
    }

    [Fact]
    public async Task Update_WhileTheAgentIsAway_ComesWithTheSubscribeAndIsNotLostIfThatForgotIt()
    {
        await using var client = Client();
        using var events = new Told<ExecutorEvent>(client.Run());
        var stream = await SubscribedAsync(events);
        _agent.Refuses = true;
        client.Update(Starting);
        _agent.Refuses = false;
        // The SUBSCRIBE that is on its way brings this one, but not the next, which the recovering agent refuses.
        var again = await TakeAsync("SUBSCRIBE");
        again.Body.ShouldContain(TaskState.Starting);
        client.Update(Running);
        await (await TakeAsync(TaskState.Starting)).AnswerAsync(202, "Accepted");
        await (await TakeAsync(TaskState.Running)).AnswerAsync(503, "Service Unavailable", "Agent has not finished recovery");
        await again.StartAsync();
        await (await TakeAsync(TaskState.Running)).AnswerAsync(202, "Accepted");
    }

    [Fact]
    public async Task Update_Several_GoOneAfterTheOther()
    {
        await using var client = Client();
        TaskStatus[] states = [Starting, Running, Finished];
        foreach (var state in states)
            client.Update(state);
        foreach (var state in states)
        {
            var update = await _agent.TakeAsync();
            update.Body.ShouldContain(state.State);
            await update.AnswerAsync(202, "Accepted");
        }
    }

    [Fact]
    public async Task Update_ThatTheAgentWillNeverTake_DoesNotHoldUpTheNext()
    {
        await using var client = Client();
        client.Update(Starting);
        client.Update(Finished);
        await (await TakeAsync(TaskState.Starting)).AnswerAsync(400, "Bad Request", "Failed to validate Executor::Call: no");
        var finished = await TakeAsync(TaskState.Finished);
        await finished.AnswerAsync(202, "Accepted");
        using var events = new Told<ExecutorEvent>(client.Run());
        var subscribe = await TakeAsync("SUBSCRIBE");
        subscribe.Body.ShouldContain(TaskState.Finished);
        subscribe.Body.ShouldNotContain(TaskState.Starting);
    }

    [Fact]
    public async Task Acknowledged_Twice_IsHarmless()
    {
        await using var client = Client();
        using var events = new Told<ExecutorEvent>(client.Run());
        var stream = await SubscribedAsync(events);
        client.Update(Starting);
        var update = await TakeAsync("UPDATE");
        await update.AnswerAsync(202, "Accepted");
        var uuid = System.Text.Json.Nodes.JsonNode.Parse(update.Body)!["update"]!["status"]!["uuid"]!.ToJsonString();
        for (var i = 0; i < 2; i++)
        {
            await stream.WriteRecordAsync($$$"""{"type":"ACKNOWLEDGED","acknowledged":{"task_id":{"value":"t"},"uuid":{{{uuid}}}}}""");
            (await events.NextAsync()).Type.ShouldBe("ACKNOWLEDGED");
        }
        await client.AcknowledgedAsync(TimeSpan.FromSeconds(30));
        _log.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("MESOS_SUBSCRIPTION_BACKOFF_MAX", "soon", "MESOS_SUBSCRIPTION_BACKOFF_MAX is 'soon', not a duration such as 5secs")]
    [InlineData("MESOS_AGENT_ENDPOINT", "", "MESOS_AGENT_ENDPOINT is not set")]
    public void ReadEnvironment_Wrong_NamesTheVariable(string name, string value, string error)
    {
        var recorded = Trace.Read("04-launch").First(l => l.Kind == "start").Json.GetProperty("env").EnumerateObject()
            .ToDictionary(v => v.Name, v => v.Value.GetString());
        recorded["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"] = "to.ke.n";
        var read = ExecutorEnvironment.Read(recorded.GetValueOrDefault);
        read.SubscriptionBackoffMax.ShouldBe(TimeSpan.FromSeconds(2));
        read.RecoveryTimeout.ShouldBe(TimeSpan.FromMinutes(15));
        read.AuthenticationToken.ShouldBe("to.ke.n");
        read.ToString().ShouldNotContain("to.ke.n");
        recorded[name] = value;
        Should.Throw<InvalidDataException>(() => ExecutorEnvironment.Read(recorded.GetValueOrDefault)).Message.ShouldContain(error);
    }

    private ExecutorClient Client(Func<ExecutorEnvironment, ExecutorEnvironment>? change = null, TimeProvider? time = null)
    {
        var environment = new ExecutorEnvironment
        {
            FrameworkId = new("f"), ExecutorId = new("e"), AgentEndpoint = _agent.Uri.Authority, Sandbox = "/", Checkpoint = true,
            SubscriptionBackoffMax = TimeSpan.FromMilliseconds(50),
        };
        return new(_http, change?.Invoke(environment) ?? environment, time ?? TimeProvider.System, new Random(1), _log.Add);
    }

    private Task<RawRequest> TakeAsync(string containing) =>
        _agent.TakeAsync(r => r.Body.Contains(containing, StringComparison.Ordinal) && (containing == "SUBSCRIBE" || !r.Body.Contains("SUBSCRIBE")), containing);

    private async Task<RawRequest> SubscribedAsync(Told<ExecutorEvent> events)
    {
        var stream = await TakeAsync("SUBSCRIBE");
        await stream.StartAsync();
        await stream.WriteRecordAsync(
            """{"type":"SUBSCRIBED","subscribed":{"executor_info":{"executor_id":{"value":"e"}},"framework_info":{"user":"root","name":"f"},"agent_info":{"hostname":"h"}}}""");
        (await events.NextAsync()).Type.ShouldBe("SUBSCRIBED");
        return stream;
    }
}
