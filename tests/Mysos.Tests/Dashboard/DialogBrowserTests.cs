using Microsoft.Playwright;
using Mysos.Core.Clusters;
using Mysos.Tests.Browser;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Dashboard;

/// <summary>Menus, dialogs and fields in Chromium: keyboard, focus, and a slow connection.</summary>
public sealed class DialogBrowserTests(BrowserFixture browser)
{
    /// <summary>What a page notes of itself: texts that were set into a field in which there was another, and where the focus
    /// was when a dialog had just appeared.</summary>
    private const string Notes =
        """
        window.overwritten = [];
        const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
        Object.defineProperty(HTMLInputElement.prototype, "value", { ...value, set(text) {
          if (this.isConnected && document.activeElement === this && text !== value.get.call(this)) {
            overwritten.push(`${this.id}: ${value.get.call(this)} -> ${text}`);
          }
          value.set.call(this, text);
        } });
        addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
          if (document.querySelector("[role=dialog] input")) {
            window.focusedAtFirst ??= document.activeElement.id;
          }
        }).observe(document, { childList: true, subtree: true }));
        """;

    private static ILocator ButtonOf(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Item(IPage page, string name) => page.GetByRole(AriaRole.Menuitem, new() { Name = name, Exact = true });

    [Fact]
    public async Task MoreMenu_ByKeyboardAlone_LeadsThroughADialogAndBack()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/clusters/orders");
        var more = ButtonOf(page, "More");
        await more.FocusAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(Item(page, "Switch over")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await Expect(Item(page, "Change password")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(Item(page, "Restart nodes")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(more).ToBeFocusedAsync();
        await Expect(Item(page, "Restart nodes")).ToBeHiddenAsync();

        await page.Keyboard.PressAsync("Enter");
        await Expect(Item(page, "Switch over")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("New master")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("pw");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByRole(AriaRole.Status)).ToContainTextAsync("First this is done.");
        await Expect(ButtonOf(page, "What would happen?")).ToBeFocusedAsync();
        host.Service.DryRuns.ShouldHaveSingleItem().ShouldBe(new SwitchoverRequest { Name = "orders", Password = "pw" });
        host.Service.Requests.ShouldBeEmpty();

        // A refusal takes nobody's place: the field with the reason still has the focus.
        host.Service.Refusal = new RequestException(403, "password", "This is not the cluster's password.");
        await dialog.GetByLabel("Cluster password").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog).ToContainTextAsync("This is not the cluster's password.");
        await Expect(dialog.GetByLabel("Cluster password")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(more).ToBeFocusedAsync();
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task NodeMenu_OfTheMaster_SaysWhyNothingCanBeChosen()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.GotoAsync("/ui/clusters/orders");

        await page.GetByLabel("Actions for node 1").ClickAsync();
        await Expect(Item(page, "Replace this node")).ToBeDisabledAsync();
        await Expect(Item(page, "Replace this node")).ToHaveAccessibleDescriptionAsync("It is the master; switch over to another node first.");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByLabel("Actions for node 2").ClickAsync();
        await Item(page, "Make it the master").ClickAsync();

        await Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("New master")).ToHaveValueAsync("2");
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateDialog_TypedFastOnASlowConnection_KeepsEveryKeystroke()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.AddInitScriptAsync(Notes);
        var circuit = await SlowCircuit.OnAsync(page);
        await page.GotoAsync("/");
        await ButtonOf(page, "Create cluster").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();

        circuit.Hold();
        await page.Keyboard.TypeAsync("Fresh-One");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("app");
        circuit.Release();
        await Expect(dialog).ToContainTextAsync("'Fresh-One' is not allowed");
        await Expect(dialog.GetByLabel("User")).ToBeFocusedAsync();
        await Expect(dialog.GetByLabel("User")).ToHaveValueAsync("app");
        circuit.Hold();
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.TypeAsync("fresh-one");
        await page.Keyboard.PressAsync("Enter");
        circuit.Release();

        await Expect(dialog.GetByTestId("password")).ToHaveTextAsync(RecordingService.Generated);
        await Expect(dialog.GetByLabel("Copy the password")).ToBeFocusedAsync();
        host.Service.OnlyRequest().ShouldBe(new CreateRequest { Name = "fresh-one", User = "app" });
        (await page.EvaluateAsync<string>("focusedAtFirst")).ShouldBe("create-name");
        (await page.EvaluateAsync<string[]>("overwritten")).ShouldBeEmpty();
        open.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_TypedFastOnASlowConnection_KeepsEveryKeystroke()
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(40));
        await using var open = await browser.OpenAsync(host.Address);
        var page = open.Page;
        await page.AddInitScriptAsync(Notes);
        var circuit = await SlowCircuit.OnAsync(page);
        await page.GotoAsync("/");
        var search = page.GetByRole(AriaRole.Searchbox);
        await search.FocusAsync();

        circuit.Hold();
        await page.Keyboard.TypeAsync("team-3");
        circuit.Release();

        await Expect(page.Locator("tr[data-cluster]")).ToHaveCountAsync(10);
        await Expect(search).ToHaveValueAsync("team-3");
        (await page.EvaluateAsync<string[]>("overwritten")).ShouldBeEmpty();
        open.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("light", 1440, 900)]
    [InlineData("dark", 1440, 900)]
    [InlineData("phone", 390, 844)]
    [InlineData("tablet", 900, 1000)]
    public async Task EveryMenuAndDialog_InEveryShape_FitsTheWindow(string shape, int width, int height)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        host.Feed.Put(Views.Paused());
        await using var open = await browser.OpenAsync(host.Address, width, height, shape == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        var page = open.Page;
        var dialog = page.GetByRole(AriaRole.Dialog);

        foreach (var (cluster, menu, item) in ClusterActions.All)
        {
            if (!page.Url.EndsWith($"/{cluster}", StringComparison.Ordinal))
            {
                await page.GotoAsync($"/ui/clusters/{cluster}");
                await Expect(page.GetByLabel("Actions for node")).ToHaveCountAsync(3);
                (await page.EvaluateAsync<int>("Math.max(...[...document.querySelectorAll('.ms-cell-menu button')].map(b => b.getBoundingClientRect().right))"))
                    .ShouldBeLessThanOrEqualTo(width);
            }
            if (menu.Length > 0)
            {
                await ButtonOf(page, menu).ClickAsync();
                await Expect(Item(page, item)).ToBeVisibleAsync();
                await open.PictureAsync($"menu-{menu[..4].ToLowerInvariant()}-{shape}", fullPage: false);
                (await OutsideAsync(page, ".ms-menu:popover-open, .ms-menu:popover-open *")).ShouldBeEmpty(menu);
            }
            await (menu.Length > 0 ? Item(page, item) : ButtonOf(page, item)).ClickAsync();
            await dialog.GetByLabel("Cluster password").FillAsync("pw");
            if (item == "Replace this node")
            {
                host.Service.Refusal = new RequestException(409, "accept_data_loss",
                    "A master is being elected, and node 3 may be the only one with the last writes that were acknowledged. Wait for it; or send accept_data_loss=true to go on without them.");
                await ButtonOf(page, "Replace this node").ClickAsync();
                await Expect(dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
                await open.PictureAsync($"dialog-replace-refused-{shape}", fullPage: false);
                host.Service.Refusal = null;
                await dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
            }
            await ButtonOf(page, "What would happen?").ClickAsync();
            await Expect(dialog.GetByRole(AriaRole.Status)).ToContainTextAsync("Then that.");
            await open.PictureAsync($"dialog-{item.Replace(' ', '-').ToLowerInvariant()}-{shape}", fullPage: false);
            (await OutsideAsync(page, "[role=dialog] :not(.mud-ripple-effect)")).ShouldBeEmpty(item);
            await page.Keyboard.PressAsync("Escape");
            await Expect(dialog).ToHaveCountAsync(0);
        }
        open.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("light", 1440, 900)]
    [InlineData("dark", 1440, 900)]
    [InlineData("phone", 390, 844)]
    [InlineData("tablet", 900, 1000)]
    public async Task CreateDialog_InEveryShape_FitsTheWindow(string shape, int width, int height)
    {
        await using var host = await DashboardHost.StartAsync(Views.Fleet(0));
        await using var open = await browser.OpenAsync(host.Address, width, height, shape == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        var page = open.Page;
        await page.GotoAsync("/");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await ButtonOf(page, "Create cluster").ClickAsync();
        await dialog.GetByLabel("Name").FillAsync("fresh");
        await dialog.GetByLabel("User").FillAsync("app");
        await Expect(dialog.GetByTestId("takes")).ToBeVisibleAsync();
        await open.PictureAsync($"dialog-create-{shape}", fullPage: false);
        (await OutsideAsync(page, "[role=dialog] :not(.mud-ripple-effect)")).ShouldBeEmpty();

        await dialog.GetByText("Password, backup and elections").ClickAsync();
        await Expect(dialog.GetByLabel("Slaves that acknowledge each write")).ToBeVisibleAsync();
        await ButtonOf(page, "What would happen?").ClickAsync();
        await Expect(dialog).ToContainTextAsync("Then that.");
        await Expect(dialog.GetByText("Then that.")).ToBeInViewportAsync();
        await open.PictureAsync($"dialog-create-more-{shape}", fullPage: false);
        // What is in it may be scrolled, but not to the side.
        (await OutsideAsync(page, "[role=dialog], [role=dialog] button")).ShouldBeEmpty();
        (await BesideAsync(page)).ShouldBeEmpty();
        open.Complaints.ShouldBeEmpty();
    }

    /// <summary>The visible elements of a dialog that reach beyond its sides.</summary>
    private static Task<string[]> BesideAsync(IPage page) => page.EvaluateAsync<string[]>(
        """
        () => {
          const dialog = document.querySelector("[role=dialog]"), { left, right } = dialog.getBoundingClientRect();
          return [...dialog.querySelectorAll(":not(.mud-ripple-effect)")]
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, r]) => r.width > 0 && e.checkVisibility() && (r.left < left || r.right > right))
            .map(([e, r]) => `${e.tagName}.${e.className}: ${Math.round(r.left)} ${Math.round(r.right)}`);
        }
        """);

    /// <summary>The visible elements that a selector finds outside of the window.</summary>
    private static Task<string[]> OutsideAsync(IPage page, string selector) => page.EvaluateAsync<string[]>(
        """
        selector => [...document.querySelectorAll(selector)]
          .map(e => [e, e.getBoundingClientRect()])
          .filter(([e, r]) => r.width > 0 && e.checkVisibility() && (r.left < 0 || r.right > innerWidth || r.top < 0 || r.bottom > innerHeight))
          .map(([e, r]) => `${e.tagName}.${e.className}: ${Math.round(r.left)} ${Math.round(r.top)} ${Math.round(r.right)} ${Math.round(r.bottom)}`)
        """, selector);
}
