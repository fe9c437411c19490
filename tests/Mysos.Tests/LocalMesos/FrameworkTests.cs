using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

public sealed class FrameworkTests : LocalMesosTestBase
{
    [Fact]
    public async Task Reconcile_KnownUnknownAndImplicit_AnswersOfTheTable()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 3600, Launch(NewTask(offer, "t1")));
        await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING");
        var skip = scheduler.Events.Count;

        await scheduler.CallAsync(Reconcile(("t1", null), ("no", offer.AgentId), ("no", null), ("no", new AgentId("noagent"))));

        await scheduler.WaitAsync(each => each.Update?.Status.AgentId == new AgentId("noagent"), skip);
        var answers = scheduler.Events.Skip(skip).Where(each => each.Update is not null).Select(each => each.Update!.Status).ToArray();
        answers.Select(status => (status.State, status.Message)).ShouldBe([
            ("TASK_RUNNING", "Reconciliation: Latest task state"), ("TASK_GONE", "Reconciliation: Task is unknown to the agent"),
            ("TASK_UNKNOWN", "Reconciliation: Task is unknown"), ("TASK_UNKNOWN", "Reconciliation: Task is unknown")]);
        answers.ShouldAllBe(status => status.Uuid == null && status.Source == "SOURCE_MASTER" && status.Reason == "REASON_RECONCILIATION");
        answers[0].ExecutorId.ShouldBe(new ExecutorId("exec-t1"));
        skip = scheduler.Events.Count;
        await scheduler.CallAsync(Reconcile());
        (await scheduler.WaitAsync(each => each.Update is not null, skip)).Update!.Status.TaskId.Value.ShouldBe("t1");
    }

    [Fact]
    public async Task Resubscribe_AfterDisconnection_PendingUpdateAndOffersComeAtOnce()
    {
        FrameworkId id;
        Offer old;
        await using (var first = await TestScheduler.SubscribeAsync(Cluster))
        {
            id = first.FrameworkId;
            first.AcknowledgesUpdates = false;
            var offer = await first.WaitOfferAsync();
            await first.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
            await first.WaitUpdateAsync("t1", "TASK_STARTING");
            old = await first.WaitOfferAsync(fits: each => each.ExecutorIds is not null);
        }
        await UntilAsync(() => Cluster.Engine.Mailbox.Ask(() => !Cluster.Engine.Master!.State.Frameworks[id].IsConnected).Result, "still connected");

        await using var second = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(id));

        second.FrameworkId.ShouldBe(id);
        await second.WaitUpdateAsync("t1", "TASK_STARTING");
        await second.WaitUpdateAsync("t1", "TASK_RUNNING");
        (await second.WaitOfferAsync()).Id.ShouldNotBe(old.Id);
        await second.AcceptAsync(old, 0, Launch(NewTask(old, "t2")));
        await second.WaitUpdateAsync("t2", "TASK_DROPPED");
    }

    [Fact]
    public async Task Subscribe_WhileConnected_OldStreamGetsFailedOverAndItsIdIsVoid()
    {
        await using var first = await TestScheduler.SubscribeAsync(Cluster);
        await first.WaitOfferAsync();

        await using var second = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(first.FrameworkId));

        (await first.WaitAsync(each => each.Error is not null)).Error!.Message.ShouldBe("Framework failed over");
        await first.Ended.WaitAsync(TestScheduler.Patience);
        await second.WaitOfferAsync();
        using var answer = await first.PostAsync(new SchedulerCall { Type = "REVIVE", FrameworkId = first.FrameworkId }, first.StreamId);
        ((int)answer.StatusCode).ShouldBe(400);
        (await answer.Content.ReadAsStringAsync()).ShouldBe(
            $"The stream ID '{first.StreamId}' included in this request didn't match the stream ID currently associated with framework ID {first.FrameworkId}");
    }

    [Fact]
    public async Task Subscribe_WithChangedPrincipal_IsRefusedAndTheOldStreamGoesOn()
    {
        await using var first = await TestScheduler.SubscribeAsync(Cluster);

        await using var second = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(first.FrameworkId) with { Principal = "x" });

        second.Events.Single().Error!.Message.ShouldBe("Changing framework's principal is not allowed.");
        await first.CallAsync(new SchedulerCall { Type = "REVIVE" });
    }

    [Fact]
    public async Task Subscribe_WithAnIdOfItsOwn_IsAccepted()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(new FrameworkId("my-own")));

        scheduler.FrameworkId.Value.ShouldBe("my-own");
    }

    [Fact]
    public async Task Call_WhileDisconnected_403()
    {
        var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        await scheduler.DisposeAsync();
        await UntilAsync(() => Cluster.Engine.Mailbox.Ask(() => !Cluster.Engine.Master!.State.Frameworks[scheduler.FrameworkId].IsConnected).Result, "still connected");
        using var http = new HttpClient();
        using var content = new StringContent($$$"""{"type":"REVIVE","framework_id":{"value":"{{{scheduler.FrameworkId}}}"}}""");
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");

        using var answer = await http.PostAsync(new Uri(Cluster.MasterUrl, "/api/v1/scheduler"), content);

        ((int)answer.StatusCode).ShouldBe(403);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("Framework is not subscribed");
    }

    [Fact]
    public async Task FailoverTimeout_Passed_ExecutorsEndAndTheIdIsRefused()
    {
        int pid;
        FrameworkId id;
        await using (var scheduler = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(failoverTimeout: 0.3)))
        {
            id = scheduler.FrameworkId;
            var offer = await scheduler.WaitOfferAsync();
            await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
            pid = (int)(await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING")).Update!.Status.ContainerStatus!.ExecutorPid!.Value;
        }

        await UntilAsync(() => !IsAlive(pid), "the executor lives");

        await using var again = await TestScheduler.SubscribeAsync(Cluster, TestScheduler.Framework(id));
        again.Events.Single().Error!.Message.ShouldBe("Framework has been removed");
    }

    [Fact]
    public async Task Teardown_StreamEndsWithoutErrorAndExecutorsEnd()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));
        var pid = (int)(await scheduler.WaitUpdateAsync("t1", "TASK_RUNNING")).Update!.Status.ContainerStatus!.ExecutorPid!.Value;

        await scheduler.CallAsync(new SchedulerCall { Type = "TEARDOWN" });

        await scheduler.Ended.WaitAsync(TestScheduler.Patience);
        scheduler.Events.ShouldAllBe(each => each.Error == null);
        await UntilAsync(() => !IsAlive(pid), "the executor lives");
    }

    private static SchedulerCall Reconcile(params (string Task, AgentId? Agent)[] tasks) => new()
    {
        Type = "RECONCILE",
        Reconcile = new SchedulerCall.ReconcileCall(
            [.. tasks.Select(task => new SchedulerCall.ReconcileTask(new TaskId(task.Task), task.Agent))]),
    };
}
