using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>From page to page in Chromium, by mouse, keyboard and thumb.</summary>
public sealed class NavigationBrowserTests(BrowserFixture browser)
{
    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Problems_OnEveryPage_AreLiveAndLeadToThem(int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Of(Views.Cluster("orders", nodes: Views.Master())));
        await using var open = await browser.OpenAsync(host.Address, width);
        var page = open.Page;
        foreach (var path in (string[])["/ui/agents", "/ui/events", "/ui/clusters/orders"])
        {
            await page.GotoAsync(path);
            await Expect(page.Locator(".ms-problems")).ToHaveTextAsync("All healthy");
            await Expect(page.Locator(".ms-problems")).ToBeInViewportAsync();
        }

        host.Feed.Put(Views.Cluster("billing", ClusterCondition.Electing, "Nobody leads.", Views.Slave(2)));
        await Expect(page.Locator(".ms-problems")).ToHaveTextAsync("1 problem");
        await page.Locator(".ms-problems").ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex(@"/\?state=problems$"));
        await Expect(page.Locator("tr[data-cluster]")).ToHaveCountAsync(1);
        await Expect(page.Locator("tr[data-cluster]")).ToContainTextAsync("Nobody leads.");
        host.Feed.Remove("billing");
        await Expect(page.Locator("main")).ToContainTextAsync("No cluster has a problem");
        open.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Navigation_ByKeyboard_LeadsToEachPage(int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address, width);
        var page = open.Page;
        await page.GotoAsync("/");
        var nav = page.GetByRole(AriaRole.Navigation, new() { Name = "Main" });
        await Expect(nav.GetByRole(AriaRole.Link)).ToHaveCountAsync(4);
        foreach (var link in await nav.GetByRole(AriaRole.Link).AllAsync())
            await Expect(link).ToBeInViewportAsync();

        foreach (var (name, path) in new[] { ("Agents", "/ui/agents"), ("Events", "/ui/events"), ("Clusters", "/") })
        {
            await nav.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await Expect(page).ToHaveURLAsync(host.Address + path);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(name);
            await Expect(nav.Locator("[aria-current=page]")).ToHaveTextAsync(name);
        }
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task NodesOfAnAgent_InTheirList_LeadToTheirClusters()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(8));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/agents?q=rack-a-07");

        await page.GetByRole(AriaRole.Button, new() { Name = "nodes on rack-a-07" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var list = page.Locator(".ms-node-list:popover-open");
        await Expect(list).ToBeVisibleAsync();
        await open.PictureAsync("agent-nodes", fullPage: false);
        await list.GetByRole(AriaRole.Link, new() { Name = "team-03" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("/ui/clusters/team-03$"));
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Timeline_LeadsToTheClustersEvents_WhichCanBePaused()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/clusters/orders");
        await page.GetByRole(AriaRole.Link, new() { Name = "All events of this cluster" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"/ui/events\?cluster=orders$"));
        await Expect(page.Locator("tr[data-event]")).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go on" })).ToHaveAttributeAsync("aria-pressed", "true");
        var orders = host.Feed.Current.Clusters["orders"];
        host.Feed.Put(orders with { Events = orders.Events.Add(new ClusterEvent(Views.Now, "backup_started", "A backup runs.") { By = "anna from 10.0.0.7" }) });
        await Expect(page.Locator(".ms-new")).ToHaveTextAsync("1 new");
        await Expect(page.Locator("tr[data-event]")).ToHaveCountAsync(2);
        await page.Locator(".ms-new").ClickAsync();

        await Expect(page.Locator("tr[data-event]").First).ToContainTextAsync("anna from 10.0.0.7");
        await page.GetByLabel("Kind").SelectOptionAsync("backup_started");
        await Expect(page.Locator("tr[data-event]")).ToHaveCountAsync(1);
        await Expect(page).ToHaveURLAsync(new Regex(@"\?cluster=orders&kind=backup_started$"));
        open.Complaints.ShouldBeEmpty();
    }
}
