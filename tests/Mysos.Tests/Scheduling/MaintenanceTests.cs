using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class MaintenanceTests
{
    private static World Healthy(int nodes)
    {
        var world = new World(agents: 4);
        world.Create("c", nodes);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    private static InverseOffer Question(World world, string agent, string id = "I1", double inMinutes = 10) => new()
    {
        Id = new OfferId(id), AgentId = new AgentId(agent),
        Unavailability = new Unavailability { Start = new DurationInfo((world.Now.AddMinutes(inMinutes) - DateTimeOffset.UnixEpoch).Ticks * 100) },
    };

    private static void Ask(World world, params InverseOffer[] questions)
    {
        world.Post(new InverseOffersReceived([.. questions]));
        world.Settle();
    }

    [Fact]
    public void InverseOffer_MasterIsThere_IsDeclinedUntilItHasMoved()
    {
        var world = Healthy(3);
        var agent = world.NodeOf("c", 1).Agent;
        Ask(world, Question(world, agent));
        world.Performed.OfType<DeclineInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I1")]);
        Agents.UnderMaintenance(world.State, new AgentId(agent), world.Now).ShouldBeTrue();

        world.Ask(r => new SwitchoverRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation, 2));
        world.Run(2);
        Ask(world, Question(world, agent, "I2"));
        world.Performed.OfType<AcceptInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I2")]);
    }

    [Fact]
    public void InverseOffer_OnlyASlaveOrNobodyIsThere_IsAccepted()
    {
        var world = Healthy(2);
        var free = world.Agents.Keys.Except(world.Tasks.Values.Select(t => t.Agent)).First();
        Ask(world, Question(world, world.NodeOf("c", 2).Agent), Question(world, free, "I2"), Question(world, world.NodeOf("c", 1).Agent, "I3"));
        world.Performed.OfType<AcceptInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I1"), new OfferId("I2")]);
        world.Performed.OfType<DeclineInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I3")]);
    }

    [Fact]
    public void InverseOffer_Rescinded_TheMaintenanceIsCalledOff()
    {
        var world = Healthy(1);
        var agent = new AgentId(world.NodeOf("c", 1).Agent);
        Ask(world, Question(world, agent.Value));
        world.Post(new InverseOfferRescinded(new OfferId("another")));
        world.Settle();
        Agents.UnderMaintenance(world.State, agent, world.Now).ShouldBeTrue();
        world.Post(new InverseOfferRescinded(new OfferId("I1")));
        world.Settle();
        Agents.UnderMaintenance(world.State, agent, world.Now).ShouldBeFalse();
        world.State.Maintenance.ShouldBeEmpty();
    }

    [Fact]
    public void Maintenance_OnlyWhatBeginsSoonConcerns()
    {
        var world = Healthy(1);
        var agent = new AgentId(world.NodeOf("c", 1).Agent);
        Ask(world, Question(world, agent.Value, inMinutes: 90));
        Agents.UnderMaintenance(world.State, agent, world.Now).ShouldBeFalse();
        Agents.UnderMaintenance(world.State, agent, world.Now.AddMinutes(31)).ShouldBeTrue();
    }

    [Fact]
    public void Draining_NothingNewIsPlacedThereUntilTheAgentIsOfferedAgain()
    {
        var world = Healthy(2);
        var task = world.NodeOf("c", 2);
        world.DeadAgents.Add(task.Agent);
        world.Say(task.TaskId, TaskState.Killing, "REASON_AGENT_DRAINING", task.Agent);
        world.End(task, TaskState.Killed, reason: "REASON_AGENT_DRAINING");
        world.Run(30);
        Agents.UnderMaintenance(world.State, new AgentId(task.Agent), world.Now).ShouldBeTrue();
        var node = world.State.Clusters["c"].Durable.Nodes[2];
        (node.Task, node.Failures).ShouldBe((null, 0));

        world.DeadAgents.Clear();
        world.Run(5);
        Agents.UnderMaintenance(world.State, new AgentId(task.Agent), world.Now).ShouldBeFalse();
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Events_AsMesosWritesThem_AreUnderstood()
    {
        MesosEvents.Translate(Read("""
            {"type":"INVERSE_OFFERS","inverse_offers":{"inverse_offers":[{"id":{"value":"O96"},"framework_id":{"value":"F"},"agent_id":{"value":"S1"},
            "unavailability":{"start":{"nanoseconds":1795451912786000000},"duration":{"nanoseconds":3600000000000}}}]}}
            """)).ShouldBeOfType<InverseOffersReceived>().InverseOffers.Single().AgentId.ShouldBe(new AgentId("S1"));
        MesosEvents.Translate(Read("""{"type":"RESCIND_INVERSE_OFFER","rescind_inverse_offer":{"inverse_offer_id":{"value":"O96"}}}"""))
            .ShouldBe(new InverseOfferRescinded(new OfferId("O96")));
        JsonSerializer.Serialize(
            new SchedulerCall
            {
                Type = "DECLINE_INVERSE_OFFERS", DeclineInverseOffers = new SchedulerCall.InverseOffersCall([new OfferId("O96")], new Filters(2)),
            }, MesosJson.Default.SchedulerCall)
            .ShouldBe("""{"type":"DECLINE_INVERSE_OFFERS","decline_inverse_offers":{"inverse_offer_ids":[{"value":"O96"}],"filters":{"refuse_seconds":2.0}}}""");

        static MesosSession.Signal Read(string json) =>
            new MesosSession.Event(JsonSerializer.Deserialize(json, MesosJson.Default.SchedulerEvent)!);
    }
}
