using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>Thousands of clusters, agents and events in Chromium.</summary>
public sealed class LongListBrowserTests(BrowserFixture browser)
{
    private const int Many = 5000;
    /// <summary>Some windows' worth.</summary>
    private const int AFew = 80;

    private static SchedulerView ManyAgents() => Views.Fleet(0) with
    {
        Agents = [.. Enumerable.Range(0, 10_000).Select(i => Views.Agent(i, string.Create(CultureInfo.InvariantCulture, $"host-{i:00000}"), 1 + i % 8, i % 3) with { Reachable = i != 7777 })],
    };

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Fleet_OfThousands_IsThereToItsEndWithAFewRowsAtATime(int width)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(Many));
        await using var open = await browser.OpenAsync(host.Address, width);
        var page = open.Page;
        await page.GotoAsync("/");
        await Expect(Row(page, "legacy-wiki")).ToBeVisibleAsync();
        (await Rows(page).CountAsync()).ShouldBeLessThan(AFew);
        await AllAsHighAsync(page);

        await page.EvaluateAsync("scrollTo(0, document.body.scrollHeight / 2)");
        await Expect(Row(page, "legacy-wiki")).ToHaveCountAsync(0);
        await open.PictureAsync($"many-middle-{width}", fullPage: false);
        // The end moves while rows take the place of what was guessed of their height.
        await page.WaitForFunctionAsync(
            """
            () => {
              scrollTo(0, document.body.scrollHeight);
              const last = document.querySelector("tr[data-cluster='team-999']")?.getBoundingClientRect();
              return last && last.bottom > 0 && last.top < innerHeight;
            }
            """);

        (await Rows(page).CountAsync()).ShouldBeLessThan(AFew);
        await AllAsHighAsync(page);
        host.Feed.Put(Views.Cluster("team-999", nodes: Views.Master("10.7.7.7")));
        await Expect(Row(page, "team-999")).ToContainTextAsync("10.7.7.7");
        (await PageChecks.TooWideAsync(page)).ShouldBeEmpty();
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Fleet_Scrolled_KeepsItsHeadInSight()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(Many));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");
        await Expect(Row(page, "legacy-wiki")).ToBeVisibleAsync();

        await page.EvaluateAsync("scrollTo(0, 20000)");

        var bar = await page.Locator(".ms-bar").BoundingBoxAsync();
        var head = await page.Locator(".ms-clusters thead th").First.BoundingBoxAsync();
        head!.Y.ShouldBe(bar!.Y + bar.Height, tolerance: 1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Worst lag" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("sort=-lag$"));
    }

    [Fact]
    public async Task Fleet_ByKeyboard_GoesOnBeyondTheWindow()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(Many));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/");
        await Row(page, "legacy-wiki").GetByRole(AriaRole.Link).FocusAsync();

        // A row has two places at most.
        for (var i = 0; i < 100; i++)
        {
            await Expect(page.Locator("tr[data-cluster]:has(:focus) + tr[data-cluster]")).ToBeAttachedAsync();
            await page.Keyboard.PressAsync("Tab");
        }

        await Expect(page.Locator("tr[data-cluster]:has(:focus)")).ToBeInViewportAsync();
        await Expect(Row(page, "legacy-wiki")).ToHaveCountAsync(0);
        var name = await page.Locator("tr[data-cluster]:has(:focus)").GetAttributeAsync("data-cluster");
        await page.Locator("tr[data-cluster]:has(:focus)").GetByRole(AriaRole.Link).PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex($"/ui/clusters/{name}$"));
        open.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(390)]
    public async Task Agents_OfThousands_AreThereToTheirEnd(int width)
    {
        await using var host = await DashboardHost.StartAsync(ManyAgents());
        await using var open = await browser.OpenAsync(host.Address, width);
        var page = open.Page;
        await page.GotoAsync("/ui/agents");
        await Expect(page.Locator("tr[data-agent]").First).ToContainTextAsync("host-07777");
        (await page.Locator("tr[data-agent]").CountAsync()).ShouldBeLessThan(AFew);
        await AllAsHighAsync(page);

        await page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");

        await Expect(page.Locator("tr[data-agent]").Last).ToContainTextAsync("host-09999");
        (await page.Locator("tr[data-agent]").CountAsync()).ShouldBeLessThan(AFew);
        await AllAsHighAsync(page);
        (await PageChecks.TooWideAsync(page)).ShouldBeEmpty();
        await page.GetByRole(AriaRole.Searchbox).FillAsync("host-0500");
        await Expect(page.Locator("tr[data-agent]")).ToHaveCountAsync(10);
        open.Complaints.ShouldBeEmpty();
    }

    /// <summary>What the rows in the window are counted by.</summary>
    private static async Task AllAsHighAsync(IPage page) => (await page.EvaluateAsync<int[]>(
        "[...new Set([...document.querySelectorAll('tr[data-cluster], tr[data-agent]')].map(r => Math.round(r.getBoundingClientRect().height)))]")).ShouldHaveSingleItem();

    private static ILocator Rows(IPage page) => page.Locator("tr[data-cluster]");

    private static ILocator Row(IPage page, string name) => page.Locator($"tr[data-cluster='{name}']");
}
