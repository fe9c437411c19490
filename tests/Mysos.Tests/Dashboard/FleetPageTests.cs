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

        page.WaitForAssertion(() => Rows(page)[0].ShouldBe("aaa-new"));
    }

    [Fact]
    public void FleetPage_OpenedWithAddress_ShowsWhatItAsksFor()
    {
        Navigation.NavigateTo("/?q=team&sort=-name&page=2");
        Feed.Push(Views.Fleet(30));

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

        Rows(page).Length.ShouldBe(FleetList.PageSize);
        Navigation.Uri.ShouldBe("http://localhost/");
    }

    [Fact]
    public void FleetPage_StateClicked_FiltersAndSecondClickShowsAll()
    {
        var page = Render<FleetPage>();

        page.Find(".ms-filter .tone-bad").Click();
        Rows(page).ShouldBe(["legacy-wiki"]);
        page.Find(".ms-filter .tone-bad").GetAttribute("aria-pressed").ShouldBe("true");
        page.Find(".ms-filter .tone-bad").Click();

        Rows(page).Length.ShouldBe(FleetList.PageSize);
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
    public void FleetPage_NextPage_ShowsTheRest()
    {
        var page = Render<FleetPage>();

        page.Find("button[aria-label='Next page']").Click();

        Rows(page).Length.ShouldBe(5);
        page.Find(".ms-pager").TextContent.ShouldContain("26–30 of 30");
        page.Find("button[aria-label='Next page']").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public void FleetPage_BackInHistory_FollowsTheAddress()
    {
        var page = Render<FleetPage>();
        page.Find("input[type=search]").Input("wiki");

        Navigation.NavigateTo("/");

        page.WaitForAssertion(() => Rows(page).Length.ShouldBe(FleetList.PageSize));
    }

    [Fact]
    public void SchedulerPanel_Agents_ShowOffersAndReach()
    {
        var panel = Render<SchedulerPanel>(p => p.Add(x => x.View, Feed.Current).Add(x => x.Now, Views.Now));

        var agents = panel.FindAll(".ms-agents li");
        agents.Count.ShouldBe(4);
        agents[0].TextContent.ShouldContain("offers 24 cpu · 48 GiB · 480 GiB");
        agents[2].TextContent.ShouldContain("nothing offered yet");
        agents[3].TextContent.ShouldContain("unreachable");
    }

    [Fact]
    public void SchedulerPanel_NothingKnown_IsReadable()
    {
        var panel = Render<SchedulerPanel>(p => p.Add(x => x.View, SchedulerView.Empty).Add(x => x.Now, Views.Now));

        panel.FindAll(".ms-chip").ShouldAllBe(c => c.TextContent == "Not connected");
        panel.Find("[aria-labelledby=agents-heading]").TextContent.ShouldContain("None has been offered yet");
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
