using Microsoft.Playwright;
using Mysos.Tests.Access;
using Mysos.Tests.Api;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>axe-core over every page and dialogs: nothing serious or critical.</summary>
public sealed class AccessibilityBrowserTests(BrowserFixture browser)
{
    private static readonly (string Path, string Text)[] s_pages =
    [
        ("/", "billing"), ("/?state=problems", "billing"), ("/?q=nothing", "No cluster matches"), ("/ui/agents", "rack-a-07"), ("/ui/events", "backup_started"),
        ("/ui/clusters/billing", "GTID position"), ("/ui/clusters/wiki", "There is no cluster"), ("/ui/elsewhere", "no such page"),
    ];

    public static TheoryData<ColorScheme, int> Shapes => new()
    {
        { ColorScheme.Light, 1440 }, { ColorScheme.Dark, 1440 }, { ColorScheme.Light, 390 }, { ColorScheme.Dark, 390 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task EveryPageAndDialog_HasNoSeriousObstacle(ColorScheme colors, int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(4));
        host.Feed.Put(Views.Detailed());
        await using var open = await browser.OpenAsync(host.Address, width, colors: colors);
        var page = open.Page;
        var obstacles = new List<string>();

        foreach (var (path, text) in s_pages)
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main")).ToContainTextAsync(text);
            obstacles.AddRange((await PageChecks.ObstaclesAsync(page)).Select(o => $"{path} {o}"));
        }
        await page.GotoAsync("/ui/clusters/billing");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        obstacles.AddRange((await PageChecks.ObstaclesAsync(page)).Select(o => $"delete dialog {o}"));
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create cluster" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        obstacles.AddRange((await PageChecks.ObstaclesAsync(page)).Select(o => $"create dialog {o}"));

        obstacles.ShouldBeEmpty();
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
