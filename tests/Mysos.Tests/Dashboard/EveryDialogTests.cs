using Bunit;
using MudBlazor;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Actions;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

/// <summary>A dialog with a request: how it is opened, what is typed into it, and what it then asks for.</summary>
internal sealed record DialogCase(
    string Button, Func<IDialogService, ClusterView, Task> Open, (string Id, string Text)[] Fields, ClusterRequest Request)
{
    private const string Name = "orders";
    private const string Password = "pw";

    public static DialogCase Of(string name) => s_all.Single(c => c.Request.GetType().Name == name + "Request");

    /// <summary>The names of all, for a theory.</summary>
    public static TheoryData<string> Names => [.. s_all.Select(c => c.Request.GetType().Name[..^"Request".Length])];

    private static readonly DialogCase[] s_all =
    [
        new("Create", (d, _) => CreateClusterDialog.ShowAsync(d),
            [("create-name", "fresh"), ("create-user", "app"), ("create-password", Password)],
            new CreateRequest { Name = "fresh", User = "app", Password = Password }),
        new("Resize", (d, c) => d.OpenAsync<ResizeDialog>(c), [("resize-nodes", "5"), ("resize-password", Password)],
            new ResizeRequest { Name = Name, Password = Password, NumNodes = 5 }),
        new("Back up", (d, c) => d.OpenAsync<BackupDialog>(c), [("backup-password", Password)],
            new BackupRequest { Name = Name, Password = Password }),
        new("Delete this cluster", (d, c) => d.OpenAsync<DeleteDialog>(c), [("delete-name", Name), ("delete-password", Password)],
            new DeleteRequest { Name = Name, Password = Password }),
        new("Switch over", (d, c) => d.OpenAsync<SwitchoverDialog>(c), [("switchover-password", Password)],
            new SwitchoverRequest { Name = Name, Password = Password }),
        new("Restart", (d, c) => d.OpenAsync<RestartDialog>(c), [("restart-password", Password)],
            new RestartRequest { Name = Name, Password = Password }),
        new("Change password", (d, c) => d.OpenAsync<PasswordDialog>(c), [("password-new", "new one"), ("password-old", Password)],
            new PasswordRequest { Name = Name, Password = Password, NewPassword = "new one" }),
        new("Change", (d, c) => d.OpenAsync<ElectionDialog>(c), [("election-timeout", "10s"), ("election-password", Password)],
            new ElectionRequest { Name = Name, Password = Password, Policy = new(null), Timeout = new(TimeSpan.FromSeconds(10)), SyncReplicas = new(null) }),
        new("Change", (d, c) => d.OpenAsync<PromotionDialog>(c, (nameof(PromotionDialog.Node), 2u), (nameof(PromotionDialog.Word), "never")),
            [("promotion-password", Password)],
            new PromotionRequest { Name = Name, Password = Password, Node = 2, Promotion = Promotion.Never }),
        new("Change", (d, c) => d.OpenAsync<DelayDialog>(c, (nameof(DelayDialog.Node), 2u)),
            [("delay-text", "1h30m"), ("delay-password", Password)],
            new DelayRequest { Name = Name, Password = Password, Node = 2, Delay = TimeSpan.FromMinutes(90) }),
        new("Pause", (d, c) => d.OpenAsync<PauseDialog>(c), [("pause-password", Password)], new PauseRequest { Name = Name, Password = Password }),
        new("Resume", (d, c) => d.OpenAsync<ResumeDialog>(c), [("resume-password", Password)], new ResumeRequest { Name = Name, Password = Password }),
        new("Replace this node", (d, c) => d.OpenAsync<ReplaceDialog>(c, (nameof(ReplaceDialog.Node), 2u)), [("replace-password", Password)],
            new ReplaceRequest { Name = Name, Password = Password, Node = 2 }),
    ];
}

/// <summary>What all dialogs have: a dry run, a key for each content, and the reason of a refusal at its field.</summary>
public sealed class EveryDialogTests : ComponentContext
{
    public static TheoryData<string> Names => DialogCase.Names;

    private async Task<(DialogCase Case, IRenderedComponent<MudDialogProvider> Dialogs)> OpenFilledAsync(string name)
    {
        var dialog = DialogCase.Of(name);
        var dialogs = RenderDialogs();
        await ShowAsync(d => dialog.Open(d, Orders));
        foreach (var (id, text) in dialog.Fields)
        {
            dialogs.Find("#" + id).Input(text);
        }
        return (dialog, dialogs);
    }

    private static string[] Steps(IRenderedComponent<MudDialogProvider> dialogs) =>
        [.. dialogs.FindAll(".ms-steps[role=status] li").Select(li => li.TextContent)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_Filled_AsksForItWithAKey(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, dialog.Button).Click();

        Service.OnlyRequest().ShouldBe(dialog.Request);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Preview_Filled_ShowsTheStepsAndChangesNothing(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, "What would happen?").Click();

        Steps(dialogs).ShouldBe(["First this is done.", "Then that."]);
        Service.DryRuns.ShouldHaveSingleItem().ShouldBe(dialog.Request);
        Service.Requests.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Preview_WithoutTheClustersPassword_IsNoGuess(string name)
    {
        var dialog = DialogCase.Of(name);
        if (dialog.Request is CreateRequest)
            return;
        var dialogs = RenderDialogs();
        await ShowAsync(d => dialog.Open(d, Orders));

        Button(dialogs, "What would happen?").Click();

        dialogs.Markup.ShouldContain("The cluster's password is needed: it was shown when");
        Service.DryRuns.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Preview_FieldChanged_TakesTheStepsAway(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);
        Button(dialogs, "What would happen?").Click();

        dialogs.Find("#" + dialog.Fields[0].Id).Input("7");

        Steps(dialogs).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Preview_FieldChangedMeanwhile_ShowsNoSteps(string name)
    {
        var (dialog, dialogs) = await OpenFilledAsync(name);
        var answered = new TaskCompletionSource();
        Service.Hold = answered.Task;
        Button(dialogs, "What would happen?").Click();
        Button(dialogs, "What would happen?").GetAttribute("aria-disabled").ShouldBe("true");

        dialogs.Find("#" + dialog.Fields[0].Id).Input("7");
        answered.SetResult();

        dialogs.WaitForAssertion(() => Button(dialogs, "What would happen?").HasAttribute("aria-disabled").ShouldBeFalse());
        Steps(dialogs).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Preview_Refused_SaysSoWhereTheRequestWould(string name)
    {
        Service.Refusal = new RequestException(403, "password", "This is not the cluster's password.");
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, "What would happen?").Click();
        var shown = dialogs.FindAll(".mud-input-error").Count;
        Button(dialogs, dialog.Button).Click();

        dialogs.Markup.ShouldContain("This is not the cluster's password.");
        shown.ShouldBeGreaterThan(0);
        dialogs.FindAll(".mud-input-error").Count.ShouldBe(shown);
        dialogs.FindAll(".ms-form-error").ShouldBeEmpty();
        Steps(dialogs).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Send_Again_HasAnotherKeyOnlyForAnotherContent(string name)
    {
        Service.Refusal = new RequestException(503, null, "Not now.");
        var (dialog, dialogs) = await OpenFilledAsync(name);

        Button(dialogs, dialog.Button).Click();
        Button(dialogs, "What would happen?").Click();
        Button(dialogs, dialog.Button).Click();
        dialogs.Find("#" + dialog.Fields[^1].Id).Input("other");
        Button(dialogs, dialog.Button).Click();

        var keys = Service.Requests.Select(r => r.IdempotencyKey).ToList();
        keys.Count.ShouldBe(3);
        keys[0].ShouldNotBeNullOrEmpty();
        keys[1].ShouldBe(keys[0]);
        keys[2].ShouldNotBe(keys[0]);
    }
}
