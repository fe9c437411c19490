using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using MudBlazor;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Actions;

namespace Mysos.Dashboard.Fleet;

/// <summary>All clusters, and what Mysos stands on.</summary>
public sealed partial class FleetPage
{
    private FleetQuery _query = FleetQuery.Default;
    private FleetList _list = null!;
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);
    private int _moves;

    [Inject] private NavigationManager Navigation { get; set; } = null!;
    [Inject] private IDialogService Dialogs { get; set; } = null!;
    [Inject] private IDashboardUser User { get; set; } = null!;

    private string? WhyNotCreated => User.WhyNot(Role.Operator);

    protected override void OnInitialized()
    {
        _query = QueryOf(Navigation.Uri);
        Navigation.LocationChanged += OnLocationChanged;
        base.OnInitialized();
    }

    protected override void OnFrame() => _list = FleetList.Of(Frame.View.Clusters.Values, _query);

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private void Show(FleetQuery query)
    {
        _query = query;
        OnFrame();
        // Replaced, not added: the way back leads to the page before, not through every letter of a search.
        var move = (++_moves).ToString(CultureInfo.InvariantCulture);
        _pending.Add(move);
        Navigation.NavigateTo(
            Navigation.BaseUri + query.ToQueryString(),
            new NavigationOptions { ReplaceHistoryEntry = true, HistoryEntryState = move });
    }

    private void Search(string? text) => Show(_query.Searching(text ?? ""));

    private Task OpenCreate() => CreateClusterDialog.ShowAsync(Dialogs);

    // Back, forward, or a click on the logo. This page's own moves come back here too, through the browser, and while
    // someone types they lag behind what is on the screen: those are known by their mark.
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        var own = e.HistoryEntryState is { } move && _pending.Remove(move);
        if (own || Navigation.ToBaseRelativePath(e.Location).Split('?', '#')[0].Length > 0)
        {
            return;
        }
        _query = QueryOf(e.Location);
        OnFrame();
        _ = InvokeAsync(StateHasChanged);
    }

    private static FleetQuery QueryOf(string uri) => FleetQuery.Parse(new Uri(uri).Query);
}
