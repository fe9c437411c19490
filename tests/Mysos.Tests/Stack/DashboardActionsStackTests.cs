using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Mysos.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Mysos.Tests.Stack;

/// <summary>What a cluster's page can change, in a browser on real servers: what would happen, doing it, and what has come of it.</summary>
public abstract class DashboardActionsStackTests(StackFixture stack, BrowserFixture browser)
{
    [Collection<MariaDbStack>]
    public sealed class OnMariaDb(MariaDbStack stack, BrowserFixture browser) : DashboardActionsStackTests(stack, browser);

    [Collection<MySqlStack>]
    public sealed class OnMySql(MySqlStack stack, BrowserFixture browser) : DashboardActionsStackTests(stack, browser);

    // What takes one node after another takes longer than a page does.
    private static readonly LocatorAssertionsToBeVisibleOptions s_visible = new() { Timeout = 90_000 };
    private static readonly LocatorAssertionsToHaveCountOptions s_count = new() { Timeout = 90_000 };

    private StackClient Client => stack.Client;

    [Fact]
    public async Task EveryAction_PreviewedAndDone_IsShownAndTrueOnTheServers()
    {
        var name = StackClient.UniqueName();
        var (password, _) = await Client.CreateAsync(name, 3);
        var before = await QuietAsync(name);
        await StackClient.SqlAsync(StackClient.MasterOf(before), password, "CREATE DATABASE d; CREATE TABLE d.t (i INT PRIMARY KEY); INSERT INTO d.t VALUES (7)");
        var master = IdOf(StackClient.MasterOf(before));
        var (first, second) = StackClient.SlavesOf(before).Select(IdOf).Order().ToArray() is [var one, var two] ? (one, two) : throw new InvalidOperationException($"{before}");
        await using var opened = await browser.OpenAsync(Client.Api);
        var page = new ClusterPageDriver(opened.Page);
        await page.GotoAsync(name);

        await page.ActAsync("More", "Change elections", "Change", password, "after 45s", async dialog =>
        {
            await dialog.GetByLabel("Election policy").SelectOptionAsync("available");
            await dialog.GetByLabel("Timeout of the policy available").FillAsync("45s");
        });
        await Expect(page.Tile("Elections")).ToHaveTextAsync("Available after 45s");

        await page.ActAsync(Menu(second), "Change its promotion", "Change", password, "is not elected",
            dialog => dialog.GetByLabel("Promotion", new() { Exact = true }).SelectOptionAsync("never"));
        await Expect(page.Node(second)).ToContainTextAsync("never master");

        await page.ActAsync(Menu(second), "Change its delay", "Change", password, "is not elected", dialog => dialog.GetByLabel("Delay").FillAsync("1h"));
        await Expect(page.Node(second)).ToContainTextAsync("applies 1 h late");
        await QuietAsync(name);
        await page.ActAsync(Menu(second), "Change its delay", "Change", password, "applies at once", dialog => dialog.GetByLabel("Delay").FillAsync("0s"));
        await Expect(page.Node(second)).Not.ToContainTextAsync("late");
        await QuietAsync(name);

        await page.ActAsync("More", "Pause", "Pause", password, "No node is launched", meanwhile: () => ChangeTimeoutAsync(name, password, "50s"));
        await Expect(page.Tile("Elections")).ToHaveTextAsync("Available after 50s");
        await Expect(page.Page.GetByText("Paused for")).ToBeVisibleAsync();
        (await Client.GetAsync(name))["paused_since"].ShouldNotBeNull();
        await page.ActAsync("", "Resume", "Resume", password, "put right");
        await Expect(page.Page.GetByText("Paused for")).ToHaveCountAsync(0);
        await QuietAsync(name);

        await page.ActAsync("", "Back up", "Back up", password, "copies its data while it serves");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Restore…" }).WaitForAsync(new() { Timeout = 90_000 });
        await RestoreAsync(opened.Page);
        await page.GotoAsync(name);

        await QuietAsync(name);
        await page.ActAsync(Menu(first), "Make it the master", "Switch over", password, $"Node {first} catches up");
        await Expect(page.Master(first)).ToBeVisibleAsync(s_visible);
        var switched = await QuietAsync(name);
        IdOf(StackClient.MasterOf(switched)).ShouldBe(first);
        await StackClient.SqlAsync(StackClient.MasterOf(switched), password, "INSERT INTO d.t VALUES (8)");

        await page.ActAsync(Menu(master), "Replace this node", "Replace this node", password, $"Node {master} leaves the ServerSet");
        await Expect(page.Node(master)).ToHaveCountAsync(0, s_count);
        var replaced = await QuietAsync(name);
        var another = replaced["nodes"]!.AsArray().Single(n => IdOf(n!) is var id && id != first && id != second)!;
        await Expect(page.Node(IdOf(another)).GetByText("Serving", new() { Exact = true })).ToBeVisibleAsync(s_visible);
        (await StackClient.SqlAsync(another, password, "SELECT SUM(i) FROM d.t")).ShouldBe(15m);

        await page.ActAsync("More", "Change password", "Change password", password, "the API asks for the new password");
        var next = await page.Dialog.GetByTestId("password").InnerTextAsync();
        next.Length.ShouldBe(21);
        await page.Dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Dialog).ToHaveCountAsync(0);
        await Expect(page.Event("Its owner changed the password.")).ToBeVisibleAsync();
        await Eventually.IsAsync(() => LogsInAsync(another, next), TimeSpan.FromSeconds(30), () => "the new password to count on a slave");
        (await LogsInAsync(another, password)).ShouldBeFalse();

        await QuietAsync(name);
        await page.ActAsync("More", "Restart nodes", "Restart", next, "stops and starts again");
        await Expect(page.Event("All nodes were restarted within")).ToBeVisibleAsync(s_visible);
        var restarted = await QuietAsync(name);
        Tasks(restarted).Intersect(Tasks(replaced)).ShouldBeEmpty();
        (await StackClient.SqlAsync(StackClient.MasterOf(restarted), next, "SELECT SUM(i) FROM d.t")).ShouldBe(15m);
        await opened.PictureAsync("actions");
        opened.Complaints.ShouldBeEmpty();
        await Client.DeleteAsync(name, next);
    }

    /// <summary>From the row of the backup to a cluster of one node that has its data.</summary>
    private async Task RestoreAsync(IPage page)
    {
        var copy = StackClient.UniqueName();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await Expect(dialog.GetByLabel("Nodes")).ToHaveValueAsync("3");
        await dialog.GetByLabel("Name").FillAsync(copy);
        await dialog.GetByLabel("User").FillAsync(StackClient.User);
        await dialog.GetByLabel("Nodes").FillAsync("1");
        await ClusterPageDriver.PreviewAsync(dialog, "Each starts with the data of the backup");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        var password = await dialog.GetByTestId("password").InnerTextAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Open cluster" }).ClickAsync();
        await Expect(new ClusterPageDriver(page).Event("Its node serves.")).ToBeVisibleAsync(s_visible);
        var restored = await Client.HealthyAsync(copy, 1);
        (await StackClient.SqlAsync(StackClient.MasterOf(restored), password, "SELECT i FROM d.t")).ShouldBe(7);
        await Client.DeleteAsync(copy, password);
    }

    /// <summary>As somebody else may at the same time; until the page can know of it.</summary>
    private async Task ChangeTimeoutAsync(string name, string password, string timeout)
    {
        var (status, body) = await Client.CurlAsync("-X", "POST", $"{{api}}/clusters/{name}/election", "--form", $"password={password}", "--form", $"election_timeout={timeout}");
        status.ShouldBe(200, $"{body}");
        await Eventually.IsAsync(async () => (await Client.GetAsync(name))["election"]!["timeout"]!.GetValue<string>() == timeout,
            TimeSpan.FromSeconds(20), () => $"the timeout {timeout}");
    }

    /// <summary>Healthy, and nothing is under way that would change it while somebody reads what would happen.</summary>
    private async Task<JsonNode> QuietAsync(string name)
    {
        JsonNode? cluster = null;
        await Eventually.IsAsync(async () =>
        {
            cluster = await Client.GetAsync(name);
            return cluster["state"]!.GetValue<string>() == "healthy" && cluster["operation"] is null && cluster["nodes"]!.AsArray().Count == 3;
        }, TimeSpan.FromSeconds(120), () => $"nothing to be under way in {name}: {cluster}");
        return cluster!;
    }

    private static string Menu(int node) => $"Actions for node {node}";

    private static int IdOf(JsonNode node) => node["server_id"]!.GetValue<int>();

    private static IEnumerable<string> Tasks(JsonNode cluster) => cluster["nodes"]!.AsArray().Select(n => n!["task_id"]!.GetValue<string>());

    private static async Task<bool> LogsInAsync(JsonNode node, string password)
    {
        try
        {
            await using var connection = await StackClient.OpenAsync(node, password);
            return true;
        }
        catch (MySqlConnector.MySqlException e) when (e.ErrorCode == MySqlConnector.MySqlErrorCode.AccessDenied)
        {
            return false;
        }
    }
}
