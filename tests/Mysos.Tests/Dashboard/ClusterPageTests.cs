using AngleSharp.Dom;
using Bunit;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Dashboard.Detail;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class ClusterPageTests : ComponentContext
{
    private IRenderedComponent<ClusterPage> Open(string name) => Render<ClusterPage>(p => p.Add(x => x.Name, name));

    private string[] Disabled(IRenderedComponent<ClusterPage> page) =>
        [.. page.FindAll(".ms-actions button[disabled]").Select(b => b.TextContent.Trim())];

    private static IElement Item(IRenderedComponent<ClusterPage> page, string menu, string text) =>
        page.FindAll($"{menu} [role=menuitem]").Single(i => i.TextContent.Trim() == text);

    [Fact]
    public void ClusterPage_Degraded_ShowsReasonNodesMasterFirst()
    {
        Feed.Put(Views.Detailed());

        var page = Open("billing");

        page.Find("h1").TextContent.ShouldBe("billing");
        page.Find(".ms-why").TextContent.ShouldStartWith("Node 3 waits");
        page.FindAll("tr[data-node]").Select(r => r.GetAttribute("data-node")).ShouldBe(["1", "2", "3"]);
        var master = page.Find("tr[data-node='1']");
        master.TextContent.ShouldContain("Master");
        master.TextContent.ShouldContain("10.0.0.12:31007");
        master.TextContent.ShouldContain("member_0000000000");
        master.QuerySelector(".ms-gtid code")!.TextContent.ShouldBe("3e11fa47…9562:1-48211");
        master.QuerySelector(".ms-gtid code")!.GetAttribute("title").ShouldBe("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-48211");
        page.Find("tr[data-node='3']").TextContent.ShouldContain("4 offers declined: memory");
    }

    [Theory]
    [InlineData("rack-a-07", "rack-b-02", "rack-a-07")]
    [InlineData("one-host", "one-host", "one-host · S0")]
    public void NodesTable_Agent_IsToldApartFromOthersOnItsHost(string host, string other, string shown)
    {
        var table = Render<NodesTable>(p => p
            .Add(x => x.Cluster, Views.Cluster("one", nodes: Views.Master()))
            .Add(x => x.Agents, [Views.Agent(0, host, 1, 1), Views.Agent(1, other, 1, 0)]));

        table.Find("td[data-label=Agent]").TextContent.ShouldBe(shown);
    }

    [Fact]
    public void ClusterPage_ConnectLines_CarryNoPassword()
    {
        Feed.Put(Views.Detailed());

        var lines = Open("billing").FindAll("[aria-labelledby=connect-heading] [data-copy]")
            .Select(b => b.GetAttribute("data-copy"));

        lines.ShouldBe(
        [
            "mysql -h 10.0.0.12 -P 31007 -u app -p",
            "jdbc:mysql://10.0.0.12:31007/?user=app",
            "Server=10.0.0.12;Port=31007;User ID=app;Password=",
            "mysql -h 10.0.0.12 -P 31002 -u app -p",
            "jdbc:mysql://10.0.0.12:31002/?user=app",
            "Server=10.0.0.12;Port=31002;User ID=app;Password=",
            "zk://10.0.0.2:2181/mysos/discover/billing", "zk://10.0.0.2:2181/mysos/discover/billing/master", "zk://10.0.0.2:2181/mysos/discover/billing/slaves",
        ]);
    }

    [Fact]
    public void ClusterPage_Events_NewestFirst()
    {
        Feed.Put(Views.Detailed());

        var events = Open("billing").FindAll(".ms-events li");

        events[0].TextContent.ShouldContain("Backup billing/20260314-1508 runs");
        events[^1].TextContent.ShouldContain("Accepted: 2 nodes");
    }

    [Fact]
    public void ClusterPage_Backups_ShowSizeDurationAndError()
    {
        Feed.Put(Views.Detailed());

        var rows = Open("billing").FindAll("[aria-labelledby=backups-heading] tbody tr");

        rows[0].TextContent.ShouldContain("Running");
        rows[1].TextContent.ShouldContain("507 Insufficient Storage");
        rows[2].TextContent.ShouldContain("45 GiB");
        rows[2].TextContent.ShouldContain("6 min 52 s");
    }

    [Fact]
    public void ClusterPage_NoMaster_SaysSo() =>
        Open("sessions").Find("[aria-labelledby=connect-heading]").TextContent.ShouldContain("There is no master at the moment");

    [Fact]
    public void ClusterPage_BeingDeleted_OffersNoActions() =>
        Disabled(Open("tmp-import")).ShouldBe(["Resize", "Back up", "More", "Delete"]);

    [Fact]
    public void ClusterPage_Failed_OffersItsDeletionOnly()
    {
        var page = Open("legacy-wiki");

        Disabled(page).ShouldBe(["Resize", "Back up", "More"]);
        page.FindAll(".ms-cell-menu .ms-icon-button").ShouldAllBe(b => b.HasAttribute("disabled"));
    }

    [Theory]
    [InlineData("Switch over", "Switch orders over")]
    [InlineData("Restart nodes", "Restart the nodes of orders")]
    [InlineData("Change password", "Change the password of orders")]
    [InlineData("Pause", "Pause orders")]
    public void ClusterPage_MoreMenu_OpensItsDialog(string item, string title)
    {
        var dialogs = RenderDialogs();

        Item(Open("orders"), "#cluster-menu", item).Click();

        dialogs.WaitForAssertion(() => dialogs.Find("h2").TextContent.ShouldBe(title));
    }

    [Fact]
    public void ClusterPage_Paused_SaysSince_OffersToResume_AndNothingThatMovesNodes()
    {
        Feed.Put(Views.Cluster("orders", nodes: [Views.Master(), Views.Slave(2)]) with { PausedSince = Views.Now.AddMinutes(-3) });
        var dialogs = RenderDialogs();

        var page = Open("orders");

        page.Find(".ms-banner").TextContent.ShouldContain("Paused for 3 min");
        page.FindAll("[title='The cluster is paused; resume it first.']").Select(e => e.TextContent.Trim()).Distinct().Order().ShouldBe(
            ["Change its delay", "Make it the master", "Replace this node", "Resize", "Restart nodes", "Switch over"]);
        page.FindAll("#cluster-menu [role=menuitem]").ShouldAllBe(i => i.TextContent.Trim() != "Pause");
        page.FindAll("button").Single(b => b.TextContent.Trim() == "Resume").Click();
        dialogs.WaitForAssertion(() => dialogs.Find("h2").TextContent.ShouldBe("Resume orders"));
    }

    [Theory]
    [InlineData(1, "It is the master.", "It is the master; switch over to another node first.")]
    [InlineData(2, null, null)]
    [InlineData(3, "Only a slave that serves can become the master.", null)]
    public void NodesTable_Menu_SaysWhyWhatCannotBeDone(int node, string? promote, string? replace)
    {
        Feed.Put(Views.Detailed());
        var page = Open("billing");

        Item(page, $"#node-menu-{node}", "Make it the master").GetAttribute("title").ShouldBe(promote);
        Item(page, $"#node-menu-{node}", "Make it the master").HasAttribute("aria-disabled").ShouldBe(promote is not null);
        Item(page, $"#node-menu-{node}", "Replace this node").GetAttribute("title").ShouldBe(replace);
    }

    [Fact]
    public void NodesTable_MakeItTheMaster_ChoosesItInTheDialog()
    {
        var dialogs = RenderDialogs();
        var page = Open("orders");

        Item(page, "#node-menu-1", "Make it the master").Click();
        dialogs.FindAll("h2").ShouldBeEmpty();
        Item(page, "#node-menu-3", "Make it the master").Click();

        dialogs.WaitForAssertion(() => dialogs.Find("#switchover-to").GetAttribute("value").ShouldBe("3"));
    }

    [Theory]
    [InlineData(ElectionPolicy.Lossless, false, "Lossless", "an election waits: as the scheduler's flags say")]
    [InlineData(ElectionPolicy.Available, true, "Available after 10s", "after 10s: the cluster's own policy, the scheduler's timeout")]
    public void ClusterPage_Elections_AreShown_WithWhoseTermsTheyAre(ElectionPolicy policy, bool own, string shown, string title)
    {
        Feed.Put(Views.Detailed() with { Election = new ElectionView { Policy = policy, Timeout = "10s", OwnPolicy = own } });

        var tile = Open("billing").FindAll(".ms-tile").Single(t => t.QuerySelector("span")!.TextContent == "Elections").QuerySelector("strong")!;

        tile.TextContent.ShouldBe(shown);
        tile.GetAttribute("title")!.ShouldContain(title);
    }

    [Theory]
    [InlineData(false, "tone-good")]
    [InlineData(true, "tone-bad")]
    public void ClusterPage_IfTheMasterDied_IsShown_AndWhetherWritesCouldBeLost(bool loses, string tone)
    {
        Feed.Put(Views.Detailed() with { IfMasterDied = new MasterLossView(2, loses, "node 2 would take over") });

        var tile = Open("billing").FindAll(".ms-tile").Single(t => t.QuerySelector("span")!.TextContent == "If the master died now").QuerySelector("strong")!;

        tile.TextContent.ShouldBe("Node 2 would take over.");
        tile.ClassList.ShouldContain(tone);
    }

    [Fact]
    public void NodesTable_Promotion_IsShownWhereItIsNotNeutral_AndIsChosenInItsDialog()
    {
        Feed.Put(Views.Cluster("chosen", nodes: [Views.Master(), Views.Slave(2) with { Promotion = Promotion.Prefer }, Views.Slave(3) with { Promotion = Promotion.Never }]));
        var dialogs = RenderDialogs();
        var page = Open("chosen");

        page.FindAll("tr[data-node]").Select(r => r.QuerySelector(".ms-promotion")?.TextContent).ShouldBe([null, "preferred", "never master"]);
        Item(page, "#node-menu-3", "Change its promotion").Click();
        dialogs.WaitForAssertion(() => dialogs.Find("#promotion-word").GetAttribute("value").ShouldBe("never"));
        dialogs.Find("#promotion-word").Change("prefer");
        dialogs.Find("#promotion-password").Input("pw");
        Button(dialogs, "Change").Click();
        Service.OnlyRequest().ShouldBe(new PromotionRequest { Name = "chosen", Password = "pw", Node = 3, Promotion = Promotion.Prefer });
    }

    [Fact]
    public void NodesTable_Delay_IsNoLag_AndIsChosenInItsDialog()
    {
        Feed.Put(Views.Cluster("late", nodes: [Views.Master() with { DelaySeconds = 60 }, Views.Slave(2), Views.Slave(3, 0.5) with { DelaySeconds = 5400 }]));
        var dialogs = RenderDialogs();
        var page = Open("late");

        page.FindAll("tr[data-node]").Select(r => r.QuerySelector(".ms-delay")?.TextContent).ShouldBe(["delayed as a slave", null, "applies 1 h 30 min late"]);
        page.Find("tr[data-node='3'] .ms-lag").ClassList.ShouldContain("tone-good");
        Item(page, "#node-menu-3", "Change its delay").Click();
        dialogs.WaitForAssertion(() => dialogs.Find("#delay-text").GetAttribute("value").ShouldBe("1h30m"));
        dialogs.Find("#delay-password").Input("pw");
        dialogs.Find("#delay-text").Input("1 hour");
        Button(dialogs, "Change").Click();
        dialogs.Markup.ShouldContain("delay is '1 hour'; it must be a length of time such as 1h");
        Service.Requests.ShouldBeEmpty();
        dialogs.Find("#delay-text").Input("0s");
        Button(dialogs, "Change").Click();
        Service.OnlyRequest().ShouldBe(new DelayRequest { Name = "late", Password = "pw", Node = 3, Delay = TimeSpan.Zero });
    }

    [Fact]
    public void Connect_LeavesDelayedSlavesOut()
    {
        Feed.Put(Views.Cluster("late", nodes: [Views.Master(), Views.Slave(2) with { Port = 7002 }, Views.Slave(3) with { Port = 7003, DelaySeconds = 3600 }]));
        var lines = string.Join(' ', Open("late").FindAll(".ms-lines dd").Select(d => d.TextContent));
        lines.ShouldContain("7002");
        lines.ShouldNotContain("7003");
    }

    [Fact]
    public void NodesTable_ElectionWaits_WhoIsNeverMasterCanBeMadeIt()
    {
        Feed.Put(Views.Cluster("stuck", ClusterCondition.Electing, "waits for another node",
            Views.Slave(2, null, NodeState.Joining), Views.Slave(3, null, NodeState.Joining) with { Promotion = Promotion.Never },
            Views.Slave(4, null, NodeState.Joining) with { DelaySeconds = 60 }));
        var page = Open("stuck");

        Item(page, "#node-menu-2", "Make it the master").HasAttribute("aria-disabled").ShouldBeTrue();
        Item(page, "#node-menu-3", "Make it the master").HasAttribute("aria-disabled").ShouldBeFalse();
        Item(page, "#node-menu-4", "Make it the master").HasAttribute("aria-disabled").ShouldBeFalse();
    }

    [Fact]
    public void ElectionDialog_OfAClusterWithItsOwnTerms_BeginsWithThem_AndRefusesWhatIsNoTime()
    {
        Feed.Put(Views.Cluster("own", nodes: [Views.Master()]) with { Election = new ElectionView { Policy = ElectionPolicy.Available, Timeout = "10s", OwnPolicy = true, OwnTimeout = true } });
        var dialogs = RenderDialogs();
        Item(Open("own"), "#cluster-menu", "Change elections").Click();
        dialogs.WaitForAssertion(() => dialogs.Find("#election-policy").GetAttribute("value").ShouldBe("available"));
        dialogs.Find("#election-timeout").GetAttribute("value").ShouldBe("10s");
        dialogs.Find("#election-password").Input("pw");

        foreach (var wrong in (string[])["10", "50ms", "2d"])
        {
            dialogs.Find("#election-timeout").Input(wrong);
            Button(dialogs, "Change").Click();
            Service.Requests.ShouldBeEmpty();
            dialogs.Markup.ShouldContain("election_timeout is ");
        }
        dialogs.Find("#election-timeout").Input("");
        dialogs.Find("#sync-replicas").Input("10");
        Button(dialogs, "Change").Click();
        Service.Requests.ShouldBeEmpty();
        dialogs.Markup.ShouldContain("sync_replicas is 10; it must be a whole number from 1 to 9.");
        dialogs.Find("#sync-replicas").Input("2");
        dialogs.Find("#election-policy").Change("lossless");
        Button(dialogs, "Change").Click();
        Service.OnlyRequest().ShouldBe(new ElectionRequest { Name = "own", Password = "pw", Policy = new(ElectionPolicy.Lossless), Timeout = new(null), SyncReplicas = new(2) });
    }

    [Fact]
    public void NodesTable_Replace_OpensItsDialog()
    {
        var dialogs = RenderDialogs();

        Item(Open("orders"), "#node-menu-2", "Replace this node").Click();

        dialogs.WaitForAssertion(() => dialogs.Find("h2").TextContent.ShouldBe("Replace node 2 of orders"));
    }

    [Fact]
    public void ClusterPage_UnknownName_SuggestsOthers()
    {
        var page = Open("wiki");

        page.Find("h1").TextContent.ShouldContain("There is no cluster “wiki”");
        page.Find(".ms-message p a").GetAttribute("href").ShouldBe("ui/clusters/legacy-wiki");
    }

    [Fact]
    public void ClusterPage_DeletedWhileOpen_KeepsWhatItWasAndSaysSo()
    {
        var page = Open("orders");
        LetQuietPass();

        Feed.Remove("orders");

        page.WaitForAssertion(() => page.Find("[role=alert]").TextContent.ShouldContain("has been deleted"));
        page.FindAll("tr[data-node]").Count.ShouldBe(3);
        Disabled(page).Length.ShouldBe(4);
    }

    [Fact]
    public void ClusterPage_UnknownThenCreated_ShowsIt()
    {
        var page = Open("fresh");
        LetQuietPass();

        Feed.Put(Views.Cluster("fresh", ClusterCondition.Creating, "0 of 1 nodes serve"));

        page.WaitForAssertion(() => page.Find("h1").TextContent.ShouldBe("fresh"));
        page.Markup.ShouldContain("There is no node yet");
    }

    [Fact]
    public void ClusterPage_OtherNameInTheSamePage_IsNoDeletion()
    {
        var page = Open("orders");

        page.Render(p => p.Add(x => x.Name, "nowhere"));

        page.Find("h1").TextContent.ShouldContain("There is no cluster");
    }

    [Fact]
    public void EventTimeline_Long_ShowsEarlierOnDemand()
    {
        var events = Enumerable.Range(0, 33).Select(i => new ClusterEvent(Views.Now.AddMinutes(i), "node_launched", $"number {i}"));
        var timeline = Render<EventTimeline>(p => p.Add(x => x.Cluster, Views.Cluster("long") with { Events = [.. events] }).Add(x => x.Now, Views.Now));
        timeline.FindAll("li").Count.ShouldBe(20);

        timeline.Find("button.ms-link-button").Click();

        timeline.FindAll("li").Count.ShouldBe(33);
        timeline.FindAll("button.ms-link-button").ShouldBeEmpty();
    }
}
