using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class PlacementTests
{
    [Fact]
    public void Pass_ManyOffers_FillsManyNodesOfManyClustersAtOnce()
    {
        var mind = new Mind();
        foreach (var i in Enumerable.Range(0, 10))
            mind.Create($"c{i}", 3);
        var effects = mind.Offer([.. Enumerable.Range(0, 20).Select(i => OfferOf.Roomy($"S{i}"))]);
        effects.OfType<AcceptOffer>().SelectMany(a => a.Operations).Count(o => o.Launch is not null).ShouldBe(30);
        foreach (var cluster in mind.State.Clusters.Values)
            cluster.Durable.Nodes.Values.Select(n => n.Task!.Agent).Distinct().Count().ShouldBe(3);
        // Most memory first: the load is spread.
        mind.State.Index.ByAgent.Values.ShouldAllBe(nodes => nodes.Count <= 2);
    }

    [Fact]
    public void Pass_MoreThanMayBeLaunchedAtOnce_SpreadsThemAndSaysSo()
    {
        var mind = new Mind();
        foreach (var i in Enumerable.Range(0, 60))
            mind.Create($"c{i:D2}", 1);
        int Launches(int offers) => mind.Offer([.. Enumerable.Range(0, offers).Select(i => OfferOf.Roomy($"S{i}"))])
            .OfType<AcceptOffer>().SelectMany(a => a.Operations).Count(o => o.Launch is not null);
        Launches(100).ShouldBe(Pace.Launches.AtOnce);
        mind.Refusals($"c{Pace.Launches.AtOnce}").Keys.ShouldHaveSingleItem().ShouldContain($"{Pace.Launches.PerSecond} a second");
        Launches(100).ShouldBe(0);
        mind.Now += TimeSpan.FromSeconds(0.1);
        Launches(100).ShouldBe(Pace.Launches.PerSecond / 10);
        mind.Now += TimeSpan.FromMinutes(1);
        Launches(100).ShouldBe(60 - Pace.Launches.AtOnce - (Pace.Launches.PerSecond / 10));
    }

    [Fact]
    public void Spread_Zones_OneNodeEach()
    {
        var mind = new Mind();
        mind.Create("c", 3);
        mind.Offer(OfferOf.Roomy("S1", 9000).InZone("a"), OfferOf.Roomy("S2", 8000).InZone("a"), OfferOf.Roomy("S3", 7000).InZone("a"),
            OfferOf.Roomy("S4", 6000).InZone("b"), OfferOf.Roomy("S5", 5000).InZone("c"));
        new[] { 1, 2, 3 }.Select(n => mind.Node("c", n).Zone).ShouldBe(["eu/a", "eu/b", "eu/c"], ignoreOrder: true);
        mind.AgentOf("c", 1).ShouldBe("S1");
    }

    [Fact]
    public void Spread_ZoneOfANodeThatIsAway_IsRemembered()
    {
        var mind = new Mind();
        mind.Create("c", 2);
        mind.Offer(OfferOf.Roomy("S1").InZone("a"), OfferOf.Roomy("S9", 100));
        mind.Offer(OfferOf.Roomy("S2", 9000).InZone("a"), OfferOf.Roomy("S3").InZone("b"));
        mind.AgentOf("c", 2).ShouldBe("S3");
    }

    [Fact]
    public void SpreadBy_NamesAnAttribute()
    {
        var mind = new Mind(settings => settings with { SpreadBy = "rack" });
        mind.Create("c", 2);
        mind.Offer(OfferOf.Roomy("S1", 9000).InZone("a").WithAttribute("rack", "r1"), OfferOf.Roomy("S2", 8000).InZone("b").WithAttribute("rack", "r1"),
            OfferOf.Roomy("S3", 7000).InZone("a").WithAttribute("rack", "r2"));
        mind.AgentOf("c", 1).ShouldBe("S1");
        mind.AgentOf("c", 2).ShouldBe("S3");
        mind.Node("c", 2).Zone.ShouldBe("r2");
    }

    [Fact]
    public void Spread_HostsBeforeZones()
    {
        var mind = new Mind();
        mind.Create("c", 2);
        mind.Offer(OfferOf.Roomy("S1", 9000).InZone("a") with { Hostname = "h1" }, OfferOf.Roomy("S9", 100));
        mind.Offer(OfferOf.Roomy("S2", 9000).InZone("b") with { Hostname = "h1" }, OfferOf.Roomy("S3").InZone("a") with { Hostname = "h2" });
        mind.AgentOf("c", 2).ShouldBe("S3");
    }

    [Fact]
    public void SharedAgent_OnlyWhenNoOtherIsKnownOrAfterAWhile()
    {
        var mind = new Mind();
        mind.Create("c", 2);
        mind.Offer(OfferOf.Roomy("S1"), OfferOf.Roomy("S2", 100));
        mind.AgentOf("c", 1).ShouldBe("S1");
        mind.Refusals("c").ShouldBe(new Dictionary<string, int> { ["agent has a node of this cluster already"] = 1, ["too little mem"] = 1 });
        mind.Now = mind.Now.AddSeconds(6);
        mind.Offer(OfferOf.Roomy("S1"), OfferOf.Roomy("S2", 100));
        mind.AgentOf("c", 2).ShouldBe("S1");
    }

    [Fact]
    public void Unique_NeverShares()
    {
        var mind = new Mind(settings => settings with { UniqueAgents = true });
        mind.Create("c", 2);
        for (var i = 0; i < 10; i++, mind.Now = mind.Now.AddMinutes(1))
            mind.Offer(OfferOf.Roomy("S1"));
        mind.Node("c", 2).Task.ShouldBeNull();
        mind.Refusals("c").Keys.ShouldBe(["agent has a node of this cluster already"]);
    }

    [Theory]
    [InlineData(-30, null, false)]
    [InlineData(30, null, false)]
    [InlineData(59, 10, false)]
    [InlineData(61, null, true)]
    [InlineData(-30, 20, true)]
    public void Unavailability_NewNodesAreNotPlacedWhereMaintenanceBeginsSoon(int inMinutes, int? forMinutes, bool placed)
    {
        var mind = new Mind();
        mind.Create("c", 1);
        mind.Offer(OfferOf.Roomy("S1").Unavailable(mind.Now.AddMinutes(inMinutes), forMinutes is { } m ? TimeSpan.FromMinutes(m) : null));
        (mind.Node("c", 1).Task is not null).ShouldBe(placed);
        Agents.UnderMaintenance(mind.State, new AgentId("S1"), mind.Now).ShouldBe(!placed);
        if (!placed)
            mind.Refusals("c").Keys.ShouldBe(["maintenance of the agent's machine begins soon"]);
    }

    [Fact]
    public void Unavailability_CalledOff_NodesArePlacedAgain()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        mind.Offer(OfferOf.Roomy("S1").Unavailable(mind.Now));
        mind.Offer(OfferOf.Roomy("S1"));
        mind.AgentOf("c", 1).ShouldBe("S1");
    }

    [Fact]
    public void LaunchesFail_AgentIsAvoidedForAGrowingTimeUntilOneSucceeds()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        var waits = new List<double>();
        for (var failure = 1; failure <= 5; failure++)
        {
            var since = mind.Now;
            for (mind.Offer(OfferOf.Roomy("S1")); mind.AgentOf("c", 1) is null; mind.Offer(OfferOf.Roomy("S1")))
            {
                if (mind.Refusals("c") is { Count: > 0 } refusals)
                    refusals.Keys.ShouldBe(["launches on the agent failed repeatedly"]);
                mind.Now = mind.Now.AddSeconds(1);
                mind.Happen(new Ticked(mind.Now));
            }
            waits.Add((mind.Now - since).TotalSeconds);
            mind.Say("c", 1, TaskState.Failed, "REASON_CONTAINER_LAUNCH_FAILED");
        }
        waits.ShouldBe([0, 0, 10, 20, 40]);
        // A node goes to another agent meanwhile; and one success clears the name of the first.
        mind.Now = mind.Now.AddMinutes(2);
        mind.Happen(new Ticked(mind.Now));
        mind.Offer(OfferOf.Roomy("S1", 9000));
        mind.Say("c", 1, TaskState.Running);
        mind.State.Troubles.ShouldBeEmpty();
    }

    [Fact]
    public void Waiting_InVain_NodesOfOneSizeAreRefusedForTheSameReasons()
    {
        var mind = new Mind();
        foreach (var i in Enumerable.Range(0, 5))
            mind.Create($"c{i}", 1);
        mind.Offer(OfferOf.Roomy("S1", 100), OfferOf.Agent("S2"));
        foreach (var name in mind.State.Clusters.Keys)
            mind.Refusals(name).ShouldBe(new Dictionary<string, int> { ["too little cpus"] = 1, ["too little mem"] = 1 });
    }

    [Fact]
    public void Waiting_ForDifferentReasons_EachNodeHasItsOwn_AndWhatIsTheSameIsSaidOnce()
    {
        var mind = new Mind();
        ClusterView View() => Projection.View(mind.State.Clusters["c"], mind.Settings, mesosConnected: true, mind.Now);
        mind.Create("c", 3);
        mind.Offer(OfferOf.Roomy("S1"), OfferOf.Roomy("S2", 100), OfferOf.Roomy("S3", 100));
        View().Reason.ShouldBe("0 of 3 nodes serve; node 1 waits for its executor; each of nodes 2 and 3 waits for an agent; "
            + "refused: agent has a node of this cluster already (1), too little mem (2)");

        mind.Say("c", 1, TaskState.Running);
        mind.Say("c", 1, TaskState.Failed);
        mind.Now = mind.Now.AddSeconds(2);
        mind.Offer(OfferOf.Roomy("S2", 100), OfferOf.Roomy("S3", 100));
        View().Nodes.Select(n => n.Refusals.ShouldHaveSingleItem()).ShouldBe(
            [new("not the agent that has the node's volume (host-S1, S1)", 2), new("too little mem", 2), new("too little mem", 2)]);

        mind.Offer(OfferOf.Roomy("S4", 9000));
        View().Nodes.Single(n => n.ServerId == 2).Refusals.ShouldBeEmpty();
    }
}
