using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Mysos.Dashboard.Live;

namespace Mysos.Dashboard.Query;

/// <summary>What the reader of a page asked to see, as it stands in the page's address.</summary>
public interface IPageQuery<TSelf>
    where TSelf : IPageQuery<TSelf>
{
    /// <summary>From <c>?</c> on, without what is the default; empty for the default.</summary>
    string ToQueryString();

    /// <summary>Reads what <see cref="ToQueryString"/> writes. What it does not know is left out: an address is often typed.</summary>
    static abstract TSelf Parse(string queryString);
}

/// <summary>A live page whose query lives in its address, so it survives a reload and can be sent on.</summary>
public abstract class QueryPage<TQuery> : LiveComponent
    where TQuery : IPageQuery<TQuery>
{
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal);
    private int _moves;

    [Inject] protected NavigationManager Navigation { get; set; } = null!;

    protected TQuery Query { get; private set; } = default!;

    /// <summary>Where the page is, from the dashboard's base on.</summary>
    protected abstract string Path { get; }

    protected override void OnInitialized()
    {
        Query = QueryOf(Navigation.Uri);
        Navigation.LocationChanged += OnLocationChanged;
        base.OnInitialized();
    }

    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    /// <summary>Called after <see cref="Query"/> was replaced, before it is rendered.</summary>
    protected abstract void OnQuery();

    protected void Show(TQuery query)
    {
        Query = query;
        OnQuery();
        // Replaced, not added: the way back leads to the page before, not through every letter of a search.
        var move = (++_moves).ToString(CultureInfo.InvariantCulture);
        _pending.Add(move);
        Navigation.NavigateTo(
            Navigation.BaseUri + Path + query.ToQueryString(),
            new NavigationOptions { ReplaceHistoryEntry = true, HistoryEntryState = move });
    }

    // Back, forward, or a link to this page. The page's own moves come back here too, through the browser, and while
    // someone types they lag behind what is on the screen: those are known by their mark.
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        var own = e.HistoryEntryState is { } move && _pending.Remove(move);
        if (own || Navigation.ToBaseRelativePath(e.Location).Split('?', '#')[0] != Path)
        {
            return;
        }
        _ = InvokeAsync(() =>
        {
            Query = QueryOf(e.Location);
            OnQuery();
            StateHasChanged();
        });
    }

    private static TQuery QueryOf(string uri) => TQuery.Parse(new Uri(uri).Query);
}
