using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Fleet;
using Mysos.Dashboard.Layout;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class FleetPageTests : ComponentContext
{
    private static string[] Rows(IRenderedComponent<FleetPage> page) =>
        [.. page.FindAll("tr[data-cluster]").Select(r => r.GetAttribute("data-cluster")!)];

    private static AngleSharp.Dom.IElement Chip(IRenderedComponent<FleetPage> page, string text) =>
        page.FindAll(".ms-filter button").Single(b => b.TextContent.Trim().StartsWith(text, StringComparison.Ordinal));

    [Fact]
    public void FleetPage_NoClusters_ShowsACurlLineToCopy()
    {
        Feed.Push(Views.Of());

        var page = Render<FleetPage>();

        page.Find(".ms-empty").TextContent.ShouldContain("No clusters yet");
        page.Find(".ms-empty [data-copy]").GetAttribute("data-copy")
            .ShouldBe("curl --user anna -X POST http://localhost/clusters/my_cluster \\\n  --form \"cluster_user=me\" --form \"num_nodes=2\"");
        page.FindAll("table").ShouldBeEmpty();
    }

    [Fact]
    public void FleetPage_DegradedCluster_ShowsStateReasonNodesAndLag()
    {
        var page = Render<FleetPage>();

        var row = page.Find("tr[data-cluster=billing]");
        row.QuerySelector(".ms-chip")!.TextContent.Trim().ShouldBe("Degraded");
        row.QuerySelector(".ms-chip")!.ClassList.ShouldContain("tone-warning");
        row.QuerySelector(".ms-reason")!.TextContent.ShouldStartWith("Node 3 waits for an agent");
        row.QuerySelector(".ms-nodes")!.TextContent.ShouldBe("2/3");
        row.QuerySelector(".ms-lag")!.ClassList.ShouldContain("tone-warning");
        row.QuerySelector("a")!.GetAttribute("href").ShouldBe("ui/clusters/billing");
    }

    [Fact]
    public void FleetPage_ViewPushed_ShowsItWithoutReload()
    {
        var page = Render<FleetPage>();
        LetQuietPass();

        Feed.Put(Views.Cluster("aaa-new", ClusterCondition.Creating, "0 of 1 nodes serve"));

        page.WaitForAssertion(() => Rows(page).ShouldContain("aaa-new"));
    }

    [Fact]
    public void FleetPage_OpenedWithAddress_ShowsWhatItAsksFor()
    {
        Navigation.NavigateTo("/?q=team&sort=-name");
        Feed.Push(Views.Fleet(5));

        var page = Render<FleetPage>();

        page.Find("input[type=search]").GetAttribute("value").ShouldBe("team");
        Rows(page).ShouldBe(["team-04", "team-03", "team-02", "team-01", "team-00"]);
        page.Find("th[aria-sort=descending]").TextContent.ShouldContain("Name");
    }

    [Fact]
    public void FleetPage_Search_FiltersAndIsKeptInTheAddress()
    {
        var page = Render<FleetPage>();

        page.Find("input[type=search]").Input("wiki");

        Rows(page).ShouldBe(["legacy-wiki"]);
        Navigation.Uri.ShouldBe("http://localhost/?q=wiki");
    }

    [Fact]
    public void FleetPage_SearchWithoutResult_OffersAllAgain()
    {
        var page = Render<FleetPage>();
        page.Find("input[type=search]").Input("nothing like it");

        page.Find(".ms-message button").Click();

        Rows(page).Length.ShouldBe(30);
        Navigation.Uri.ShouldBe("http://localhost/");
    }

    [Fact]
    public void FleetPage_StateClicked_FiltersAndSecondClickShowsAll()
    {
        var page = Render<FleetPage>();

        Chip(page, "Failed").Click();
        Rows(page).ShouldBe(["legacy-wiki"]);
        Chip(page, "Failed").GetAttribute("aria-pressed").ShouldBe("true");
        Chip(page, "Failed").Click();

        Rows(page).Length.ShouldBe(30);
    }

    [Fact]
    public void FleetPage_HeaderClicked_SortsAndSaysSo()
    {
        var page = Render<FleetPage>();

        page.FindAll("th button").Single(b => b.TextContent.Contains("Worst lag", StringComparison.Ordinal)).Click();

        Rows(page)[0].ShouldBe("legacy-wiki");
        Navigation.Uri.ShouldEndWith("?sort=-lag");
    }

    [Fact]
    public void FleetPage_AtFirst_HasProblemsOnTop()
    {
        var page = Render<FleetPage>();

        Rows(page)[..4].ShouldBe(["legacy-wiki", "sessions", "billing", "search_index"]);
        page.Find("th[aria-sort=descending]").TextContent.ShouldContain("State");
    }

    [Fact]
    public void FleetPage_ProblemsClicked_ShowsThemAloneAndAllAgain()
    {
        var page = Render<FleetPage>();

        Chip(page, "Problems").Click();
        Rows(page).ShouldBe(["legacy-wiki", "sessions", "billing"]);
        Navigation.Uri.ShouldBe("http://localhost/?state=problems");
        Chip(page, "Problems").Click();

        Rows(page).Length.ShouldBe(30);
    }

    [Fact]
    public void FleetPage_ProblemsMended_SaysThatThereIsNone()
    {
        Navigation.NavigateTo("/?state=problems");
        Feed.Push(Views.Of(Views.Cluster("orders", nodes: Views.Master())));

        var page = Render<FleetPage>();

        page.Find(".ms-message h2").TextContent.ShouldBe("No cluster has a problem");
    }

    [Fact]
    public void FleetPage_ClusterThatIsPaused_SaysSo_AndIsFoundByIt()
    {
        Feed.Push(Views.Of(
            Views.Cluster("one", nodes: Views.Master()) with { PausedSince = Views.Now }, Views.Cluster("two", nodes: Views.Master())));
        var page = Render<FleetPage>();
        page.FindAll("tr[data-cluster]").Where(r => r.QuerySelector(".ms-paused") is not null).Select(r => r.GetAttribute("data-cluster")).ShouldBe(["one"]);

        page.Find("input[type=search]").Input("paused");

        page.FindAll("tr[data-cluster]").Select(r => r.GetAttribute("data-cluster")).ShouldBe(["one"]);
    }

    [Fact]
    public void FleetPage_FrameWithoutChange_RendersNoRow()
    {
        var page = Render<FleetPage>();
        var rows = page.FindComponents<ClusterTableRow>();
        var before = rows.ToDictionary(r => r.Instance.Row.Name, r => r.RenderCount);
        LetQuietPass();

        Feed.Put(Orders with { Reason = "Something else." });

        page.WaitForAssertion(() => page.Find("tr[data-cluster=orders]").TextContent.ShouldContain("Something else."));
        rows.Where(r => r.RenderCount > before[r.Instance.Row.Name]).Select(r => r.Instance.Row.Name).ShouldBe(["orders"]);
    }

    [Fact]
    public void FleetPage_ClusterInWhichOnlyGtidsMoveOn_RendersNoRow()
    {
        var page = Render<FleetPage>();
        var orders = page.FindComponents<ClusterTableRow>().Single(r => r.Instance.Row.Name == "orders");
        var before = orders.RenderCount;
        LetQuietPass();

        Feed.Put(Orders with { Nodes = [.. Orders.Nodes.Select(n => n with { Gtid = "0-1-999" })] });
        LetQuietPass();
        Feed.Put(Orders with { Reason = "Something else." });
        LetQuietPass();

        page.WaitForAssertion(() => page.Find("tr[data-cluster=orders]").TextContent.ShouldContain("Something else."));
        orders.RenderCount.ShouldBe(before + 1);
    }

    [Fact]
    public void FleetPage_BackInHistory_FollowsTheAddress()
    {
        var page = Render<FleetPage>();
        page.Find("input[type=search]").Input("wiki");

        Navigation.NavigateTo("/");

        page.WaitForAssertion(() => Rows(page).Length.ShouldBe(30));
    }

    [Fact]
    public void SchedulerPanel_Agents_AreCountedAndLeadToTheirPage()
    {
        var agents = Feed.Current.Agents;
        Feed.Push(v => v with { Agents = [.. agents, Views.Agent(4, "rack-d-01", 1, 0) with { Draining = true }] });

        var card = Render<SchedulerPanel>(p => p.Add(x => x.View, Feed.Current).Add(x => x.Now, Views.Now)).Find("[aria-labelledby=agents-heading]");

        card.QuerySelector("h2 a")!.GetAttribute("href").ShouldBe("ui/agents");
        card.QuerySelectorAll("li").Select(l => l.TextContent.Trim()).ShouldBe(["Unreachable 1", "Draining 1", "In service 3"]);
        card.QuerySelector("li a")!.GetAttribute("href").ShouldBe("ui/agents?state=unreachable");
    }

    [Fact]
    public void SchedulerPanel_Schedulers_AreNamedWithTheirVersionsAndWhoLeads()
    {
        var card = Render<SchedulerPanel>(p => p.Add(x => x.View, Feed.Current).Add(x => x.Now, Views.Now)).Find("[aria-labelledby=schedulers-heading]");

        card.QuerySelectorAll("li").Length.ShouldBe(3);
        card.QuerySelector("li:has(.tone-good) code")!.TextContent.ShouldBe("mysos-1.example.org:55001");
        card.QuerySelector("li small")!.TextContent.ShouldBe("0.1.0");
    }

    [Fact]
    public void SchedulerPanel_More_ShowsTheRestWhereThereIsLittleRoom()
    {
        var panel = Render<SchedulerPanel>(p => p.Add(x => x.View, Feed.Current).Add(x => x.Now, Views.Now));
        panel.Find("aside").ClassList.ShouldNotContain("ms-open");

        panel.Find("aside > button").Click();

        panel.Find("aside").ClassList.ShouldContain("ms-open");
        panel.Find("aside > button").GetAttribute("aria-expanded").ShouldBe("true");
    }

    [Fact]
    public void SchedulerPanel_NothingKnown_IsReadable()
    {
        var panel = Render<SchedulerPanel>(p => p.Add(x => x.View, SchedulerView.Empty).Add(x => x.Now, Views.Now));

        panel.FindAll(".ms-chip").ShouldAllBe(c => c.TextContent == "Not connected");
        panel.Find("[aria-labelledby=agents-heading]").TextContent.ShouldContain("None has been offered yet");
        panel.Find("[aria-labelledby=schedulers-heading]").TextContent.ShouldContain("not known yet");
    }
}

public sealed class ConnectionBannerTests : ComponentContext
{
    [Fact]
    public void ConnectionBanner_AllConnected_IsEmpty() => Render<ConnectionBanner>().Markup.Trim().ShouldBeEmpty();

    [Fact]
    public void ConnectionBanner_MesosLost_SaysSinceWhenAndGoesAgain()
    {
        var banner = Render<ConnectionBanner>();
        LetQuietPass();

        Feed.Push(v => v with { Mesos = v.Mesos with { Connected = false } });
        banner.WaitForAssertion(() => banner.Find("[role=alert]").TextContent.ShouldContain("Not connected to Mesos"));
        banner.Markup.ShouldContain("it was last heard 4 s ago");
        LetQuietPass();
        Feed.Push(v => v with { Mesos = v.Mesos with { Connected = true } });

        banner.WaitForAssertion(() => banner.FindAll("[role=alert]").ShouldBeEmpty());
        LetQuietPass();
        var before = banner.RenderCount;
        for (var version = 1; version <= 3; version++)
        {
            Feed.Push(v => v with { Version = v.Version + 1 });
            LetQuietPass();
        }
        banner.RenderCount.ShouldBe(before);
    }

    [Fact]
    public void ConnectionBanner_LeaderLost_SaysThatWhatIsShownIsOldAndWhy()
    {
        Feed.Push(v => v with
        {
            Stale = new Staleness(Views.Now.AddSeconds(-9), "The leader cannot be followed."), Mesos = v.Mesos with { Connected = false },
        });

        var banner = Render<ConnectionBanner>().Find("[role=alert]").TextContent;
        banner.ShouldContain("this is from 9 s ago");
        banner.ShouldContain("The leader cannot be followed.");
        banner.ShouldNotContain("Mesos");
    }

    [Fact]
    public void ConnectionBanner_ZooKeeperLost_SaysSo()
    {
        Feed.Push(v => v with { ZooKeeper = v.ZooKeeper with { Connected = false } });

        Render<ConnectionBanner>().Find("[role=alert]").TextContent.ShouldContain("Not connected to ZooKeeper");
    }
}
