using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;

namespace Mysos.Tests.Dashboard;

/// <summary>The picture of a cluster, and of what is under way in it.</summary>
public sealed class TopologyTests : ComponentContext
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private IRenderedComponent<TopologyCard> Draw(ClusterView cluster) => Render<TopologyCard>(p => p.Add(c => c.Cluster, cluster));

    private static string[] Texts(IRenderedComponent<TopologyCard> card, int node) =>
        [.. card.FindAll($"[data-node='{node}'] > *").Select(e => e.TextContent.Trim())];

    [Fact]
    public void Master_IsAboveItsSlaves_AndTheAckerFirst()
    {
        var card = Draw(Views.Cluster("one", nodes:
        [
            Views.Slave(2, 0.4) with { ReadOnly = true, Gtid = $"{Uuid}:1-48000" }, Views.Slave(3) with { Acker = true, ReadOnly = true, Zone = "b" }, Views.Master() with { ReadOnly = false, Zone = "a" },
        ]));

        card.FindAll("[data-node]").Select(n => n.GetAttribute("data-node")).ShouldBe(["1", "3", "2"]);
        Texts(card, 1).ShouldBe(["Node 1 · Master", "Serving", "10.0.0.11:31000", "zone a", "MySQL 8.4.3", "takes writes"]);
        Texts(card, 3).ShouldBe(["Node 3 · Slave", "Serving", "10.0.0.13:31003", "zone b", "MySQL 8.4.3", "read-only", "lag 0 s", "has every transaction", "acknowledges"]);
        Texts(card, 2).ShouldBe(["Node 2 · Slave", "Serving", "10.0.0.12:31002", "MySQL 8.4.3", "read-only", "lag 0.4 s", "lacks 211 transactions"]);
        card.FindAll("li").Select(l => l.ClassName).ShouldBe(["ms-link-acker", "ms-link-slave"]);
    }

    [Fact]
    public void Slave_ThatDoesNotFollow_IsNotLinked_AndSaysWhatItHasTooMuch()
    {
        var card = Draw(Views.Cluster("one", nodes:
            [Views.Master(), Views.Slave(2, null, NodeState.Joining, "its master lacks 0-2-7") with { Diverged = true, Acker = true }]));

        card.Find("li").ClassName.ShouldBe("ms-link-none");
        var errant = card.Find(".ms-node-errant");
        (errant.TextContent, errant.GetAttribute("title")).ShouldBe(("has what its master lacks", "its master lacks 0-2-7"));
    }

    [Theory]
    [InlineData($"{Uuid}:1-48211,a:1-3", "has every transaction")]
    [InlineData($"{Uuid}:1-48209,a:1-3", "lacks 2 transactions")]
    public void Slave_ThatWroteSomethingItself_LacksWhatItLacks(string executed, string expected)
    {
        var card = Draw(Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2) with { Gtid = executed }]));
        Texts(card, 2).ShouldContain(expected);
    }

    [Fact]
    public void ClusterPage_ClusterOfOne_HasItsPicture()
    {
        Feed.Put(Views.Cluster("one", nodes: [Views.Master() with { Zone = "a", ReadOnly = false }]));
        var node = Render<ClusterPage>(p => p.Add(c => c.Name, "one")).Find("[data-node='1'].ms-node");
        node.TextContent.ShouldContain("zone a");
        node.TextContent.ShouldContain("takes writes");
    }

    [Theory]
    [InlineData(ClusterCondition.Electing, "Nobody takes writes now.")]
    [InlineData(ClusterCondition.Creating, "Nobody has taken writes yet.")]
    public void NoMaster_IsSaid(ClusterCondition state, string said)
    {
        var card = Draw(Views.Cluster("one", state, nodes: [Views.Slave(2), Views.Waiting(3, "waits for an agent")]));

        card.Find(".ms-node-none").TextContent.ShouldBe($"No master{said}");
        card.Find("ul").GetAttribute("aria-label").ShouldBe("Nodes");
        card.FindAll("li").Select(l => l.ClassName).ShouldAllBe(c => c == "ms-link-none");
    }

    [Fact]
    public void Operation_HasItsSteps_AndWhichIsCurrent()
    {
        var operation = new OperationView("switchover to node 2", Views.Now.AddSeconds(-3),
            [new("node 2 catches up", StepState.Done), new("node 2 gets the last writes", StepState.Current), new("it is announced", StepState.Next)]);
        Feed.Put(Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2)]) with { Operation = operation });

        var card = Render<ClusterPage>(p => p.Add(x => x.Name, "one")).Find("[aria-labelledby=operation-heading]");

        card.QuerySelector("h2")!.TextContent.ShouldBe("Under way: switchover to node 2");
        card.QuerySelector("small")!.TextContent.ShouldBe("for 3 s");
        card.QuerySelectorAll("li").Select(l => (l.TextContent.Trim(), l.GetAttribute("aria-current"))).ShouldBe(
            [("Node 2 catches up.Done", null), ("Node 2 gets the last writes.Current", "step"), ("It is announced.Next", null)]);
    }
}
