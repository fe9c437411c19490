using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What a change can be tied to: the cluster as it was when it was looked at.</summary>
public sealed class VersionTests
{
    [Fact]
    public void Change_OfAnotherVersionThanWasSeen_IsRefusedUnlessItIsARepetition()
    {
        var world = World.Healthy(2);
        var seen = world.View("c").Version;
        world.Run(5);
        world.View("c").Version.ShouldBe(seen, "time and reports change nothing that a decision rests on");
        var first = Ask(world, (r, c) => new ResizeRequested(r, "c", c, 3) { IfVersion = seen, IdempotencyKey = "k" });
        var second = Ask(world, (r, c) => new ResizeRequested(r, "c", c, 1) { IfVersion = seen });
        var repeated = Ask(world, (r, c) => new ResizeRequested(r, "c", c, 3) { IfVersion = seen, IdempotencyKey = "k" });
        var tried = Ask(world, (r, c) => new ResizeRequested(r, "c", c, 1) { IfVersion = seen, DryRun = true });
        world.Settle();

        world.Answers[first].ShouldBeOfType<RequestOutcome.Accepted>();
        world.Answers[second].ShouldBeOfType<RequestOutcome.Refused>().ShouldSatisfyAllConditions(r => r.Status.ShouldBe(412), r => r.Detail.ShouldContain(world.View("c").Version));
        world.Answers[repeated].ShouldBeOfType<RequestOutcome.Accepted>();
        world.Answers[tried].ShouldBeOfType<RequestOutcome.Refused>().Status.ShouldBe(412);
        world.State.Clusters["c"].Durable.NumNodes.ShouldBe(3);
        var again = Ask(world, (r, c) => new ResizeRequested(r, "c", c, 1) { IfVersion = world.View("c").Version });
        world.Settle();
        world.Answers[again].ShouldBeOfType<RequestOutcome.Accepted>();
    }

    [Fact]
    public void Version_ChangesWithTheMasterAndWithEachWish()
    {
        var world = World.Healthy(3);
        var versions = new List<string> { world.View("c").Version };
        void Next(Action change)
        {
            change();
            world.Settle();
            versions.Add(world.View("c").Version);
        }

        Next(() => Ask(world, (r, c) => new PromotionRequested(r, "c", c, 2, Promotion.Never)));
        Next(() => Ask(world, (r, c) => new DelayRequested(r, "c", c, 2, 60)));
        Next(() => Ask(world, (r, c) => new PasswordRequested(r, "c", c, "z")));
        Next(() => Ask(world, (r, c) => new ElectionRequested(r, "c", c, null, new Setting<TimeSpan>(TimeSpan.FromSeconds(5)))));
        Next(() => Ask(world, (r, c) => new ElectionRequested(r, "c", c, null, null) { SyncReplicas = new Setting<int>(2) }));
        world.Post(world.NodeOf("c", 1).Crash());
        world.Run(5);
        versions.Add(world.View("c").Version);

        versions.ShouldBeUnique();
    }

    private static long Ask(World world, Func<long, string, RequestEvent> request) =>
        world.Ask(id => request(id, world.State.Clusters["c"].Durable.Incarnation));
}
