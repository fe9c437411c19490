using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What a node that leaves may take with it, and when.</summary>
public sealed class LeavingTests
{
    [Fact]
    public void Volume_OfANodeThatLeft_IsGivenBackOnceThatIsDurable()
    {
        var world = Healthy(3);
        world.Ask(id => new ResizeRequested(id, "c", Durable(world).Incarnation, 2));
        world.Run(10);
        var given = world.Performed.OfType<AcceptOffer>().Where(a => a.Operations.Any(o => o.Destroy is not null)).ToArray();
        given.ShouldNotBeEmpty();
        given.ShouldAllBe(a => a.After.Contains("c"));
    }

    [Fact]
    public void Resize_WhileAMasterIsElected_KeepsWhoAloneHasTheLastWrites()
    {
        var world = Healthy(3);
        var (master, acker) = (Durable(world).Master!.Value, Durable(world).Ackers[0]);
        world.NodeOf("c", acker).Deaf = true;
        world.NodeOf("c", master).Deaf = true;
        world.Post(world.NodeOf("c", master).Crash());
        world.Run(3);
        Durable(world).Election.ShouldNotBeNull();

        world.Ask(id => new ResizeRequested(id, "c", Durable(world).Incarnation, 1));
        world.Run(3);
        Durable(world).Nodes.Values.Where(n => !n.Retiring).Select(n => n.Number).ShouldBe([master, acker], ignoreOrder: true);
    }

    [Fact]
    public void Resize_TheAckerStays()
    {
        var world = Healthy(4);
        var acker = Durable(world).Ackers[0];
        world.Ask(id => new ResizeRequested(id, "c", Durable(world).Incarnation, 2));
        world.Run(5);
        Durable(world).Nodes.Keys.ShouldBe([Durable(world).Master!.Value, acker], ignoreOrder: true);
        Durable(world).Ackers.ShouldBe([acker]);
    }

    [Fact]
    public void Acker_SilentTogetherWithTheMaster_StaysTheAcker()
    {
        var world = Healthy(2);
        var (master, acker) = (Durable(world).Master!.Value, Durable(world).Ackers[0]);
        world.NodeOf("c", acker).Deaf = true;
        world.NodeOf("c", master).Deaf = true;
        world.Run(10);
        Durable(world).Ackers.ShouldBe([acker]);
    }

    private static World Healthy(int nodes)
    {
        var world = new World(agents: nodes);
        world.Create("c", nodes);
        world.Run(5);
        Durable(world).Ackers.Count.ShouldBe(1);
        return world;
    }

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;
}
