using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class MaintenanceTests
{
    private static World Healthy(int nodes, int agents = 4)
    {
        var world = new World(agents);
        world.Create("c", nodes);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        return world;
    }

    /// <summary>The maintenance of the agent's machine is scheduled: its offers say so as well.</summary>
    private static InverseOffer Question(World world, string agent, string id = "I1", double inMinutes = 10)
    {
        world.Maintained.TryAdd(agent, world.Now.AddMinutes(inMinutes));
        return new InverseOffer { Id = new OfferId(id), AgentId = new AgentId(agent), Unavailability = OfferOf.UnavailableFrom(world.Maintained[agent]) };
    }

    private static void CallOff(World world, string agent, string question)
    {
        world.Maintained.Remove(agent);
        world.Post(new InverseOfferRescinded(new OfferId(question)));
        world.Settle();
    }

    private static void Ask(World world, params InverseOffer[] questions)
    {
        world.Post(new InverseOffersReceived([.. questions]));
        world.Settle();
    }

    private static Cluster Durable(World world) => world.State.Clusters["c"].Durable;

    private static void Drain(World world, SimulatedNode task) => world.Say(task.TaskId, TaskState.Killing, "REASON_AGENT_DRAINING", task.Agent);

    [Fact]
    public void InverseOffer_MasterIsThere_IsDeclinedUntilItHasMovedByItself()
    {
        var world = Healthy(3);
        world.NodeOf("c", 1).Rows = 10;
        var agent = world.NodeOf("c", 1).Agent;
        Ask(world, Question(world, agent));
        world.Performed.OfType<DeclineInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I1")]);
        Agents.UnderMaintenance(world.State, new AgentId(agent), world.Now).ShouldBeTrue();

        world.Run(2);
        (Durable(world).Master, Durable(world).Epoch, Durable(world).Handover).ShouldBe((2, 2, null));
        world.NodeOf("c", 2).Rows.ShouldBe(10);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        Durable(world).Events.Single(e => e.Kind == "switchover_began").Text
            .ShouldBe("Node 2 is to be the master in the place of node 1: maintenance of its agent's machine begins at 2026-01-01T00:10:03Z.");
        Ask(world, Question(world, agent, "I2"));
        world.Performed.OfType<AcceptInverseOffers>().Single().InverseOffers.ShouldBe([new OfferId("I2")]);

        // The maintenance goes by, and the master stays where it is.
        CallOff(world, agent, "I2");
        world.Run(60);
        Durable(world).Epoch.ShouldBe(2);
    }

    [Fact]
    public void Maintenance_MasterIsThere_AnotherBeginsAtOnce()
    {
        var world = Healthy(2);
        Ask(world, Question(world, world.NodeOf("c", 1).Agent));
        Durable(world).Master.ShouldBe(2);
    }

    [Fact]
    public void Maintenance_ANewLeaderHearsOfItFromOffersAlone_TheMasterLeaves()
    {
        var world = Healthy(2);
        world.Maintained[world.NodeOf("c", 1).Agent] = world.Now.AddMinutes(10);
        world.Restart();
        world.Run(3);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Maintenance_OfTheNextSlaveAsWell_TheOneThatStaysIsMaster()
    {
        var world = Healthy(3);
        Ask(world, Question(world, world.NodeOf("c", 2).Agent), Question(world, world.NodeOf("c", 1).Agent, "I2"));
        world.Run(2);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((3, 2));
    }

    [Fact]
    public void Maintenance_OfAllAgents_NothingMovesUntilOneOfThemStays()
    {
        var world = Healthy(3);
        Ask(world, [.. new[] { 1, 2, 3 }.Select(n => Question(world, world.NodeOf("c", n).Agent, $"I{n}"))]);
        world.Run(60);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((1, 1));
        Durable(world).Events.ShouldNotContain(e => e.Kind == "switchover_began");

        CallOff(world, world.NodeOf("c", 3).Agent, "I3");
        world.Run(2);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((3, 2));
        world.Run(60);
        Durable(world).Epoch.ShouldBe(2);
    }

    [Fact]
    public void Maintenance_NoSlaveServes_TheMasterLeavesWhenOneDoesAgain()
    {
        var world = Healthy(2);
        world.HoldOffers = true;
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        Ask(world, Question(world, world.NodeOf("c", 1).Agent));
        world.Run(3);
        Durable(world).Handover.ShouldBeNull();

        world.HoldOffers = false;
        world.Run(5);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Maintenance_OneNode_StaysWhereItIs()
    {
        var world = Healthy(1);
        Ask(world, Question(world, world.NodeOf("c", 1).Agent));
        world.Run(30);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((1, 1));
    }

    [Fact]
    public void Maintenance_SwitchoverIsUndone_IsTriedAgainAfterAMinute()
    {
        var world = Healthy(2);
        world.NodeOf("c", 2).Stuck = true;
        world.NodeOf("c", 1).Rows = 10;
        Ask(world, Question(world, world.NodeOf("c", 1).Agent));
        world.Run(50);
        Began().ShouldBe(1);
        world.NodeOf("c", 1).Report.Serving.ShouldBeTrue();
        world.Run(20);
        Began().ShouldBe(2);

        world.NodeOf("c", 2).Stuck = false;
        world.Run(70);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));

        int Began() => Durable(world).Events.Count(e => e.Kind == "switchover_began");
    }

    [Fact]
    public void Maintenance_InMoreThanAnHour_TheMasterLeavesAnHourBefore()
    {
        var world = Healthy(2);
        Ask(world, Question(world, world.NodeOf("c", 1).Agent, inMinutes: 62));
        world.Run(110);
        Durable(world).Epoch.ShouldBe(1);
        world.Run(15);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Maintenance_DuringARestart_TheMasterLeavesAfterIt()
    {
        var world = Healthy(3);
        world.Ask(r => new RestartRequested(r, "c", Durable(world).Incarnation));
        world.Settle();
        Ask(world, Question(world, world.NodeOf("c", 1).Agent));
        Durable(world).Handover.ShouldBeNull();
        world.Run(30);
        Durable(world).Restart.ShouldBeNull();
        Agents.UnderMaintenance(world.State, new AgentId(world.NodeOf("c", Durable(world).Master!.Value).Agent), world.Now).ShouldBeFalse();
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
    }

    [Fact]
    public void Drained_EverySlavesAgentIsConcernedAsWell_OneOfThemIsMasterAllTheSame()
    {
        var world = Healthy(3);
        Ask(world, [.. new[] { 2, 3 }.Select(n => Question(world, world.NodeOf("c", n).Agent, $"I{n}"))]);
        world.DeadAgents.Add(world.NodeOf("c", 1).Agent);
        Drain(world, world.NodeOf("c", 1));
        world.Run(2);
        (Durable(world).Master, Durable(world).Epoch).ShouldBe((2, 2));
    }

    [Fact]
    public void Drained_ASlaveIsToldFirst_TheMasterOnTheAgentLeaves()
    {
        var world = Healthy(2, agents: 2);
        world.Create("d", 2);
        world.Run(3);
        var master = world.NodeOf("c", 1);
        var other = world.Tasks.Values.First(t => t.Agent == master.Agent && t != master);
        Drain(world, other);
        world.Settle();
        Durable(world).Master.ShouldBe(2);
        Durable(world).Events.Single(e => e.Kind == "switchover_began").Text.ShouldEndWith("its agent is being drained.");
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
        CallOff(world, agent.Value, "I1");
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
