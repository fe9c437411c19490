using Bunit;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;

namespace Mysos.Tests.Dashboard;

/// <summary>From a backup to the dialog that creates a cluster with its data.</summary>
public sealed class BackupsTableTests : ComponentContext
{
    private IRenderedComponent<BackupsTable> Table() => Render<BackupsTable>(p => p.Add(x => x.Cluster, Views.Detailed()).Add(x => x.Now, Views.Now));

    [Fact]
    public void Restore_IsThereForWhatIsDone()
    {
        var rows = Table().FindAll("tbody tr");

        rows.Select(r => (r.QuerySelector(".ms-chip")!.TextContent.Trim(), r.QuerySelectorAll("button:not(.ms-copy)").Length))
            .ShouldBe([("Running", 0), ("Failed", 0), ("Done", 1)]);
    }

    [Fact]
    public async Task Restore_OpensTheCreateDialog_WithTheBackupAndTheSizeOfItsCluster()
    {
        var dialogs = RenderDialogs();
        await Table().Find("button:not(.ms-copy)").ClickAsync(new());

        dialogs.WaitForElement("#create-backup").GetAttribute("value").ShouldBe("billing/20260312-0200");
        dialogs.Find("details.ms-more").HasAttribute("open").ShouldBeTrue();
        new[] { "#create-nodes", "#create-cpus", "#create-mem", "#create-disk", "#create-name", "#create-user" }
            .Select(id => dialogs.Find(id).GetAttribute("value") ?? "").ShouldBe(["3", "4.0", "16gb", "100gb", "", ""]);
        dialogs.Find("#create-name").Input("copy");
        dialogs.Find("#create-user").Input("app");
        Button(dialogs, "Create").Click();

        Service.OnlyRequest().ShouldBe(new CreateRequest
        {
            Name = "copy", User = "app", NumNodes = 3, Size = new(4, 16384, 102400), BackupId = "billing/20260312-0200",
        });
    }

    [Fact]
    public async Task Restore_OfAViewer_IsOffAndSaysWhy()
    {
        User.Become(Role.Viewer);
        var dialogs = RenderDialogs();
        var button = Table().Find("button:not(.ms-copy)");

        await button.ClickAsync(new());

        button.GetAttribute("title").ShouldBe("It needs the role operator or admin; yours is viewer.");
        dialogs.FindAll("[role=dialog]").ShouldBeEmpty();
    }
}
