using Mysos.Core.Mesos;

namespace Mysos.Tests.LocalMesos;

public sealed class OfferTests : LocalMesosTestBase
{
    private static readonly TimeSpan AFewCycles = TimeSpan.FromMilliseconds(900);

    [Fact]
    public async Task Decline_WithoutFilter_ComesBackWithTheNextCycle()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.DeclineAsync(offer, 0);

        (await scheduler.WaitOfferAsync(skip: scheduler.Events.Count)).Id.ShouldNotBe(offer.Id);
    }

    [Fact]
    public async Task Decline_WithFilter_ComesBackAfterItOrAtOnceWithRevive()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.DeclineAsync(offer, 3600);
        await NothingAsync(scheduler);
        var skip = scheduler.Events.Count;
        var start = TimeProvider.System.GetTimestamp();

        await scheduler.CallAsync(new SchedulerCall { Type = "REVIVE" });

        var again = await scheduler.WaitOfferAsync(skip: skip);
        TimeProvider.System.GetElapsedTime(start).TotalMilliseconds.ShouldBeLessThan(150);
        start = TimeProvider.System.GetTimestamp();
        await scheduler.DeclineAsync(again, 1);
        await scheduler.WaitOfferAsync(skip: skip + 1);
        TimeProvider.System.GetElapsedTime(start).TotalMilliseconds.ShouldBeGreaterThan(990);
    }

    [Fact]
    public async Task Suppress_ThenRevive_NoOffersBetween()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.CallAsync(new SchedulerCall { Type = "SUPPRESS" });
        await scheduler.DeclineAsync(offer, 0);
        await NothingAsync(scheduler);

        await scheduler.CallAsync(new SchedulerCall { Type = "REVIVE", Revive = new SchedulerCall.RolesCall(["mysos"]) });

        await scheduler.WaitOfferAsync(skip: 3);
    }

    [Fact]
    public async Task Accept_OfUsedOffer_TaskDropped()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        await scheduler.DeclineAsync(offer, 3600);

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "t1")));

        var status = (await scheduler.WaitUpdateAsync("t1", "TASK_DROPPED")).Update!.Status;
        status.Message.ShouldBe($"Task launched with invalid offers: Offer {offer.Id} is no longer valid");
        status.Reason.ShouldBe("REASON_INVALID_OFFERS");
        status.Source.ShouldBe("SOURCE_MASTER");
        status.Uuid.ShouldBeNull();
    }

    [Fact]
    public async Task Accept_OfMoreThanOffered_TaskErrorInMesosWords()
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();
        var ports = offer.Resources.Single(resource => resource.Name == "ports").Ranges!.Range[0];

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "big", resources: [Scalar("cpus", 400), Scalar("mem", 64)])));

        var status = (await scheduler.WaitUpdateAsync("big", "TASK_ERROR")).Update!.Status;
        status.Message.ShouldBe(
            "Total resources cpus(allocated: mysos):400.1; mem(allocated: mysos):96 required by task and its executor is more than available " +
            $"cpus(allocated: mysos):4; mem(allocated: mysos):8192; disk(allocated: mysos):20480; ports(allocated: mysos):[{ports.Begin}-{ports.End}]");
    }

    [Theory]
    [InlineData("task/../x", "'task/../x' contains invalid characters")]
    [InlineData("dup", "Task has duplicate ID: dup")]
    public async Task Accept_OfAnInvalidTask_TaskError(string id, string message)
    {
        await using var scheduler = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await scheduler.WaitOfferAsync();

        await scheduler.AcceptAsync(offer, 0, Launch(NewTask(offer, "dup"), NewTask(offer, id)));

        (await scheduler.WaitUpdateAsync(id, "TASK_ERROR")).Update!.Status.Message.ShouldBe(message);
    }

    [Fact]
    public async Task TwoFrameworks_OneAgent_OneOfThemIsOfferedIt()
    {
        await using var first = await TestScheduler.SubscribeAsync(Cluster);
        var offer = await first.WaitOfferAsync();
        await using var second = await TestScheduler.SubscribeAsync(Cluster);
        await NothingAsync(second);

        await first.DeclineAsync(offer, 3600);

        await second.WaitOfferAsync();
    }

    private static async Task NothingAsync(TestScheduler scheduler)
    {
        var skip = scheduler.Events.Count;
        await Should.ThrowAsync<TimeoutException>(() => scheduler.WaitAsync(each => each.Offers is not null, skip, AFewCycles));
    }
}
