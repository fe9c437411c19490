using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;

namespace Mysos.Tests.Dashboard;

/// <summary>What a cluster that is not as it should be does by itself, and what a person can do about it.</summary>
public sealed class NextCardTests : ComponentContext
{
    private IRenderedComponent<NextCard> Draw(ClusterView cluster) => Render<NextCard>(p => p.Add(c => c.Cluster, cluster).Add(c => c.Now, Views.Now));

    [Fact]
    public void Healthy_NothingIsSaid() => Draw(Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2)])).Markup.Trim().ShouldBeEmpty();

    [Fact]
    public void Healthy_ButPaused_HowItGoesOn()
    {
        var card = Draw(Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2)]) with { PausedSince = Views.Now });
        card.Find("li").TextContent.ShouldStartWith("Nothing: it has been paused since ");
        card.Find("dd code").TextContent.ShouldBe("mysos resume one");
    }

    [Fact]
    public void NodeAway_WhatBringsItBack_AndACommandToCopy()
    {
        var card = Draw(Views.Cluster("one", ClusterCondition.Degraded, nodes:
            [Views.Master(), Views.Slave(2, null, NodeState.Unreachable, "its agent does not answer") with { Agent = "S1", Host = "db2" }]));

        card.FindAll("li").Select(l => l.TextContent).ShouldContain("Node 2 is taken back as it is when its agent answers again; its data stay where they are.");
        card.FindAll("dt").Select(d => d.TextContent).ShouldBe(["To have node 2 back with its data", "To have another node in the place of node 2"]);
        card.FindAll("dd").Select(d => d.TextContent.Trim()).ShouldBe(["Bring back agent S1, or db2's network.", "mysos replace one --node 2"]);
        card.Find("dd [data-copy]").GetAttribute("data-copy").ShouldBe("mysos replace one --node 2");
    }

    [Fact]
    public void NodesWithoutAnAgent_WhyEachOfferWasNotForThem_CountedAndSaidOnce()
    {
        static NodeView Homeless(uint id, params RefusalView[] refusals) =>
            Views.Slave(id, null, NodeState.Waiting, "waits for an agent") with { TaskId = "", Agent = null, Role = NodeRole.None, Refusals = [.. refusals] };
        RefusalView[] why = [new("agent has a node of this cluster already", 1), new("too little mem", 4)];
        var card = Draw(Views.Cluster("one", ClusterCondition.Degraded, nodes:
            [Views.Master(), Homeless(2, why), Homeless(3, new RefusalView("too little cpus", 5)), Homeless(4, why)]));

        card.FindAll("h3").Select(h => h.TextContent).ShouldBe(["Why offers were not for nodes 2 and 4", "Why offers were not for node 3", "What you can do"]);
        card.FindAll("h3 + ul li").Select(l => l.TextContent).ShouldBe(["1 offer: agent has a node of this cluster already", "4 offers: too little mem", "5 offers: too little cpus"]);
        card.Find(".ms-card-head + ul li").TextContent.ShouldStartWith("Each of nodes 2, 3 and 4 starts as soon as an agent offers ");
        card.Find("dt").TextContent.ShouldBe("To let nodes 2, 3 and 4 start");
    }

    [Fact]
    public void NotAsItShouldBe_ButForAMoment_ThePageDoesNotMove()
    {
        var cluster = Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2)]);
        var card = Draw(cluster);
        void Then(ClusterCondition state, double seconds) =>
            card.Render(p => p.Add(c => c.Cluster, cluster with { State = state }).Add(c => c.Now, Views.Now.AddSeconds(seconds)));

        Then(ClusterCondition.Electing, 1);
        Then(ClusterCondition.Degraded, 3.9);
        card.Markup.Trim().ShouldBeEmpty();
        Then(ClusterCondition.Healthy, 4);
        Then(ClusterCondition.Electing, 5);
        card.Markup.Trim().ShouldBeEmpty();
        Then(ClusterCondition.Electing, 8);
        card.Find("h2").TextContent.ShouldBe("What happens next");
    }

    [Fact]
    public void ClusterPage_Electing_HasIt()
    {
        Feed.Put(Views.Cluster("one", ClusterCondition.Electing, nodes: [Views.Slave(2)]));
        Render<ClusterPage>(p => p.Add(c => c.Name, "one")).Find("#next-heading").TextContent.ShouldBe("What happens next");
    }
}
