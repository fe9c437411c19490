using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Actions;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

/// <summary>What is each dialog's own: its choices, and what it says before and after.</summary>
public sealed class ChangeDialogTests : ComponentContext
{
    private static string[] Options(IRenderedComponent<MudBlazor.MudDialogProvider> dialogs) =>
        [.. dialogs.FindAll("#switchover-to option").Select(o => o.TextContent)];

    [Fact]
    public async Task SwitchoverDialog_Slaves_AreOfferedWithTheirLagOfNow()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<SwitchoverDialog>(Orders));
        Options(dialogs).ShouldBe(["The best prepared slave", "Node 2, lag 0 s", "Node 3, lag 0.4 s"]);
        LetQuietPass();

        Feed.Put(Orders with { Nodes = [Views.Master(), Views.Slave(2, 7), Views.Slave(3, state: NodeState.Down)] });

        dialogs.WaitForAssertion(() => Options(dialogs).ShouldBe(["The best prepared slave", "Node 2, lag 7 s"]));
    }

    [Fact]
    public async Task SwitchoverDialog_ChosenSlaveStops_StaysChosenAndIsAskedFor()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<SwitchoverDialog>(Orders));
        dialogs.Find("#switchover-to").Change("3");
        dialogs.Find("#switchover-password").Input("pw");
        LetQuietPass();
        Feed.Put(Orders with { Nodes = [Views.Master(), Views.Slave(2), Views.Slave(3, state: NodeState.Down)] });
        dialogs.WaitForAssertion(() => Options(dialogs)[^1].ShouldBe("Node 3, does not serve now"));
        Service.Refusal = new RequestException(409, "to", "Node 3 does not follow the master now.");

        Button(dialogs, "Switch over").Click();

        Service.OnlyRequest().ShouldBe(new SwitchoverRequest { Name = "orders", Password = "pw", To = 3 });
        dialogs.Find("#switchover-to-note").TextContent.ShouldBe("Node 3 does not follow the master now.");
        dialogs.Find("#switchover-to").Change("");
        dialogs.Find("#switchover-to-note").TextContent.ShouldContain("least lag");
    }

    [Fact]
    public async Task RestartDialog_Slaves_SaysInWhichOrder()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<RestartDialog>(Orders));

        dialogs.Find(".ms-form").TextContent.ShouldContain("One node at a time is away");
        dialogs.Find(".ms-form").TextContent.ShouldContain("First nodes 2, 3, then the master, node 1");
    }

    [Fact]
    public async Task RestartDialog_OneNode_SaysThatNobodyServes()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<RestartDialog>(Views.Cluster("lone", nodes: Views.Master())));

        dialogs.Find(".ms-form").TextContent.ShouldContain("Nobody serves until it has started again");
    }

    [Fact]
    public async Task PasswordDialog_NewOneLeftEmpty_ShowsTheGeneratedOnceAndHoldsOpen()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<PasswordDialog>(Orders));
        dialogs.Find("#password-old").Input("pw");

        Button(dialogs, "Change password").Click();

        Service.OnlyRequest().ShouldBe(new PasswordRequest { Name = "orders", Password = "pw" });
        dialogs.Find("[data-testid=password] code").TextContent.ShouldBe(RecordingService.Generated);
        dialogs.Find("[data-testid=password] [data-copy]").GetAttribute("data-copy").ShouldBe(RecordingService.Generated);
        dialogs.FindAll("#password-old").ShouldBeEmpty();
        dialogs.Find("h2").TextContent.ShouldBe("orders has a new password");
        Button(dialogs, "Close").Click();
        dialogs.WaitForAssertion(() => dialogs.FindAll(".mud-dialog").ShouldBeEmpty());
    }

    [Fact]
    public async Task PasswordDialog_OwnOne_IsNotShown()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<PasswordDialog>(Orders));
        dialogs.Find("#password-old").Input("pw");
        dialogs.Find("#password-new").Input("my own secret");

        Button(dialogs, "Change password").Click();

        dialogs.WaitForAssertion(() => dialogs.FindAll(".mud-dialog").ShouldBeEmpty());
        Service.OnlyRequest().ShouldBe(new PasswordRequest { Name = "orders", Password = "pw", NewPassword = "my own secret" });
    }

    [Fact]
    public async Task PasswordDialog_NewOneNotAllowed_AsksNothingOfTheService()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<PasswordDialog>(Orders));

        dialogs.Find("#password-new").Input("a\tb");
        Button(dialogs, "Change password").Click();
        Button(dialogs, "What would happen?").Click();

        dialogs.Markup.ShouldContain("contains control characters");
        Service.Requests.ShouldBeEmpty();
        Service.DryRuns.ShouldBeEmpty();
    }

    [Fact]
    public async Task ReplaceDialog_MayHoldTheLastWrites_AsksBeforeItGoesOn()
    {
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<ReplaceDialog>(Orders, (nameof(ReplaceDialog.Node), 2u)));
        dialogs.Find(".ms-danger").TextContent.ShouldContain("its data are destroyed");
        dialogs.Find("#replace-password").Input("pw");
        dialogs.FindAll("#replace-accept").ShouldBeEmpty();
        Service.Refusal = new RequestException(409, "accept_data_loss", "Node 2 may be the only one with the last writes.");

        Button(dialogs, "Replace this node").Click();
        dialogs.Find(".ms-form-error").TextContent.ShouldContain("may be the only one");
        Service.Refusal = null;
        dialogs.Find("#replace-accept").Change(true);
        dialogs.FindAll(".ms-form-error").ShouldBeEmpty();
        Button(dialogs, "Replace this node").Click();

        var requests = Service.Requests.Cast<ReplaceRequest>().ToList();
        requests.Select(r => (r.Node, r.AcceptDataLoss)).ShouldBe([(2, false), (2, true)]);
        requests[1].IdempotencyKey.ShouldNotBe(requests[0].IdempotencyKey);
    }

    [Fact]
    public async Task ReplaceDialog_RefusedForAnotherReason_OffersNoWayOn()
    {
        Service.Refusal = new RequestException(409, null, "Node 2 is the master; switch over to another node first.");
        var dialogs = RenderDialogs();
        await ShowAsync(d => d.OpenAsync<ReplaceDialog>(Orders, (nameof(ReplaceDialog.Node), 2u)));
        dialogs.Find("#replace-password").Input("pw");

        Button(dialogs, "Replace this node").Click();

        dialogs.Find(".ms-form-error").TextContent.ShouldContain("is the master");
        dialogs.FindAll("#replace-accept").ShouldBeEmpty();
    }
}
