using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Agents;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class AgentsPageTests : ComponentContext
{
    private static string[] Hosts(IRenderedComponent<AgentsPage> page) =>
        [.. page.FindAll("tr[data-agent] strong").Select(r => r.TextContent)];

    private void Show(params AgentView[] agents) => Feed.Push(v => v with { Agents = [.. agents] });

    [Fact]
    public void Page_NoAgents_SaysWhatIsMissing()
    {
        Show();
        Render<AgentsPage>().Find(".ms-message").TextContent.ShouldContain("Mesos has offered nothing");

        Feed.Push(v => v with { Mesos = v.Mesos with { Connected = false } });

        Render<AgentsPage>().Find(".ms-message").TextContent.ShouldContain("Mesos is not connected");
    }

    [Fact]
    public void Row_OfAnAgent_TellsAllOfIt()
    {
        var page = Render<AgentsPage>();

        var row = page.Find("tr[data-agent$=S0]");
        row.QuerySelector(".ms-col-agent")!.TextContent.ShouldContain("10.0.0.10:5051");
        row.QuerySelector(".ms-chip")!.TextContent.Trim().ShouldBe("In service");
        row.QuerySelector(".ms-col-zone")!.TextContent.Trim().ShouldBe("north/a");
        row.QuerySelector(".ms-col-used")!.TextContent.Trim().ShouldBe("6.6 cpu · 3.2 GiB · 12 GiB");
        row.QuerySelector(".ms-col-offered")!.TextContent.ShouldContain("24 cpu · 48 GiB · 480 GiB");
        row.QuerySelector(".ms-col-offered time")!.TextContent.ShouldBe("20 s");
        row.QuerySelector(".ms-col-volumes")!.TextContent.ShouldContain("6 volumes");
        row.QuerySelector(".ms-col-volumes")!.TextContent.ShouldContain("24 GiB disk reserved");
    }

    [Fact]
    public void Row_OfAnAgentThatWasNeverOffered_SaysSo()
    {
        Show(Views.Agent(0, "full-01", null, 2));

        Render<AgentsPage>().Find(".ms-col-offered + td, td.ms-col-offered").TextContent.ShouldContain("nothing yet");
    }

    [Fact]
    public void Nodes_AreLinksToTheirClustersWithTheirRoles()
    {
        Feed.Push(Views.Of(
            Views.Cluster("billing", nodes: [Views.Master(), Views.Slave(2) with { Agent = Views.Master().Agent }]),
            Views.Cluster("orders", ClusterCondition.Degraded, "x", Views.Slave(2, null, NodeState.Down) with { Agent = Views.Master().Agent })));

        var nodes = Render<AgentsPage>().Find("tr[data-agent$=S0] .ms-col-nodes");

        nodes.QuerySelectorAll(".ms-agent-nodes > a").Select(a => $"{a.GetAttribute("href")} {a.QuerySelector("small")!.TextContent}")
            .ShouldBe(["ui/clusters/billing master", "ui/clusters/billing slave"]);
        nodes.QuerySelector("button")!.TextContent.ShouldBe("+1");
        nodes.QuerySelector("button")!.GetAttribute("aria-label").ShouldBe("+1, all 3 nodes on rack-a-07");
        var all = nodes.QuerySelectorAll("[popover] a");
        all.Length.ShouldBe(3);
        all[^1].TextContent.ShouldContain("down");
        all[^1].ClassList.ShouldContain("tone-bad");
    }

    [Fact]
    public void Page_AtFirst_HasProblemsOnTopThenHosts()
    {
        Show(
            Views.Agent(1, "a-fine", 1, 0), Views.Agent(2, "b-drained", 1, 0) with { Draining = true },
            Views.Agent(3, "c-gone", 1, 0) with { Reachable = false, Draining = true },
            Views.Agent(4, "d-soon", 1, 0) with { MaintenanceStart = Views.Now.AddMinutes(30) });

        var page = Render<AgentsPage>();

        Hosts(page).ShouldBe(["c-gone", "b-drained", "d-soon", "a-fine"]);
        page.FindAll("tr[data-agent] .ms-chip").Select(c => c.TextContent.Trim()).ShouldBe(["Unreachable", "Draining", "Maintenance", "In service"]);
        page.Find("tr[data-agent$=S4] .ms-col-state").TextContent.ShouldContain("maintenance in 30 min");
    }

    [Theory]
    [InlineData("rack-b", "rack-b-02")]
    [InlineData("north/c", "rack-c-11")]
    [InlineData("UNREACHABLE", "rack-c-12")]
    [InlineData("10.0.0.12", "rack-c-11")]
    [InlineData("nothing like it", "")]
    public void Search_ByAnythingOfIt_FindsAgents(string words, string hosts)
    {
        var page = Render<AgentsPage>();

        page.Find("input[type=search]").Input(words);

        string.Join(',', Hosts(page)).ShouldBe(hosts);
        Navigation.Uri.ShouldStartWith("http://localhost/ui/agents?q=");
    }

    [Fact]
    public void Search_ForACluster_FindsItsAgents()
    {
        var page = Render<AgentsPage>();

        page.Find("input[type=search]").Input("billing");

        Hosts(page).ShouldBe(["rack-a-07", "rack-b-02"]);
    }

    [Fact]
    public void Header_Clicked_SortsAndIsKeptInTheAddress()
    {
        var page = Render<AgentsPage>();

        page.FindAll("th button").Single(b => b.TextContent.Contains("Offered", StringComparison.Ordinal)).Click();

        Hosts(page).ShouldBe(["rack-a-07", "rack-b-02", "rack-c-12", "rack-c-11"]);
        Navigation.Uri.ShouldEndWith("ui/agents?sort=-offered");
    }

    [Fact]
    public void Page_OpenedWithAddress_ShowsWhatItAsksForAndOffersAllAgain()
    {
        Navigation.NavigateTo("/ui/agents?state=draining&sort=agent");
        var page = Render<AgentsPage>();
        page.Find(".ms-message h2").TextContent.ShouldBe("No agent matches");

        page.Find(".ms-message button").Click();

        Hosts(page).Length.ShouldBe(4);
        Navigation.Uri.ShouldEndWith("/ui/agents");
    }

    [Fact]
    public void Frame_InWhichOneAgentChanged_RendersThatRow()
    {
        var page = Render<AgentsPage>();
        var rows = page.FindComponents<AgentTableRow>();
        var before = rows.ToDictionary(r => r.Instance.Row.Agent.Hostname, r => r.RenderCount);
        LetQuietPass();

        Feed.Push(v => v with { Agents = [.. v.Agents.Select(a => a.Hostname == "rack-b-02" ? a with { Draining = true } : a with { })] });

        page.WaitForAssertion(() => Hosts(page)[1].ShouldBe("rack-b-02"));
        rows.Where(r => r.RenderCount > before[r.Instance.Row.Agent.Hostname]).Select(r => r.Instance.Row.Agent.Hostname).ShouldBe(["rack-b-02"]);
    }
}

public sealed class AgentQueryTests
{
    public static TheoryData<AgentQuery, string> Addresses => new()
    {
        { AgentQuery.Default, "" },
        { AgentQuery.Default with { Search = "a b", State = AgentState.Unreachable }, "?q=a%20b&state=unreachable" },
        { AgentQuery.Default.SortedBy(AgentColumn.Used), "?sort=-used" },
        { AgentQuery.Default.SortedBy(AgentColumn.Zone), "?sort=zone" },
        { AgentQuery.Default.SortedBy(AgentColumn.State), "?sort=state" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void ToQueryString_Query_ParsesBack(AgentQuery query, string address)
    {
        query.ToQueryString().ShouldBe(address);
        AgentQuery.Parse(address).ShouldBe(query);
    }

    [Fact]
    public void Parse_Nonsense_IsTheDefault() => AgentQuery.Parse("?sort=shoe&state=1&x=y").ShouldBe(AgentQuery.Default);
}
