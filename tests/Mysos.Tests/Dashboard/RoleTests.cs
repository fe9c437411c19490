using Bunit;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Actions;
using Mysos.Dashboard.Detail;
using Mysos.Dashboard.Fleet;
using Mysos.Dashboard.Layout;

namespace Mysos.Tests.Dashboard;

/// <summary>What each role finds switched off, with its reason.</summary>
public sealed class RoleTests : ComponentContext
{
    private const string NeedsOperator = "It needs the role operator or admin; yours is viewer.";

    [Theory]
    [InlineData(Role.Viewer, "Back up, Delete, Resize", "Change elections, Change its delay, Change its promotion, Change password, Make it the master, Pause, Replace this node, Restart nodes, Switch over")]
    [InlineData(Role.Operator, "Delete", "Replace this node")]
    [InlineData(Role.Admin, "", "")]
    public void ClusterPage_OfARole_HasTheRestSwitchedOff(Role role, string buttons, string items)
    {
        User.Become(role);
        Feed.Put(Views.Cluster("one", nodes: [Views.Master(), Views.Slave(2)]));

        var page = Render<ClusterPage>(p => p.Add(x => x.Name, "one"));

        string.Join(", ", page.FindAll(".ms-actions button.ms-off").Select(b => b.TextContent.Trim()).Order()).ShouldBe(buttons);
        string.Join(", ", page.FindAll("[role=menuitem][aria-disabled=true]")
            .Where(i => i.GetAttribute("title")!.StartsWith("It needs the role", StringComparison.Ordinal)).Select(i => i.TextContent.Trim()).Distinct().Order()).ShouldBe(items);
        page.FindAll(".ms-actions button.ms-off").ShouldAllBe(b => b.GetAttribute("title")!.StartsWith("It needs the role", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Button_ThatIsOff_OpensNothing()
    {
        User.Become(Role.Viewer);
        Feed.Push(SchedulerView.Empty);
        var dialogs = RenderDialogs();
        var page = Render<FleetPage>();

        foreach (var button in page.FindAll("button.ms-off"))
        {
            button.GetAttribute("title").ShouldBe(NeedsOperator);
            await button.ClickAsync(new());
        }

        page.FindAll("button.ms-off").Count.ShouldBe(2);
        dialogs.FindAll("[role=dialog]").ShouldBeEmpty();
    }

    [Fact]
    public async Task Request_FromADialog_SaysWhoAsks()
    {
        Feed.Put(Views.Cluster("orders", nodes: Views.Master()));
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<BackupDialog>(Orders));
        dialogs.Find("input").Input("pw");

        await Button(dialogs, "Back up").ClickAsync(new());

        Service.OnlyRequest().ShouldBe(new BackupRequest { Name = "orders", Password = "pw" });
        Service.By.ShouldBe(new Actor("anna", "10.0.0.7", Role.Admin));
    }

    [Fact]
    public void Badge_ShowsWhoIsLoggedIn_AndTheWayOut()
    {
        User.Become(Role.Operator);

        var badge = Render<UserBadge>();

        badge.Find(".ms-user-name").TextContent.ShouldBe("anna");
        badge.Find(".ms-chip").TextContent.ShouldBe("operator");
        badge.Find("form[method=post][action=logout] button").TextContent.ShouldBe("Log out");
    }

    [Theory]
    [InlineData(Openness.Closed, "")]
    [InlineData(Openness.ThisMachine, "No login is asked for; only this machine reaches Mysos.")]
    [InlineData(Openness.Network, "No login is asked for. Whoever reaches this address can")]
    public void Banner_SaysWhoCanAct(Openness openness, string text)
    {
        User.Openness = openness;

        var banner = System.Text.RegularExpressions.Regex.Replace(Render<OpennessBanner>().Nodes.Aggregate("", (all, n) => all + n.TextContent), @"\s+", " ").Trim();

        banner.ShouldStartWith(text);
        (banner.Length == 0).ShouldBe(text.Length == 0);
    }

    [Fact]
    public void Layout_OfALoginThatEnds_ShowsNothingMore_AndLeadsToTheLoginPage()
    {
        JSInterop.Setup<bool>("mysos.watchTheme", _ => true).SetResult(false);
        Navigation.NavigateTo("ui/clusters/orders");
        var layout = Render<MainLayout>(p => p.Add(x => x.Body, b => b.AddMarkupContent(0, "<p id='secret'>orders</p>")));
        layout.WaitForElement("#secret");

        User.Become(null);

        layout.WaitForAssertion(() => layout.FindAll("#secret").ShouldBeEmpty());
        Navigation.Uri.ShouldEndWith("/login?return=%2Fui%2Fclusters%2Forders");
    }

    [Fact]
    public void Events_ShowWhoAskedForThem()
    {
        var timeline = Render<EventTimeline>(p => p
            .Add(x => x.Cluster, Views.Cluster("asked") with { Events = [new ClusterEvent(Views.Now, "cluster_resized", "From 1 to 2 nodes.") { By = "anna from 10.0.0.7" }] })
            .Add(x => x.Now, Views.Now));

        timeline.Find("small").TextContent.ShouldEndWith("cluster_resized · anna from 10.0.0.7");
    }
}
