using System.Globalization;
using Bunit;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Dashboard.Events;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class EventsPageTests : ComponentContext
{
    public EventsPageTests() => Feed.Push(Views.Of(
        Happened("orders", At(60, "cluster_created", "Accepted: 3 nodes."), At(59, "cluster_complete", "All 3 nodes serve."),
            At(5, "master_lost", "Node 1 is silent."), At(4, "failed_over", "Node 2 took over from node 1.")),
        Happened("orders-archive", At(30, "cluster_resized", "3 nodes wanted.") with { By = "anna from 10.0.0.7" })));

    private static ClusterEvent At(double minutes, string kind, string text) => new(Views.Now.AddMinutes(-minutes), kind, text);

    private static ClusterView Happened(string name, params ClusterEvent[] events) => Views.Cluster(name) with { Events = [.. events] };

    private static string[] Kinds(IRenderedComponent<EventsPage> page) => [.. page.FindAll("tr[data-event] .ms-kind").Select(k => k.TextContent)];

    private void Happens(string cluster, ClusterEvent happened) => Feed.Push(v =>
        v with { Clusters = v.Clusters.SetItem(cluster, v.Clusters[cluster] with { Events = v.Clusters[cluster].Events.Add(happened) }) });

    [Fact]
    public void Page_AtFirst_HasAllClustersEventsNewestFirst()
    {
        var page = Render<EventsPage>();

        Kinds(page).ShouldBe(["failed_over", "master_lost", "cluster_resized", "cluster_complete", "cluster_created"]);
        page.Find("[data-testid=event-count]").TextContent.ShouldBe("5");
    }

    [Fact]
    public void Row_OfAnEvent_TellsWhenWhereWhatWhoAndHowLong()
    {
        var page = Render<EventsPage>();

        var rows = page.FindAll("tr[data-event]");
        rows[0].QuerySelector("time")!.TextContent.ShouldBe("2026-03-14 15:05:26");
        rows[0].QuerySelector(".ms-col-time .ms-sub")!.TextContent.ShouldBe("4 min ago");
        rows[0].QuerySelector("a")!.GetAttribute("href").ShouldBe("ui/clusters/orders");
        rows[0].QuerySelector(".ms-cell-title")!.TextContent.ShouldContain("Node 2 took over from node 1.");
        rows[0].QuerySelector(".ms-took")!.TextContent.ShouldBe("took 60 s");
        rows[0].QuerySelector(".ms-kind")!.ClassList.ShouldContain("tone-good");
        rows[1].QuerySelector(".ms-took").ShouldBeNull();
        rows[2].QuerySelector(".ms-col-by")!.TextContent.ShouldBe("anna from 10.0.0.7");
    }

    [Fact]
    public void Event_ThatHappens_AppearsOnTop()
    {
        var page = Render<EventsPage>();
        LetQuietPass();

        Happens("orders-archive", At(0, "backup_started", "A backup runs."));

        page.WaitForAssertion(() => Kinds(page)[0].ShouldBe("backup_started"));
        page.FindAll("tr[data-event]").Count.ShouldBe(6);
    }

    [Fact]
    public void Paused_WhatHappens_IsCountedAndShownWhenItGoesOn()
    {
        var page = Render<EventsPage>();
        Button(page, "Pause").Click();
        LetQuietPass();

        Happens("orders", At(0, "backup_started", "A backup runs."));
        page.WaitForAssertion(() => page.Find(".ms-new").TextContent.ShouldBe("1 new"));
        Kinds(page)[0].ShouldBe("failed_over");
        page.Find("[role=status]").TextContent.ShouldBe("Paused; 1 new event");
        Button(page, "Go on").Click();

        Kinds(page)[0].ShouldBe("backup_started");
        page.FindAll(".ms-new").ShouldBeEmpty();
        page.Find("[role=status]").TextContent.ShouldBeEmpty();
    }

    [Fact]
    public void NewOnes_Clicked_AreShownAndThePauseIsOver()
    {
        var page = Render<EventsPage>();
        Button(page, "Pause").Click();
        LetQuietPass();
        Happens("orders", At(0, "backup_started", "A backup runs."));

        page.WaitForElement(".ms-new").Click();

        Kinds(page)[0].ShouldBe("backup_started");
        Button(page, "Pause").GetAttribute("aria-pressed").ShouldBe("false");
    }

    [Theory]
    [InlineData("cluster=orders", "failed_over,master_lost,cluster_complete,cluster_created")]
    [InlineData("cluster=archive", "cluster_resized")]
    [InlineData("cluster=orde", "failed_over,master_lost,cluster_resized,cluster_complete,cluster_created")]
    [InlineData("kind=failed_over", "failed_over")]
    [InlineData("by=ANNA", "cluster_resized")]
    [InlineData("by=10.0.0.7&cluster=orders", "")]
    [InlineData("q=nodes+serve", "cluster_complete")]
    [InlineData("since=hour&cluster=orders", "failed_over,master_lost,cluster_complete,cluster_created")]
    [InlineData("since=whenever&q=nodes+serve", "cluster_complete")]
    public void Page_OpenedWithAddress_ShowsWhatItAsksFor(string query, string kinds)
    {
        Navigation.NavigateTo("/ui/events?" + query);

        string.Join(',', Kinds(Render<EventsPage>())).ShouldBe(kinds);
    }

    [Fact]
    public void Filters_AreKeptInTheAddressAndCanBeTakenBack()
    {
        var page = Render<EventsPage>();

        page.Find("[aria-label=Cluster]").Input("orders");
        page.Find("[aria-label=Kind]").Change("master_lost");
        Kinds(page).ShouldBe(["master_lost"]);
        Navigation.Uri.ShouldEndWith("/ui/events?cluster=orders&kind=master_lost");
        page.Find("[aria-label='Search events']").Input("nothing like it");
        page.Find(".ms-message h2").TextContent.ShouldBe("No event matches");
        Button(page, "Show all").Click();

        Kinds(page).Length.ShouldBe(5);
        Navigation.Uri.ShouldEndWith("/ui/events");
    }

    [Fact]
    public void Filtered_OtherEventsThatHappen_StayOut()
    {
        Navigation.NavigateTo("/ui/events?cluster=orders");
        var page = Render<EventsPage>();
        LetQuietPass();

        Feed.Push(v => v with
        {
            Clusters = v.Clusters
                .SetItem("orders", v.Clusters["orders"] with { Events = v.Clusters["orders"].Events.Add(At(0, "backup_done", "Done.")) })
                .SetItem("orders-archive", v.Clusters["orders-archive"] with { Events = v.Clusters["orders-archive"].Events.Add(At(0, "backup_failed", "No.")) }),
        });

        page.WaitForAssertion(() => Kinds(page)[0].ShouldBe("backup_done"));
        Kinds(page).Length.ShouldBe(5);
    }

    [Fact]
    public void ClusterThatGoes_LeavesItsEvents()
    {
        var page = Render<EventsPage>();
        LetQuietPass();

        Feed.Push(v => v with { Clusters = v.Clusters.Remove("orders").SetItem("orders-archive", v.Clusters["orders-archive"] with { Events = v.Clusters["orders-archive"].Events.Add(At(0, "backup_done", "Done.")) }) });

        page.WaitForAssertion(() => Kinds(page).Length.ShouldBe(6));
    }

    [Fact]
    public void ClusterThatIsGone_HasItsEvents_AndNoLink_AlsoWhereAnotherHasItsName()
    {
        var past = new PastCluster("orders", Views.Now.AddDays(-2), [At(900, "cluster_deleted", "It goes.") with { By = "anna from 10.0.0.7" }, At(800, "gone", "It is gone.")]);
        Feed.Push(v => v with { Past = [past, past with { Name = "was" }] });
        Navigation.NavigateTo("/ui/events?q=gone");
        var page = Render<EventsPage>();
        page.FindAll("tr[data-event]").Count.ShouldBe(2);
        page.FindAll("tr[data-event] a").ShouldBeEmpty();
        page.FindAll(".ms-col-cluster span").Select(c => (c.TextContent, c.GetAttribute("title"))).ShouldBe([("was", "was is gone"), ("orders", "orders is gone")]);

        Navigation.NavigateTo("/ui/events?cluster=orders");
        page.WaitForAssertion(() => Kinds(page).ShouldBe(["failed_over", "master_lost", "cluster_complete", "cluster_created", "gone", "cluster_deleted"]));
        page.FindAll("tr[data-event] a").Count.ShouldBe(4);
        Navigation.NavigateTo("/ui/events?cluster=was");
        page.WaitForAssertion(() => Kinds(page).ShouldBe(["gone", "cluster_deleted"]));
    }

    [Fact]
    public void ClusterThatGoes_IsNoLinkAnyLonger()
    {
        var page = Render<EventsPage>();
        page.FindAll("a[href='ui/clusters/orders']").Count.ShouldBe(4);
        LetQuietPass();

        Feed.Push(v => v with
        {
            Clusters = v.Clusters.Remove("orders"),
            Past = [new PastCluster("orders", v.Clusters["orders"].Created, [.. v.Clusters["orders"].Events, At(0, "gone", "It is gone.")])],
        });

        page.WaitForAssertion(() => Kinds(page)[0].ShouldBe("gone"));
        Kinds(page).Length.ShouldBe(6);
        page.FindAll("a[href='ui/clusters/orders']").ShouldBeEmpty();
        page.FindAll("a[href='ui/clusters/orders-archive']").ShouldNotBeEmpty();
    }

    [Fact]
    public void Time_Chosen_LeavesOutWhatIsOlder_AlsoWhenItBecomesSo()
    {
        Happens("orders-archive", At(26 * 60, "node_replaced", "Long ago."));
        var page = Render<EventsPage>();
        Kinds(page).Length.ShouldBe(6);

        page.Find("[aria-label=Time]").Change("Hour");
        Navigation.Uri.ShouldEndWith("/ui/events?since=hour");
        Kinds(page).ShouldBe(["failed_over", "master_lost", "cluster_resized", "cluster_complete", "cluster_created"]);
        Time.Advance(TimeSpan.FromSeconds(5));
        page.WaitForAssertion(() => Kinds(page).ShouldBe(["failed_over", "master_lost", "cluster_resized", "cluster_complete"]));
        page.Find("[data-testid=event-count]").TextContent.ShouldBe("4");

        page.Find("[aria-label=Time]").Change("Week");
        Kinds(page).ShouldContain("node_replaced");
        page.Find("[aria-label=Time] option[selected]").TextContent.ShouldBe("Last week");
        page.Find("[aria-label=Time]").Change("Day");
        Kinds(page).ShouldNotContain("node_replaced");
        page.Find("[aria-label=Time]").Change("");
        Navigation.Uri.ShouldEndWith("/ui/events");
        Kinds(page).Length.ShouldBe(6);
    }

    [Fact]
    public void Page_NothingMatches_SaysWhatIsKept()
    {
        Navigation.NavigateTo("/ui/events?kind=nothing");

        Render<EventsPage>().Find(".ms-message p").TextContent.ShouldBe(
            "Of each cluster the last 40 events are kept, and the last 40 that somebody asked for; when it is gone, for 30 days.");
    }

    [Fact]
    public void Page_NothingHappened_SaysSo()
    {
        Feed.Push(SchedulerView.Empty);

        Render<EventsPage>().Find(".ms-message h2").TextContent.ShouldBe("Nothing has happened yet");
    }

    [Fact]
    public void LongHistory_IsShownInSteps()
    {
        Feed.Push(Views.Of(Enumerable.Range(0, 30).Select(i => Happened($"team-{i.ToString("00", CultureInfo.InvariantCulture)}", [.. Enumerable.Range(0, 5).Select(n => At((i * 5) + n, "repaired", "x"))]))));
        var page = Render<EventsPage>();
        page.FindAll("tr[data-event]").Count.ShouldBe(100);

        Button(page, "Show 50 earlier").Click();

        page.FindAll("tr[data-event]").Count.ShouldBe(150);
        page.FindAll("button").ShouldAllBe(b => !b.TextContent.Contains("earlier", StringComparison.Ordinal));
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<EventsPage> page, string text) =>
        page.FindAll("button").Single(b => b.TextContent.Trim() == text);
}

public sealed class EventLogTests
{
    [Fact]
    public void Read_MoreThanIsKept_HasTheNewestAndCountsAll()
    {
        var view = Views.Of(Enumerable.Range(0, 200).Select(i => Views.Cluster($"c{i}") with
        {
            Events = [.. Enumerable.Range(0, 30).Select(n => new ClusterEvent(Views.Now.AddSeconds((i * 30) + n), "repaired", "x"))],
        }));

        var log = new EventLog(EventsQuery.Default, view, Views.Now);

        (log.Total, log.Lines.Length).ShouldBe((6000, EventLog.Most));
        log.Lines[^1].Event.Time.ShouldBe(Views.Now.AddSeconds(5999));
        var next = new ClusterEvent(Views.Now.AddHours(9), "repaired", "The newest.");
        log.Read(view with { Clusters = view.Clusters.SetItem("c7", view.Clusters["c7"] with { Events = view.Clusters["c7"].Events.Add(next) }) }, Views.Now);
        (log.Total, log.Lines.Length, log.Lines[^1].Event.Text).ShouldBe((6001, EventLog.Most, "The newest."));
    }
}

public sealed class EventTookTests
{
    [Fact]
    public void Took_WhereEventsBetweenAreNotKept_IsNotKnown()
    {
        ClusterEvent At(int minute, string kind, string? by = null) => new(Views.Now.AddMinutes(minute), kind, "x") { By = by };
        TimeSpan? Took(params IEnumerable<ClusterEvent> events) => new EventLog(EventsQuery.Default, Views.Of(Views.Cluster("c") with { Events = [.. events] }), Views.Now)
            .Lines.Single(l => l.Event.Kind == "switched_over").Took;

        var repaired = Enumerable.Range(0, EventRetention.Newest - 1).Select(i => At(200 + i, "repaired"));
        Took(At(0, "switchover_began", "anna"), At(100, "switched_over")).ShouldBe(TimeSpan.FromMinutes(100));
        Took([At(0, "switchover_began", "anna"), At(100, "switched_over"), .. repaired]).ShouldBeNull();
    }
}

public sealed class EventsQueryTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?cluster=shop&kind=failed_over&by=anna%20from&since=week&q=a%26b")]
    public void Parse_Address_IsWrittenAgain(string address) => EventsQuery.Parse(address).ToQueryString().ShouldBe(address);
}

public sealed class TimelineLinkTests : ComponentContext
{
    [Fact]
    public void Timeline_OfACluster_LeadsToAllItsEvents()
    {
        var page = Render<Mysos.Dashboard.Detail.ClusterPage>(p => p.Add(x => x.Name, "orders"));

        page.FindAll("a").Single(a => a.TextContent == "All events of this cluster").GetAttribute("href").ShouldBe("ui/events?cluster=orders");
    }
}
