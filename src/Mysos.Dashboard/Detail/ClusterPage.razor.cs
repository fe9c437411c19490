using Microsoft.AspNetCore.Components;
using MudBlazor;
using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Actions;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Detail;

/// <summary>One cluster. When it goes while someone looks, what it was last stays on the screen and says so.</summary>
public sealed partial class ClusterPage
{
    /// <summary>After which ages, and agents that have changed, are shown anew.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private ClusterView? _cluster;
    private bool _gone;
    private bool _differs;
    private DateTimeOffset _shownAt;

    [Parameter] public string Name { get; set; } = "";

    [Inject] private NavigationManager Navigation { get; set; } = null!;
    [Inject] private IDialogService Dialogs { get; set; } = null!;
    [Inject] private IDashboardUser User { get; set; } = null!;

    /// <summary>Nothing can be asked for any more.</summary>
    private bool Going => _gone || _cluster?.State == ClusterCondition.Deleting;

    /// <summary>Nothing but its deletion can be asked for.</summary>
    private bool Closed => Going || _cluster?.State == ClusterCondition.Failed;

    private string? WhyNotChanged => User.WhyNot(Role.Operator);

    private string? WhyNotMoved => WhyNotChanged ?? NodePresentation.WhyPaused(_cluster!);

    private List<string> Similar => [.. Frame.View.Clusters.Keys
        .Where(k => k.Contains(Name, StringComparison.OrdinalIgnoreCase)
            || Name.Contains(k, StringComparison.OrdinalIgnoreCase))
        .Take(5)];

    protected override void OnParametersSet()
    {
        if (_cluster is not null && _cluster.Name != Name)
        {
            _cluster = null;
        }
        OnFrame();
    }

    protected override void OnFrame()
    {
        var found = Frame.View.Clusters.GetValueOrDefault(Name);
        var (cluster, gone) = (found ?? _cluster, found is null && _cluster is not null);
        _differs = !ReferenceEquals(cluster, _cluster) || gone != _gone || Frame.Now - _shownAt >= Tick;
        (_cluster, _gone, _shownAt) = (cluster, gone, _differs ? Frame.Now : _shownAt);
    }

    /// <summary>Most frames are of other clusters.</summary>
    protected override bool Differs => _differs;

    private Task Ask<TDialog>()
        where TDialog : RequestDialog =>
        _cluster is null ? Task.CompletedTask : Dialogs.OpenAsync<TDialog>(_cluster);
}
