using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Actions;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class DialogTests : ComponentContext
{
    [Fact]
    public async Task CreateDialog_ValidForm_CallsTheServiceAndShowsThePasswordOnce()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("#create-nodes").Input("2");

        Button(dialogs, "Create").Click();

        Service.OnlyRequest().ShouldBe(new CreateRequest { Name = "fresh", User = "app", NumNodes = 2 });
        dialogs.Find("[data-testid=password] code").TextContent.ShouldBe(RecordingService.Generated);
        dialogs.Markup.ShouldContain("mysql -h &lt;master&gt; -P &lt;port&gt; -u app -p");
    }

    [Fact]
    public async Task CreateDialog_MasterStartsToServe_ShowsItsAddress()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        Button(dialogs, "Create").Click();
        LetQuietPass();

        Feed.Put(Views.Cluster("fresh", nodes: [Views.Master("10.9.9.9", 31999)]));

        dialogs.WaitForAssertion(() => dialogs.Markup.ShouldContain("mysql -h 10.9.9.9 -P 31999 -u app -p"));
    }

    [Fact]
    public async Task CreateDialog_OwnPassword_IsNotShown()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");
        dialogs.Find("#create-password").Input("my own secret");

        Button(dialogs, "Create").Click();

        dialogs.Markup.ShouldNotContain("my own secret");
        dialogs.Markup.ShouldContain("the password that you gave");
    }

    [Fact]
    public async Task CreateDialog_WrongWhileTyping_IsToldAtTheField()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);

        dialogs.Find("#create-name").Input("My Cluster");

        dialogs.Markup.ShouldContain("The cluster name &#x27;My Cluster&#x27; is not allowed".Replace("&#x27;", "'", StringComparison.Ordinal));
        dialogs.Find("#create-name").Input("my_cluster");
        dialogs.Markup.ShouldNotContain("is not allowed");
    }

    // Of the four agents one is unreachable, and one was never offered.
    [Theory]
    [InlineData("2", "1", "Takes 2.2 cpu · 1.1 GiB · 4 GiB, executors included. 2 agents have room for a node by the last offer.", false)]
    [InlineData("3", "1", "Takes 3.3 cpu · 1.6 GiB · 6 GiB, executors included. 2 agents have room for a node by the last offer, fewer than there are to be.", true)]
    [InlineData("1", "20", "Takes 20.1 cpu · 544 MiB · 2 GiB, executors included. 1 agent has room for a node by the last offer.", false)]
    [InlineData("1", "24", "Takes 24.1 cpu · 544 MiB · 2 GiB, executors included. No agent's last offer has room for a node: all would wait.", true)]
    public async Task CreateDialog_WhatIsAskedFor_SaysWhatItTakesAndWhereThereIsRoom(string nodes, string cpus, string text, bool isShort)
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);

        dialogs.Find("#create-nodes").Input(nodes);
        dialogs.Find("#create-cpus").Input(cpus);

        var line = dialogs.Find("[data-testid=takes]");
        line.TextContent.Trim().ShouldBe(text);
        line.ClassList.Contains("ms-takes-short").ShouldBe(isShort);
        dialogs.Find("#create-cpus").Input("many");
        dialogs.FindAll("[data-testid=takes]").ShouldBeEmpty();
    }

    [Fact]
    public async Task CreateDialog_EmptyForm_AsksNothingOfTheService()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);

        Button(dialogs, "Create").Click();

        Service.Requests.ShouldBeEmpty();
        dialogs.FindAll(".mud-input-error").Count.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("cluster_name", false)]
    [InlineData(null, true)]
    public async Task CreateDialog_Refused_StaysOpenWithTheReason(string? field, bool general)
    {
        Service.Refusal = new RequestException(409, field, "There is such a cluster already.");
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");

        Button(dialogs, "Create").Click();

        dialogs.Markup.ShouldContain("There is such a cluster already.");
        dialogs.FindAll(".ms-form-error").Any().ShouldBe(general);
        dialogs.Find("#create-name").GetAttribute("value").ShouldBe("fresh");
    }

    [Fact]
    public async Task CreateDialog_ServiceBreaks_SaysSoWithoutDetails()
    {
        Service.Refusal = new InvalidOperationException("secret inside");
        var dialogs = RenderDialogs();
        await ShowAsync(CreateClusterDialog.ShowAsync);
        dialogs.Find("#create-name").Input("fresh");
        dialogs.Find("#create-user").Input("app");

        Button(dialogs, "Create").Click();

        dialogs.Find(".ms-form-error").TextContent.ShouldContain("error of its own");
        dialogs.Markup.ShouldNotContain("secret inside");
    }

    [Fact]
    public async Task DeleteDialog_NameNotTyped_CannotBePressed()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<DeleteDialog>(Orders));
        dialogs.Find("#delete-name").Input("order");
        dialogs.Find("#delete-password").Input("pw");

        Button(dialogs, "Delete this cluster").HasAttribute("disabled").ShouldBeTrue();
        dialogs.Find("#delete-password").KeyDown("Enter");

        Service.Requests.ShouldBeEmpty();
        dialogs.Markup.ShouldContain("type orders");
    }

    [Fact]
    public async Task DeleteDialog_NameTyped_Deletes()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<DeleteDialog>(Orders));
        dialogs.Find("#delete-name").Input("orders");
        dialogs.Find("#delete-password").Input("pw");

        Button(dialogs, "Delete this cluster").Click();

        Service.OnlyRequest().ShouldBe(new DeleteRequest { Name = "orders", Password = "pw" });
        dialogs.WaitForAssertion(() => dialogs.FindAll(".mud-dialog").ShouldBeEmpty());
    }

    [Fact]
    public async Task DeleteDialog_WrongPassword_IsToldAtThePassword()
    {
        Service.Refusal = new RequestException(403, "password", "This is not the cluster's password.");
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<DeleteDialog>(Orders));
        dialogs.Find("#delete-name").Input("orders");
        dialogs.Find("#delete-password").Input("pw");

        Button(dialogs, "Delete this cluster").Click();

        dialogs.Markup.ShouldContain("This is not the cluster's password.");
        dialogs.FindAll(".ms-form-error").ShouldBeEmpty();
    }

    [Fact]
    public async Task ResizeDialog_OtherNumber_SaysWhatItDoesAndAsks()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<ResizeDialog>(Orders));

        dialogs.Find("#resize-nodes").Input("1");
        dialogs.Markup.ShouldContain("2 slaves are removed");
        dialogs.Find("#resize-nodes").Input("5");
        dialogs.Markup.ShouldContain("2 slaves are added");
        dialogs.Find("#resize-password").Input("pw");
        Button(dialogs, "Resize").Click();

        Service.OnlyRequest().ShouldBe(new ResizeRequest { Name = "orders", Password = "pw", NumNodes = 5 });
    }

    [Fact]
    public async Task ResizeDialog_NoNumber_AsksNothingOfTheService()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<ResizeDialog>(Orders));

        dialogs.Find("#resize-nodes").Input("many");
        Button(dialogs, "Resize").Click();

        Service.Requests.ShouldBeEmpty();
        dialogs.Markup.ShouldContain("must be a whole number from 1 to 100");
    }

    [Fact]
    public async Task BackupDialog_NoStore_SaysSo()
    {
        Service.Refusal = new RequestException(400, null, "There is no backup store; start the scheduler with --backup_store_args.");
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<BackupDialog>(Orders));
        dialogs.Find("#backup-password").Input("pw");

        Button(dialogs, "Back up").Click();

        Service.OnlyRequest().ShouldBe(new BackupRequest { Name = "orders", Password = "pw" });
        dialogs.Find(".ms-form-error").TextContent.ShouldContain("--backup_store_args");
    }
}
