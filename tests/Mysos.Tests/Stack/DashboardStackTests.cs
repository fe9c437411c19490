using Microsoft.Playwright;
using Mysos.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Stack;

/// <summary>The dashboard in a browser, with everything behind it real: a cluster from its creation to its end.</summary>
public abstract class DashboardStackTests(StackFixture stack, BrowserFixture browser)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack, BrowserFixture browser) : DashboardStackTests(stack, browser);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack, BrowserFixture browser) : DashboardStackTests(stack, browser);

    [Fact]
    public async Task Cluster_FromCreationToDeletion_IsShownLive()
    {
        var name = StackClient.UniqueName();
        await using var opened = await browser.OpenAsync(stack.Client.Api);
        var page = opened.Page;
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create cluster" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        // A dialog puts the focus into its first field; whoever types before that may find it elsewhere.
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("User").FillAsync("app");
        await dialog.GetByLabel("Nodes").FillAsync("3");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        var password = await dialog.GetByTestId("password").InnerTextAsync();
        password.Length.ShouldBe(21);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Open cluster" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(name);
        await Expect(new ClusterPageDriver(page).Event("All 3 nodes serve.")).ToBeVisibleAsync();
        var cluster = await stack.Client.HealthyAsync(name, 3);
        (await StackClient.SqlAsync(StackClient.MasterOf(cluster), password, "SELECT 1", "app")).ShouldBe(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Back up" }).ClickAsync();
        await Expect(dialog.GetByLabel("Cluster password")).ToBeFocusedAsync();
        await dialog.GetByLabel("Cluster password").FillAsync(password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText($"Backup {name}:").First).ToBeVisibleAsync();
        await Expect(page.GetByText("done").First).ToBeVisibleAsync();
        await opened.PictureAsync("cluster");

        await page.GetByRole(AriaRole.Button, new() { Name = "Resize" }).ClickAsync();
        await Expect(dialog.GetByLabel("Nodes")).ToBeFocusedAsync();
        await dialog.GetByLabel("Nodes").FillAsync("2");
        await dialog.GetByLabel("Cluster password").FillAsync(password);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("From 3 to 2 nodes.")).ToBeVisibleAsync();
        await stack.Client.HealthyAsync(name, 2);
        await page.GotoAsync("/");
        await Expect(page.GetByText(name).First).ToBeVisibleAsync();
        await opened.PictureAsync("fleet");

        await page.GotoAsync($"/ui/clusters/{name}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(dialog.GetByLabel($"Type {name} to confirm")).ToBeFocusedAsync();
        await dialog.GetByLabel($"Type {name} to confirm").FillAsync(name);
        await dialog.GetByLabel("Cluster password").FillAsync(password);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete this cluster" }).ClickAsync();
        await Expect(page.GetByText("This cluster has been deleted")).ToBeVisibleAsync();
        await stack.Client.GoneAsync(name);
        opened.Complaints.ShouldBeEmpty();
    }
}
