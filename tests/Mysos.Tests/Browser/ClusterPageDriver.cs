using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Browser;

/// <summary>What somebody does on a cluster's page.</summary>
internal sealed class ClusterPageDriver(IPage page)
{
    public IPage Page => page;
    public ILocator Dialog => page.GetByRole(AriaRole.Dialog);

    public async Task GotoAsync(string name)
    {
        await page.GotoAsync($"/ui/clusters/{name}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
    }

    public ILocator Node(int id) => page.Locator($"tr[data-node='{id}']");

    public ILocator Master(int id) => page.Locator($"tr.ms-master[data-node='{id}']");

    /// <summary>The newest line of the timeline that has this in it.</summary>
    public ILocator Event(string text) => page.Locator(".ms-events").GetByText(text).First;

    public ILocator Tile(string title) =>
        page.Locator(".ms-tile").Filter(new() { Has = page.GetByText(title, new() { Exact = true }) }).Locator("strong");

    /// <summary>Opens a dialog, by a button or by an item of a menu, reads what would happen, and does it.</summary>
    /// <param name="menu">The menu's button; empty: <paramref name="item"/> is a button.</param>
    /// <param name="said">What the steps are to speak of.</param>
    /// <param name="meanwhile">Changes the cluster after that was read; so it is refused, and read again.</param>
    public async Task ActAsync(
        string menu, string item, string verb, string password, string said, Func<ILocator, Task>? fill = null, Func<Task>? meanwhile = null)
    {
        if (menu.Length > 0)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = menu, Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
        }
        else
        {
            await page.GetByRole(AriaRole.Button, new() { Name = item, Exact = true }).ClickAsync();
        }
        // Its first field takes the focus; whoever types before that may find it elsewhere.
        await Expect(Dialog.Locator("input, select").First).ToBeFocusedAsync();
        // Asked before, it says what is missing.
        await Dialog.GetByRole(AriaRole.Button, new() { Name = "What would happen?" }).ClickAsync();
        await Expect(Dialog).ToContainTextAsync("password is needed");
        await Dialog.GetByLabel("Cluster password").FillAsync(password);
        if (fill is not null)
        {
            await fill(Dialog);
        }
        await PreviewAsync(Dialog, said);
        if (meanwhile is not null)
        {
            await meanwhile();
            await Dialog.GetByRole(AriaRole.Button, new() { Name = verb, Exact = true }).ClickAsync();
            await Expect(Dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("The cluster has just changed");
            await PreviewAsync(Dialog, said);
        }
        await Dialog.GetByRole(AriaRole.Button, new() { Name = verb, Exact = true }).ClickAsync();
        // It goes, or has something to show in its place; a refusal leaves it as it is.
        await Expect(Dialog.GetByLabel("Cluster password")).ToHaveCountAsync(0);
    }

    public static async Task PreviewAsync(ILocator dialog, string said)
    {
        await dialog.GetByRole(AriaRole.Button, new() { Name = "What would happen?" }).ClickAsync();
        var steps = dialog.Locator(".ms-steps li");
        await Expect(steps.First).ToBeVisibleAsync();
        try
        {
            await Expect(dialog.Locator(".ms-steps")).ToContainTextAsync(said);
        }
        catch (PlaywrightException e)
        {
            var filled = await dialog.Locator("input:not([type=password]), select").EvaluateAllAsync<string[]>("fields => fields.map(f => `${f.id} ${f.value}`)");
            throw new PlaywrightException($"{e.Message}\nThe form says {string.Join(", ", filled)}.", e);
        }
    }
}
