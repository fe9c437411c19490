using Microsoft.AspNetCore.Components;
using MudBlazor;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Actions;

namespace Mysos.Dashboard.Fleet;

/// <summary>All clusters, and what Mysos stands on.</summary>
public sealed partial class FleetPage
{
    private FleetList _list = null!;

    [Inject] private FleetSnapshots Snapshots { get; set; } = null!;
    [Inject] private IDialogService Dialogs { get; set; } = null!;
    [Inject] private IDashboardUser User { get; set; } = null!;

    protected override string Path => "";

    private string? WhyNotCreated => User.WhyNot(Role.Operator);

    protected override void OnFrame() => _list = Snapshots.Of(Frame.View, Frame.Now).Show(Query);

    protected override void OnQuery() => OnFrame();

    private Task OpenCreate() => CreateClusterDialog.ShowAsync(Dialogs);
}
