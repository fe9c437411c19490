using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Access;
using Mysos.Tests.Api;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>axe-core over every page, menu and dialog: nothing serious or critical.</summary>
public sealed class AccessibilityBrowserTests(BrowserFixture browser)
{
    private static readonly (string Path, string Text)[] s_pages =
    [
        ("/", "billing"), ("/?state=problems", "billing"), ("/?q=nothing", "No cluster matches"), ("/ui/agents", "rack-a-07"), ("/ui/events", "backup_started"),
        ("/ui/clusters/billing", "Under way: switchover"), ("/ui/clusters/billing", "Writes per second"), ("/ui/clusters/paused", "Paused for"),
        ("/ui/clusters/orders", "Healthy"), ("/ui/clusters/search_index", "Creating"), ("/ui/clusters/sessions", "Electing"),
        ("/ui/clusters/legacy-wiki", "Failed"), ("/ui/clusters/tmp-import", "Deleting"), ("/ui/clusters/wiki", "There is no cluster"), ("/ui/elsewhere", "no such page"),
    ];

    public static TheoryData<ColorScheme, int> Shapes => new()
    {
        { ColorScheme.Light, 1440 }, { ColorScheme.Dark, 1440 }, { ColorScheme.Light, 390 }, { ColorScheme.Dark, 390 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task EveryPage_HasNoSeriousObstacle(ColorScheme colors, int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(4), looked: true);
        host.Feed.Put(Views.Detailed());
        host.Feed.Put(Views.Paused());
        await using var open = await browser.OpenAsync(host.Address, width, colors: colors);
        var page = open.Page;
        var obstacles = new List<string>();

        foreach (var (path, text) in s_pages)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main")).ToContainTextAsync(text);
            obstacles.AddRange((await PageChecks.ObstaclesAsync(page)).Select(o => $"{path} {o}"));
        }

        obstacles.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task EveryMenuAndDialog_WithItsStepsAndRefused_HasNoSeriousObstacle(ColorScheme colors, int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        host.Feed.Put(Views.Paused());
        await using var open = await browser.OpenAsync(host.Address, width, colors: colors);
        var page = open.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);
        var obstacles = new List<string>();

        foreach (var (cluster, menu, item) in ClusterActions.All)
        {
            if (!page.Url.EndsWith($"/{cluster}", StringComparison.Ordinal))
            {
                await page.GotoAsync($"/ui/clusters/{cluster}");
            }
            if (menu.Length > 0)
            {
                await page.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }).ClickAsync();
                await Expect(page.Locator(".ms-menu:popover-open")).ToBeVisibleAsync();
                await LookAsync($"menu {menu}", ".ms-menu:popover-open");
            }
            await page.GetByRole(menu.Length > 0 ? AriaRole.Menuitem : AriaRole.Button, new() { Name = item, Exact = true }).ClickAsync();
            await dialog.GetByLabel("Cluster password").FillAsync("pw");
            await LookAsync(item, "[role=dialog]");
            await PreviewAndRefuseAsync(item);
            await page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToHaveCountAsync(0);
        }
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create cluster" }).ClickAsync();
        await dialog.GetByLabel("Name").FillAsync("fresh");
        await dialog.GetByLabel("User").FillAsync("app");
        await dialog.GetByText("Password, backup and elections").ClickAsync();
        await Expect(dialog.GetByLabel("Slaves that acknowledge each write")).ToBeVisibleAsync();
        await PreviewAndRefuseAsync("create");

        obstacles.ShouldBeEmpty();

        async Task LookAsync(string what, string part) => obstacles.AddRange((await PageChecks.ObstaclesAsync(page, part)).Select(o => $"{what}: {o}"));

        // The steps, and then the reason why they are not done: in general, or at the password where there is one.
        async Task PreviewAndRefuseAsync(string what)
        {
            await dialog.GetByRole(AriaRole.Button, new() { Name = "What would happen?" }).ClickAsync();
            await Expect(dialog).ToContainTextAsync("Then that.");
            await LookAsync($"steps of {what}", "[role=dialog]");
            host.Service.Refusal = new RequestException(403, what is "Pause" or "create" ? null : "password", "This is refused.");
            await dialog.GetByRole(AriaRole.Button, new() { Name = "What would happen?" }).ClickAsync();
            await Expect(dialog).ToContainTextAsync("This is refused.");
            await LookAsync($"{what} refused", "[role=dialog]");
            host.Service.Refusal = null;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task LoginPage_HasNoSeriousObstacleAndFits(ColorScheme colors, int width)
    {
        await using var host = new ApiHost { Access = People.Settings };
        await host.InitializeAsync();
        await using var open = await browser.OpenAsync(host.Address.ToString(), width, colors: colors);

        await open.Page.GotoAsync("/login");
        await open.Page.GetByLabel("Name").FillAsync("vera");
        await open.Page.GetByLabel("Password").FillAsync("wrong");
        (await PageChecks.ObstaclesAsync(open.Page)).ShouldBeEmpty();
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(open.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        (await PageChecks.ObstaclesAsync(open.Page)).ShouldBeEmpty();
        (await PageChecks.TooWideAsync(open.Page)).ShouldBeEmpty();
        await open.PictureAsync($"login-{colors}-{width}");
    }
}
