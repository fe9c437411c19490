using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What is shown of agents: what was offered last, and what the nodes there have.</summary>
public sealed class AgentViewTests
{
    private static readonly AgentResources OneNode = new(1.1, 512 + 32, 2048);

    private static ImmutableDictionary<string, AgentView> Shown(World world)
    {
        using var model = new ReadModel();
        model.Show(world.State, world.State.Clusters.Keys, world.Settings, world.Now, term: 1, recovered: true);
        return model.Current.Agents.ToImmutableDictionary(a => a.Id);
    }

    [Fact]
    public void Nodes_ThatRun_TakeTheirSizeAndTheirExecutors()
    {
        var world = World.Healthy(3);
        world.Create("d", 1);
        world.Run(5);

        var agents = Shown(world);

        agents.Values.Sum(a => a.Nodes).ShouldBe(4);
        agents.Values.Count(a => a.Used == OneNode).ShouldBe(2);
        agents.Values.Single(a => a.Nodes == 2).Used.ShouldBe(OneNode.Plus(OneNode));
        agents.Values.ShouldAllBe(a => a.Volumes == a.Nodes);
    }

    [Fact]
    public void Volume_OfANodeWhoseTaskHasEnded_IsStillThereUntilTheNodeGoes()
    {
        var world = World.Healthy(3);
        var task = world.NodeOf("c", 3);
        world.DeadAgents.Add(task.Agent);
        world.End(task, TaskState.Failed);
        world.Run(1);

        var agent = Shown(world)[task.Agent];
        (agent.Nodes, agent.Used, agent.Volumes).ShouldBe((0, AgentResources.None, 1));

        world.Ask(r => new DeleteRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation));
        world.Run(5);
        world.State.Clusters.ShouldBeEmpty();
        Shown(world).Values.ShouldAllBe(a => a.Volumes == 0 && a.Nodes == 0);
    }

    [Fact]
    public void Agents_ThatWereNotOfferedSinceTheStart_AreKnownByTheirNodes()
    {
        var world = World.Healthy(3);
        world.HoldOffers = true;
        world.Restart();

        var agents = Shown(world);

        agents.Keys.ShouldBe(["S1", "S2", "S3"], ignoreOrder: true);
        agents.Values.ShouldAllBe(a => a.Offered == null && a.OfferedAt == null && a.Nodes == 1 && a.Hostname.Length > 0);
    }

    [Fact]
    public void Offer_WithReservedResources_ShowsThemBesideTheWhole()
    {
        var world = new World(agents: 0);
        Resource Of(string name, double amount, string? role) => ResourcePool.Scalar(name, amount, "mysos") with
        {
            Reservations = role is null ? null : [new ReservationInfo { Type = "DYNAMIC", Role = role }],
        };
        world.Post(new OffersReceived(
        [
            new Offer
            {
                Id = new OfferId("O"), FrameworkId = new FrameworkId("F"), AgentId = new AgentId("S9"), Hostname = "h9",
                Resources = [Of("cpus", 3, null), Of("cpus", 1, "mysos"), Of("mem", 1024, null), Of("disk", 500, "mysos"), Of("disk", 100, null)],
            },
        ]));
        world.Settle();

        var agent = Shown(world)["S9"];

        agent.Offered.ShouldBe(new AgentResources(4, 1024, 600));
        agent.Reserved.ShouldBe(new AgentResources(1, 0, 500));
        agent.OfferedAt.ShouldBe(world.Now);
    }

    [Fact]
    public void Show_SomethingElseChanged_TakesTheAgentsOver()
    {
        var world = World.Healthy(3);
        using var model = new ReadModel();
        model.Show(world.State, world.State.Clusters.Keys, world.Settings, world.Now, term: 1, recovered: true);
        var before = model.Current.Agents;

        model.Show(world.State with { Counters = new Counters { TasksLost = 1 } }, ["c"], world.Settings, world.Now, term: 1);

        model.Current.Agents.ShouldBe(before);
        (model.Current.Agents == before).ShouldBeTrue("they are not made anew");
    }
}
