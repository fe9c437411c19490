using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>The dashboard in Chromium, on a real server, fed through the interfaces that the host feeds it by.</summary>
public sealed class DashboardBrowserTests(BrowserFixture browser)
{
    [Theory]
    [InlineData("_framework/blazor.web.js")]
    [InlineData("_content/MudBlazor/MudBlazor.min.css")]
    [InlineData("_content/MudBlazor/MudBlazor.min.js")]
    [InlineData("_content/Mysos.Dashboard/css/base.css")]
    [InlineData("_content/Mysos.Dashboard/css/login.css")]
    [InlineData("_content/Mysos.Dashboard/mysos.js")]
    [InlineData("_content/Mysos.Dashboard/favicon.svg")]
    public async Task Assets_AskedFor_AreServed(string path)
    {
        await using var host = await DashboardHost.StartAsync(SchedulerView.Empty);
        using var client = new HttpClient { BaseAddress = new Uri(host.Address) };

        using var response = await client.GetAsync(path);

        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await response.Content.ReadAsByteArrayAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task FleetPage_ViewPushed_AppearsWithoutReload()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet());
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");
        await Expect(page.GetByTestId("cluster-count")).ToHaveTextAsync("30");
        await page.EvaluateAsync("window.notReloaded = true");

        host.Feed.Put(Views.Cluster("aaa-pushed", ClusterCondition.Creating, "0 of 1 nodes serve"));
        await Expect(Row(page, "aaa-pushed")).ToContainTextAsync("Creating");
        host.Feed.Put(Views.Cluster("aaa-pushed", nodes: Views.Master()));
        await Expect(Row(page, "aaa-pushed")).ToContainTextAsync("Healthy");
        host.Feed.Remove("aaa-pushed");
        await Expect(Row(page, "aaa-pushed")).ToHaveCountAsync(0);

        (await page.EvaluateAsync<bool>("window.notReloaded")).ShouldBeTrue();
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task FleetPage_SearchAndSort_LiveInTheAddress()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(40));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");

        await page.GetByRole(AriaRole.Searchbox).PressSequentiallyAsync("team", new() { Delay = 15 });
        await Expect(Rows(page).First).ToContainTextAsync("team-00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Worst lag" }).ClickAsync();
        await Expect(Rows(page).First).ToContainTextAsync("team-39");
        await Expect(page).ToHaveURLAsync(new Regex(@"/\?q=team&sort=-lag$"));
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("team");

        await page.ReloadAsync();

        await Expect(Rows(page).First).ToContainTextAsync("team-39");
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("team");
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task FleetPage_StateFilterAndRow_LeadToTheCluster()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet());
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");

        await page.GetByRole(AriaRole.Button, new() { Name = "Failed" }).ClickAsync();
        await Expect(Rows(page)).ToHaveCountAsync(1);
        // Anywhere in the row, not only on the name.
        await Row(page, "legacy-wiki").ClickAsync(new() { Position = new() { X = 700, Y = 20 } });

        await Expect(page).ToHaveURLAsync(new Regex("/ui/clusters/legacy-wiki$"));
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("legacy-wiki");
        await page.GoBackAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"/\?state=failed$"));
        await Expect(Rows(page)).ToHaveCountAsync(1);
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateDialog_Filled_AsksTheServiceAndShowsThePassword()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        host.Service.OnCreate = r => host.Feed.Put(Views.Cluster(r.Name, ClusterCondition.Creating, "0 of 2 nodes serve; node 1 waits for its executor"));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create cluster" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await dialog.GetByLabel("Name").FillAsync("Fresh");
        await Expect(dialog).ToContainTextAsync("'Fresh' is not allowed");
        await open.PictureAsync("create-error-light", fullPage: false);
        await dialog.GetByLabel("Name").FillAsync("fresh");
        await dialog.GetByLabel("User").FillAsync("app");
        await dialog.GetByLabel("Nodes").FillAsync("2");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();

        await Expect(dialog.GetByTestId("password")).ToHaveTextAsync(RecordingService.Generated);
        var request = host.Service.OnlyRequest().ShouldBeOfType<CreateRequest>();
        (request.Name, request.User, request.NumNodes).ShouldBe(("fresh", "app", 2));
        await Expect(dialog.GetByRole(AriaRole.Heading, new() { Level = 2 })).ToHaveTextAsync("fresh is being created");
        await dialog.GetByLabel("Copy the password").ClickAsync();
        (await page.EvaluateAsync<string>("navigator.clipboard.readText()")).ShouldBe(RecordingService.Generated);
        await open.PictureAsync("created-light", fullPage: false);
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog.GetByTestId("password")).ToBeVisibleAsync();
        host.Feed.Put(Views.Cluster("fresh", nodes: Views.Master("10.9.9.9", 31999)));
        await Expect(dialog).ToContainTextAsync("mysql -h 10.9.9.9 -P 31999 -u app -p");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Open cluster" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("/ui/clusters/fresh$"));
        await Expect(page.GetByText(RecordingService.Generated)).ToHaveCountAsync(0);
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Keyboard_Alone_OpensFillsAndLeavesADialog()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/clusters/orders");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resize" }).FocusAsync();

        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Nodes")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ControlOrMeta+a");
        await page.Keyboard.TypeAsync("4");
        await Expect(dialog).ToContainTextAsync("1 slave is added");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("pw");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("orders is going to 4 nodes")).ToBeVisibleAsync();
        host.Service.OnlyRequest().ShouldBe(new ResizeRequest { Name = "orders", Password = "pw", NumNodes = 4 });

        await page.GetByRole(AriaRole.Button, new() { Name = "Back up" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("Cluster password")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task DeleteDialog_OnlyWithTheTypedName_Deletes()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/clusters/orders");

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        var delete = dialog.GetByRole(AriaRole.Button, new() { Name = "Delete this cluster" });
        await Expect(dialog.GetByLabel("Type orders to confirm")).ToBeFocusedAsync();
        await dialog.GetByLabel("Cluster password").FillAsync("pw");
        await Expect(delete).ToBeDisabledAsync();
        await dialog.GetByLabel("Type orders to confirm").FillAsync("orders");
        await open.PictureAsync("delete-light", fullPage: false);
        await delete.ClickAsync();

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.GetByText("orders is being deleted")).ToBeVisibleAsync();
        host.Service.OnlyRequest().ShouldBe(new DeleteRequest { Name = "orders", Password = "pw" });
        host.Feed.Remove("orders");
        await Expect(page.GetByText("This cluster has been deleted")).ToBeVisibleAsync();
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Colours_FollowTheSystemUntilChosen()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address, colors: ColorScheme.Dark);
        var page = open.Page;
        await page.GotoAsync("/");
        var root = page.Locator("html");
        await Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(page.GetByLabel("Dark colours")).ToHaveAttributeAsync("aria-pressed", "true");

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await Expect(page.GetByLabel("Dark colours")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GetByLabel("Dark colours").ClickAsync();
        await Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await page.ReloadAsync();

        await Expect(root).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(page.GetByLabel("Dark colours")).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task Page_ServerGoneAndBack_SaysSoAndRecovers()
    {
        await using var open = await browser.OpenAsync("http://127.0.0.1");
        var page = open.Page;
        string address;
        await using (var host = await DashboardHost.StartAsync(Views.Fleet(0)))
        {
            address = host.Address;
            await page.GotoAsync(address);
            await Expect(page.GetByTestId("cluster-count")).ToHaveTextAsync("6");
        }
        await Expect(page.GetByText("Connection to Mysos lost")).ToBeVisibleAsync();
        await open.PictureAsync("reconnect-light", fullPage: false);

        await using var again = await DashboardHost.StartAsync(Views.Fleet(2), address);

        await Expect(page.GetByTestId("cluster-count")).ToHaveTextAsync("8", new() { Timeout = 60_000 });
        await Expect(page.GetByText("Connection to Mysos lost")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("light", 1440, 900)]
    [InlineData("dark", 1440, 900)]
    [InlineData("phone", 390, 844)]
    [InlineData("tablet", 900, 1000)]
    public async Task EveryPage_InEveryShape_FitsTheWindow(string shape, int width, int height)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(8), looked: true);
        host.Feed.Put(Views.Detailed());
        host.Feed.Put(Views.Paused());
        await using var open = await browser.OpenAsync(host.Address, width, height, shape == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        var page = open.Page;

        foreach (var (name, path, text) in new[]
        {
            ("fleet", "/", "billing"), ("agents", "/ui/agents", "rack-a-07"), ("events", "/ui/events", "Backup billing"), ("cluster", "/ui/clusters/billing", "Under way: switchover"), ("charts", "/ui/clusters/billing", "Writes per second"),
            ("paused", "/ui/clusters/paused", "Paused for"),
            ("unknown", "/ui/clusters/wiki", "There is no cluster"), ("missing", "/ui/elsewhere", "no such page"),
        })
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main")).ToContainTextAsync(text);
            await open.PictureAsync($"{name}-{shape}");
            (await PageChecks.TooWideAsync(page)).ShouldBeEmpty(name);
        }
        host.Feed.Push(v => Views.Of() with { Agents = [], Mesos = v.Mesos with { Connected = false, Master = null }, ZooKeeper = new() });
        await page.GotoAsync("/");
        await Expect(page.GetByText("Not connected to Mesos")).ToBeVisibleAsync();
        await Expect(page.GetByText("No clusters yet")).ToBeVisibleAsync();
        await open.PictureAsync($"empty-{shape}");
        (await PageChecks.TooWideAsync(page)).ShouldBeEmpty("empty");
        open.Complaints.ShouldBeEmpty();
    }

    private static ILocator Rows(IPage page) => page.Locator("tr[data-cluster]");

    private static ILocator Row(IPage page, string name) => page.Locator($"tr[data-cluster='{name}']");
}
