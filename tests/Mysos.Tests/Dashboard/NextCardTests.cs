using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;

namespace Mysos.Tests.Dashboard;

/// <summary>What a cluster that is not as it should be does by itself, and what a person can do about it.</summary>
public sealed class NextCardTests : ComponentContext
{
    private IRenderedComponent<NextCard> Draw(ClusterView cluster) => Render<NextCard>(p => p.Add(c => c.Cluster, cluster));

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
    public void ClusterPage_Electing_HasIt()
    {
        Feed.Put(Views.Cluster("one", ClusterCondition.Electing, nodes: [Views.Slave(2)]));
        Render<ClusterPage>(p => p.Add(c => c.Name, "one")).Find("#next-heading").TextContent.ShouldBe("What happens next");
    }
}
