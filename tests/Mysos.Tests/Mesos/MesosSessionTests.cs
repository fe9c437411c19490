using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Mesos;

namespace Mysos.Tests.Mesos;

/// <summary>How a session keeps its subscription, and when it gives up.</summary>
public sealed class MesosSessionTests
{
    [Fact]
    public async Task Run_StreamEndsOrBreaks_SaysWhichAndSubscribesAgain()
    {
        await using var host = new SessionHost();
        await (await host.SubscribedAsync()).EndAsync();
        (await host.LostAsync()).ShouldBe($"Mesos at {host.Master.Uri.Authority} ended the event stream.");

        (await host.SubscribedAsync()).Break();
        (await host.LostAsync()).ShouldStartWith($"The event stream of Mesos at {host.Master.Uri.Authority} broke: ");
        await host.SubscribedAsync();
    }

    [Fact]
    public async Task Run_StreamBreaksWithinARecord_SubscribesAgain()
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        await stream.SendAsync(RawRequest.Chunk("20\n{\"type\""u8.ToArray()));
        await stream.EndAsync();
        (await host.LostAsync()).ShouldContain("within a record");
        await host.SubscribedAsync();
    }

    [Fact]
    public async Task Run_Redirected_SubscribesToTheLeader()
    {
        await using var host = new SessionHost();
        await RedirectAsync(await host.SubscribeAsync(), host.Other.Uri);
        await host.SubscribedAsync(host.Other);
    }

    [Fact]
    public async Task Run_RedirectedToADeadLeader_AsksAgainUntilThereIsANewOne()
    {
        await using var host = new SessionHost();
        host.Other.Refuses = true;
        for (var i = 0; i < 3; i++)
        {
            await RedirectAsync(await host.SubscribeAsync(), host.Other.Uri);
            (await host.LostAsync()).ShouldStartWith(
                $"Mesos at {host.Master.Uri.Authority} redirects to {host.Other.Uri.Authority}, which does not answer: ");
        }
        await host.SubscribedAsync();
    }

    [Fact]
    public async Task Run_RedirectedInACircle_WaitsBetweenItsAttempts()
    {
        var time = new FakeTimeProvider();
        await using var host = new SessionHost(time);
        await RedirectAsync(await host.SubscribeAsync(), host.Other.Uri);
        await RedirectAsync(await host.SubscribeAsync(host.Other), host.Master.Uri);
        (await host.LostAsync()).ShouldBe($"Mesos at {host.Other.Uri.Authority} does not lead; it redirects to {host.Master.Uri.Authority}.");
        await AdvanceAsync(time, host.SubscribeAsync());
    }

    [Fact]
    public async Task Run_RedirectedToItselfOrRecovering_AsksAgain()
    {
        await using var host = new SessionHost();
        await RedirectAsync(await host.SubscribeAsync(), host.Master.Uri);
        (await host.LostAsync()).ShouldBe($"Mesos at {host.Master.Uri.Authority} is not elected yet: it redirects to itself.");
        await (await host.SubscribeAsync()).AnswerAsync(503, "Service Unavailable", "Master has not finished recovery");
        (await host.LostAsync()).ShouldContain("503 to SUBSCRIBE: Master has not finished recovery");
        await host.SubscribedAsync();
    }

    [Theory]
    [InlineData(401, "401 Unauthorized.", "It has to know the principal and secret of --framework_authentication_file.")]
    [InlineData(400, "Authenticated principal 'other' does not match principal 'mysos' set in `FrameworkInfo`",
        "The framework's principal has to be the one of the principal and secret of --framework_authentication_file.")]
    [InlineData(400, "Failed to validate scheduler::Call: Expecting 'type' to be present", "Expecting 'type' to be present")]
    [InlineData(415, "Expecting 'Content-Type' of application/json or application/x-protobuf", "does nothing on the way change them?")]
    public async Task Run_SubscribeRefusedForGood_GivesUpAndSaysWhatWouldBeRight(int status, string text, string advice)
    {
        await using var host = new SessionHost();
        await (await host.SubscribeAsync()).AnswerAsync(status, "Refused", text);
        var refusal = await Should.ThrowAsync<FrameworkRefusedException>(host.Signals.NextAsync());
        refusal.Message.ShouldStartWith($"Mesos at {host.Master.Uri.Authority} answered {status} to SUBSCRIBE: {text}");
        refusal.Message.ShouldEndWith(advice);
    }

    [Theory]
    [InlineData("Framework failed over", typeof(FrameworkFailedOverException))]
    [InlineData("Framework has been removed", typeof(FrameworkRemovedException))]
    [InlineData("Changing framework's principal is not allowed.", typeof(FrameworkRefusedException))]
    public async Task Run_ErrorEvent_EndsWithWhatItMeans(string message, Type meaning)
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        await stream.WriteRecordAsync($$$"""{"type":"ERROR","error":{"message":"{{{message}}}"}}""");
        (await Should.ThrowAsync<FrameworkRefusedException>(host.Signals.NextAsync())).ShouldBeOfType(meaning);
        var call = await Should.ThrowAsync<MesosException>(host.Session.SendAsync(new SchedulerCall { Type = "REVIVE" }, default));
        call.Outcome.ShouldBe(MesosOutcome.NotSubscribed);
    }

    [Fact]
    public async Task Run_FiveHeartbeatsMissed_SubscribesAgain()
    {
        var time = new FakeTimeProvider();
        await using var host = new SessionHost(time);
        var stream = await host.SubscribedAsync();
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(74));
            await stream.WriteRecordAsync("""{"type":"HEARTBEAT"}""");
            (await host.EventAsync()).Type.ShouldBe("HEARTBEAT");
        }
        time.Advance(TimeSpan.FromSeconds(75));
        (await host.LostAsync()).ShouldBe($"Mesos at {host.Master.Uri.Authority} was silent for 75 s.");
        await AdvanceAsync(time, host.SubscribeAsync());
    }

    [Fact]
    public async Task Run_SubscribeIsNotAnswered_AsksAgain()
    {
        var time = new FakeTimeProvider();
        await using var host = new SessionHost(time);
        await host.SubscribeAsync();
        time.Advance(TimeSpan.FromSeconds(15));
        (await host.LostAsync()).ShouldBe($"Mesos at {host.Master.Uri.Authority} was silent for 15 s.");
        await AdvanceAsync(time, host.SubscribeAsync());
    }

    [Fact]
    public async Task Run_AnotherMasterIsElected_MovesAtOnce()
    {
        await using var host = new SessionHost();
        await host.SubscribedAsync();
        // What is known already does not disturb a healthy stream.
        host.Elections.OnNext(host.Master.Uri);
        host.Signals.Count.ShouldBe(0);
        host.Named = host.Other;
        host.Elections.OnNext(host.Other.Uri);
        (await host.LostAsync()).ShouldBe($"Mesos has elected {host.Other.Uri.Authority} instead of {host.Master.Uri.Authority}.");
        await host.SubscribedAsync(host.Other);
    }

    [Fact]
    public async Task Run_ElectedWhileItWaits_DoesNotWaitLonger()
    {
        // The clock stands still: only the election can end the wait.
        await using var host = new SessionHost(new FakeTimeProvider());
        host.Elections.OnNext(host.Master.Uri);
        (await host.SubscribedAsync()).Break();
        await host.LostAsync();
        host.Named = host.Other;
        host.Elections.OnNext(host.Other.Uri);
        await host.SubscribedAsync(host.Other);
    }

    [Theory]
    [InlineData(403, "Framework is not subscribed")]
    [InlineData(400, "Framework cannot be found")]
    [InlineData(400, "The stream ID 'x' included in this request didn't match the stream ID currently associated with framework ID F")]
    public async Task SendAsync_SubscriptionIsNoMore_SubscribesAgain(int status, string text)
    {
        await using var host = new SessionHost();
        await host.SubscribedAsync();
        var (sent, request) = await host.CallAsync("REVIVE");
        request.Headers["Mesos-Stream-Id"].ShouldBe("stream-1");
        await request.AnswerAsync(status, "Refused", text);
        (await Should.ThrowAsync<MesosException>(sent)).Outcome.ShouldBe(MesosOutcome.NotSubscribed);
        (await host.LostAsync()).ShouldContain(text);
        await host.SubscribedAsync();
    }

    [Fact]
    public async Task SendAsync_MasterLeadsNoLonger_SubscribesAgain()
    {
        await using var host = new SessionHost();
        await host.SubscribedAsync();
        var (sent, request) = await host.CallAsync("SUPPRESS");
        await RedirectAsync(request, host.Other.Uri);
        (await Should.ThrowAsync<MesosException>(sent)).Leader.ShouldBe(host.Other.Uri);
        await host.SubscribedAsync();
    }

    [Fact]
    public async Task SendAsync_RefusedForItself_LeavesTheStreamAlone()
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        var (sent, request) = await host.CallAsync("MESSAGE");
        await request.AnswerAsync(400, "Bad Request", "Failed to base64 decode bytes field 'data'");
        (await Should.ThrowAsync<MesosException>(sent)).Outcome.ShouldBe(MesosOutcome.Rejected);
        await stream.WriteRecordAsync("""{"type":"HEARTBEAT"}""");
        (await host.EventAsync()).Type.ShouldBe("HEARTBEAT");
    }

    [Fact]
    public async Task SendAsync_NotAnswered_FailsAfterAWhile()
    {
        var time = new FakeTimeProvider();
        await using var host = new SessionHost(time);
        await host.SubscribedAsync();
        var (sent, _) = await host.CallAsync("KILL");
        time.Advance(TimeSpan.FromSeconds(15));
        var failure = await Should.ThrowAsync<MesosException>(sent);
        failure.Outcome.ShouldBe(MesosOutcome.Unavailable);
        failure.Message.ShouldBe($"Mesos at {host.Master.Uri.Authority} did not answer KILL within 15 s.");
    }

    [Fact]
    public async Task SendAsync_StreamEnds_FailsAtOnce()
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        var (sent, _) = await host.CallAsync("KILL");
        await stream.EndAsync();
        (await Should.ThrowAsync<MesosException>(sent)).Outcome.ShouldBe(MesosOutcome.NotSubscribed);
    }

    [Fact]
    public async Task SendAsync_Several_GoSideBySideButThoseAboutOffersInOrder()
    {
        await using var host = new SessionHost();
        await host.SubscribedAsync();
        var (accepting, accept) = await host.CallAsync("ACCEPT");
        string[] offerCalls = ["DECLINE", "SUPPRESS", "REVIVE"];
        var later = offerCalls.Select(type => host.Session.SendAsync(new SchedulerCall { Type = type }, default)).ToList();
        var (killing, kill) = await host.CallAsync("KILL");
        var (acknowledging, acknowledge) = await host.CallAsync("ACKNOWLEDGE");
        await acknowledge.AnswerAsync(202, "Accepted");
        await acknowledging;
        await accept.AnswerAsync(202, "Accepted");
        await accepting;
        foreach (var type in offerCalls)
        {
            var request = await host.Master.TakeAsync();
            request.Body.ShouldContain(type);
            await request.AnswerAsync(202, "Accepted");
        }
        await Task.WhenAll(later);
        killing.IsCompleted.ShouldBeFalse();
        await kill.AnswerAsync(202, "Accepted");
        await killing;
    }

    [Fact]
    public async Task Run_EventsOfANewerMesos_AreNamedAndIgnored()
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        for (var i = 0; i < 2; i++)
        {
            await stream.WriteRecordAsync("""{"type":"TELEPORT","teleport":{"to":"mars"}}""");
            await stream.WriteRecordAsync("""{"type":"RESCIND","rescind":{"offer_id":{"value":"O","shard":1},"why":{"a":[1]}}}""");
            await stream.WriteRecordAsync("""{"type":"RESCIND","rescind":{"offer_id":7}}""");
            await stream.WriteRecordAsync("""{"colour":"red"}""");
        }
        await stream.WriteRecordAsync("""{"type":"HEARTBEAT"}""");

        var said = new List<string>();
        var events = new List<string?>();
        while (events.LastOrDefault() != "HEARTBEAT")
        {
            switch (await host.Signals.NextAsync())
            {
                case MesosSession.NotUnderstood what: said.Add(what.What); break;
                case MesosSession.Event happened: events.Add(happened.Happened.Type); break;
            }
        }
        events.ShouldBe(["RESCIND", "RESCIND", "HEARTBEAT"]);
        said.Count(s => s.StartsWith("RESCIND could not be read and is left out: ", StringComparison.Ordinal)).ShouldBe(2);
        said.Where(s => !s.StartsWith("RESCIND could", StringComparison.Ordinal)).ShouldBe(
        [
            "Events of type TELEPORT are not known here, and ignored.",
            "RESCIND: the field rescind.offer_id.shard is not known here, and ignored.",
            "RESCIND: the field rescind.why is not known here, and ignored.",
            "An event without a type was ignored.",
        ]);
    }

    [Fact]
    public async Task Run_RecordOfMegabytes_Arrives()
    {
        await using var host = new SessionHost();
        var stream = await host.SubscribedAsync();
        var data = Convert.ToBase64String(new byte[8 << 20]);
        await stream.WriteRecordAsync($$$"""{"type":"MESSAGE","message":{"agent_id":{"value":"A"},"executor_id":{"value":"E"},"data":"{{{data}}}"}}""");
        (await host.EventAsync()).Message!.Data!.Length.ShouldBe(8 << 20);
    }

    private static Task RedirectAsync(RawRequest request, Uri leader) =>
        request.AnswerAsync(307, "Temporary Redirect", "", ("Location", $"//{leader.Authority}/master/api/v1/scheduler"));

    /// <summary>Lets the time of the session pass until something has happened that waits for it.</summary>
    private static async Task AdvanceAsync(FakeTimeProvider time, Task happened)
    {
        happened.IsCompleted.ShouldBeFalse("It did not wait.");
        while (await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System)) != happened)
            time.Advance(TimeSpan.FromMilliseconds(100));
        await happened;
    }
}
