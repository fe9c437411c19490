using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Actions;

namespace Mysos.Tests.Dashboard;

/// <summary>What was looked at before is done only to the cluster that it was said of.</summary>
public sealed class PreviewedVersionTests : ComponentContext
{
    public static TheoryData<string> Changes => [.. DialogCase.Names.Select(row => row.Data).Where(name => name != "Create")];

    private async Task<(DialogCase Case, IRenderedComponent<MudBlazor.MudDialogProvider> Dialogs)> OpenFilledAsync(string name)
    {
        Feed.Put(Orders with { Version = "v1" });
        var dialog = DialogCase.Of(name);
        var dialogs = RenderDialogs();
        await ShowAsync(d => dialog.Open(d, Orders));
        foreach (var (id, text) in dialog.Fields)
        {
            dialogs.Find("#" + id).Input(text);
        }
        return (dialog, dialogs);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Send_Previewed_IsForTheVersionThatWasThen(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, "What would happen?").Click();
        Feed.Put(Orders with { Version = "v2" });
        Button(dialogs, dialog.Button).Click();

        Service.DryRuns.ShouldHaveSingleItem().ShouldBe(dialog.Request with { IfVersion = "v1" });
        Service.OnlyRequest().ShouldBe(dialog.Request with { IfVersion = "v1" });
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Send_NotPreviewed_IsForAnyVersion(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, dialog.Button).Click();

        Service.OnlyRequest().ShouldBe(dialog.Request);
    }

    [Fact]
    public async Task Send_ChangedAfterThePreview_IsForAnyVersion()
    {
        var (dialog, dialogs) = await OpenFilledAsync("Resize");
        Button(dialogs, "What would happen?").Click();

        dialogs.Find("#resize-nodes").Input("4");
        Button(dialogs, dialog.Button).Click();

        Service.OnlyRequest().ShouldBe((ResizeRequest)dialog.Request with { NumNodes = 4 });
    }

    [Fact]
    public async Task Preview_OfACreation_IsForNoVersion()
    {
        var (dialog, dialogs) = await OpenFilledAsync("Create");

        Button(dialogs, "What would happen?").Click();

        Service.DryRuns.ShouldHaveSingleItem().ShouldBe(dialog.Request);
    }

    [Fact]
    public async Task Send_ClusterHasChanged_SaysSo_AndGoesOnOnceItWasLookedAtAgain()
    {
        var (dialog, dialogs) = await OpenFilledAsync("Restart");
        Button(dialogs, "What would happen?").Click();
        Feed.Put(Orders with { Version = "v2" });
        Service.Refusal = new RequestException(412, "If-Match", "Cluster 'orders' has changed: its version is v2, not v1. Read it again (GET /clusters/orders).");

        Button(dialogs, dialog.Button).Click();

        dialogs.Find(".ms-form-error").TextContent.ShouldBe("The cluster has just changed, and nothing was done. Ask again what would happen.");
        dialogs.FindAll(".ms-steps li").ShouldBeEmpty();
        Service.Refusal = null;
        Button(dialogs, "What would happen?").Click();
        dialogs.FindAll(".ms-form-error").ShouldBeEmpty();
        Button(dialogs, dialog.Button).Click();
        Service.Requests.Select(r => r.IfVersion).ShouldBe(["v1", "v2"]);
    }

    [Fact]
    public async Task Send_ClusterHasChangedAndNobodyLooked_IsNotDoneEither()
    {
        var (dialog, dialogs) = await OpenFilledAsync("Restart");
        Button(dialogs, "What would happen?").Click();
        Service.Refusal = new RequestException(412, "If-Match", "It has changed.");

        Button(dialogs, dialog.Button).Click();
        Button(dialogs, dialog.Button).Click();

        Service.Requests.Select(r => r.IfVersion).ShouldBe(["v1", "v1"]);
    }
}
