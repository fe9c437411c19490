using Bunit;
using Mysos.Core.Clusters;
using Mysos.Core.Elections;
using Mysos.Dashboard.Actions;

namespace Mysos.Tests.Dashboard;

/// <summary>What the dialog for a new cluster knows of the others, and its terms of elections.</summary>
public sealed class CreateDialogTests : ComponentContext
{
    private async Task<IRenderedComponent<MudBlazor.MudDialogProvider>> OpenAsync()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        return dialogs;
    }

    [Fact]
    public async Task Name_ThatIsTaken_IsToldWhileTyping_AndAsksNothingOfTheService()
    {
        var dialogs = await OpenAsync();
        dialogs.Find("#create-user").Input("app");

        dialogs.Find("#create-name").Input("orders");

        dialogs.Markup.ShouldContain("Cluster 'orders' exists already; choose another name.");
        Button(dialogs, "Create").Click();
        Button(dialogs, "What would happen?").Click();
        Service.Requests.ShouldBeEmpty();
        Service.DryRuns.ShouldBeEmpty();
        dialogs.Find("#create-name").Input("orders2");
        dialogs.Markup.ShouldNotContain("exists already");
    }

    // Its creation was done, but the answer with the password has not come: asked again with the same key, it does.
    [Fact]
    public async Task Name_ThatThisDialogHasTaken_CanBeAskedForAgain()
    {
        Service.Refusal = new RequestException(503, null, "The leader does not answer.");
        var dialogs = await OpenAsync();
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("#create-name").Input("fresh");
        Button(dialogs, "Create").Click();
        Feed.Put(Views.Cluster("fresh", ClusterCondition.Creating));
        Service.Refusal = null;

        Button(dialogs, "Create").Click();

        dialogs.Find("[data-testid=password] code").TextContent.ShouldBe(RecordingService.Generated);
        Service.Requests.Select(r => r.IdempotencyKey).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Elections_OfItsOwn_AreAskedFor()
    {
        var dialogs = await OpenAsync();
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("#election-policy").Change("available");
        dialogs.Find("#election-timeout").Input("10s");
        dialogs.Find("#sync-replicas").Input("2");

        Button(dialogs, "Create").Click();

        Service.OnlyRequest().ShouldBe(new CreateRequest
        {
            Name = "fresh", User = "app", ElectionPolicy = ElectionPolicy.Available, ElectionTimeout = TimeSpan.FromSeconds(10), SyncReplicas = 2,
        });
    }

    [Theory]
    [InlineData("#election-timeout", "10", "election_timeout is '10'")]
    [InlineData("#sync-replicas", "10", "sync_replicas is 10")]
    [InlineData("#create-password", "a\tb", "contains control characters")]
    [InlineData("#create-backup", "../x", "The backup_id '../x' is not allowed")]
    public async Task Create_WithSomethingOptionalWrong_OpensThatPart(string id, string text, string wrong)
    {
        var dialogs = await OpenAsync();
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("details.ms-more").HasAttribute("open").ShouldBeFalse();
        dialogs.Find(id).Input(text);

        Button(dialogs, "Create").Click();

        dialogs.Find("details.ms-more").HasAttribute("open").ShouldBeTrue();
        dialogs.Find("details.ms-more").TextContent.ShouldContain(wrong);
        Service.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Created_MasterServes_ShowsEveryWayToConnectAndToDiscover()
    {
        var dialogs = await OpenAsync();
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("#create-password").Input("my own");
        Button(dialogs, "Create").Click();
        LetQuietPass();

        Feed.Put(Views.Cluster("fresh", nodes: [Views.Master("10.9.9.9", 31999)]));

        dialogs.WaitForAssertion(() => dialogs.FindAll(".ms-created [data-copy]").Select(b => b.GetAttribute("data-copy")).ShouldBe(
        [
            "mysql -h 10.9.9.9 -P 31999 -u app -p", "jdbc:mysql://10.9.9.9:31999/?user=app", "Server=10.9.9.9;Port=31999;User ID=app;Password=",
            "zk://10.0.0.2:2181/mysos/discover/fresh", "zk://10.0.0.2:2181/mysos/discover/fresh/master", "zk://10.0.0.2:2181/mysos/discover/fresh/slaves",
        ]));
    }

    // Of the four agents one is unreachable, and one was never offered.
    [Theory]
    [InlineData("4", "The added node takes 4.1 cpu · 16 GiB · 200 GiB, executors included. 2 agents have room for a node by the last offer.", false)]
    [InlineData("5", "The added nodes take 8.2 cpu · 32.1 GiB · 400 GiB, executors included. 2 agents have room for a node by the last offer.", false)]
    [InlineData("6", "The added nodes take 12.3 cpu · 48.1 GiB · 600 GiB, executors included. 2 agents have room for a node by the last offer, fewer than are added.", true)]
    public async Task ResizeDialog_MoreNodes_SaysWhatTheyTakeAndWhereThereIsRoom(string nodes, string text, bool isShort)
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<ResizeDialog>(Orders));
        dialogs.FindAll("[data-testid=takes]").ShouldBeEmpty();

        dialogs.Find("#resize-nodes").Input(nodes);

        var line = dialogs.Find("[data-testid=takes]");
        line.TextContent.Trim().ShouldBe(text);
        line.ClassList.Contains("ms-takes-short").ShouldBe(isShort);
        dialogs.Find("#resize-nodes").Input("2");
        dialogs.FindAll("[data-testid=takes]").ShouldBeEmpty();
        dialogs.Find("#resize-nodes").Input("many");
        dialogs.FindAll("[data-testid=takes]").ShouldBeEmpty();
    }
}
