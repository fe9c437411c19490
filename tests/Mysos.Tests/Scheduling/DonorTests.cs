using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Scheduling;

/// <summary>Whose data a rebuilt node begins with.</summary>
public sealed class DonorTests
{
    [Fact]
    public void Rebuild_AnotherSlaveServes_ItGivesAndTheReceiverIsToldWhere()
    {
        var (world, master, acker, others) = Healthy(4);
        var (receiver, other) = (others[0], others[1]);
        world.NodeOf("c", receiver).Diverge();
        world.Run(2);
        var told = Told(world, receiver);
        (told.Rebuild, told.Donor).ShouldBe((1, new Donor(other, Endpoint(world, other), 0, 100)));
        Told(world, other).Grants.ShouldBe(new CopyGrant(receiver, 100));
        foreach (var bystander in new[] { master, acker })
            (Told(world, bystander).Grants, Told(world, bystander).Donor).ShouldBe((null, null));

        var donor = world.NodeOf("c", other);
        donor.Report = donor.Report with { Offers = new CopyOffer(receiver, 4711) };
        world.Post(donor.Say());
        world.Run(1);
        Told(world, receiver).Donor!.Port.ShouldBe(4711);
    }

    [Fact]
    public void Rebuild_OnlyTheAckerServes_ItGives()
    {
        var (world, _, acker, others) = Healthy(3);
        world.NodeOf("c", others[0]).Diverge();
        world.Run(2);
        Told(world, others[0]).Donor!.Node.ShouldBe(acker);
    }

    [Fact]
    public void Rebuild_NoSlaveServes_TheMasterGives()
    {
        var (world, master, acker, others) = Healthy(3);
        world.NodeOf("c", others[0]).Diverge();
        world.Post(world.NodeOf("c", acker).Crash());
        world.Run(2);
        Told(world, others[0]).Donor!.Node.ShouldBe(master);
    }

    [Fact]
    public void Copy_UnderWay_StaysWithItsDonorUntilThatOneCannotGive()
    {
        var (world, _, acker, others) = Healthy(4);
        var (receiver, other) = (others[0], others[1]);
        world.Post(world.NodeOf("c", other).Crash());
        world.NodeOf("c", receiver).Diverge();
        world.Run(2);
        Told(world, receiver).Donor!.Node.ShouldBe(acker);
        world.Post(world.NodeOf("c", other).ComeBack());
        world.Run(3);
        Told(world, receiver).Donor!.Node.ShouldBe(acker);
        world.Post(world.NodeOf("c", acker).Crash());
        world.Run(2);
        Told(world, receiver).Donor!.Node.ShouldBe(other);
    }

    [Fact]
    public void Donor_OfTwo_GivesToOneAtATime()
    {
        var (world, _, acker, others) = Healthy(4);
        foreach (var receiver in others)
            world.NodeOf("c", receiver).Diverge();
        world.Run(2);
        others.ShouldAllBe(receiver => Told(world, receiver).Donor!.Node == acker);
        Told(world, acker).Grants.ShouldBe(new CopyGrant(others[0], 100));
        Finish(world, others[0]);
        Told(world, acker).Grants.ShouldBe(new CopyGrant(others[1], 100));
        Finish(world, others[1]);
        Told(world, acker).Grants.ShouldBeNull();
        others.ShouldAllBe(receiver => Told(world, receiver).Donor == null);
    }

    private static void Finish(World world, int node)
    {
        var receiver = world.NodeOf("c", node);
        receiver.Report = receiver.Report with { Rebuild = 1, Diverged = false, DataMade = world.Now };
        world.Post(receiver.Say());
        world.Run(2);
    }

    private static (World World, int Master, int Acker, int[] Others) Healthy(int nodes)
    {
        var world = new World(agents: nodes);
        world.Create("c", nodes);
        world.Run(5);
        var durable = world.State.Clusters["c"].Durable;
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return (world, durable.Master!.Value, durable.Ackers[0], [.. durable.Nodes.Keys.Where(n => n != durable.Master && !durable.Ackers.Contains(n))]);
    }

    private static Directive Told(World world, int node) => world.State.Clusters["c"].Of(node).Sent!;

    private static Endpoint Endpoint(World world, int node) => world.State.Clusters["c"].Durable.Nodes[node].Task!.Endpoint;
}
