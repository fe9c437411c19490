using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Mysos.Core.Access;
using Mysos.Dashboard.Access;

namespace Mysos.Dashboard.Layout;

/// <summary>
/// What surrounds every page. The browser owns the choice of colours; this only follows it. Whose login has ended is shown
/// nothing, and led to the login page.
/// </summary>
public sealed partial class MainLayout
{
    private static readonly string s_version =
        typeof(MainLayout).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split('+')[0] ?? "";

    private DotNetObjectReference<MainLayout>? _self;
    private ErrorBoundary? _boundary;
    private bool _dark;
    private bool _ready;
    private IDisposable? _user;

    [Inject] private NavigationManager Navigation { get; set; } = null!;
    [Inject] private IDashboardUser User { get; set; } = null!;

    // A plain #content would be resolved against <base>, and so leave the page.
    private string SkipTarget => Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0] + "#content";

    /// <summary>The browser tells that its colours have changed: in another tab, or in the system's settings.</summary>
    [JSInvokable]
    public Task ThemeChanged(bool dark) => InvokeAsync(() =>
    {
        _dark = dark;
        StateHasChanged();
    });

    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }
        _self = DotNetObjectReference.Create(this);
        _dark = await Js.InvokeAsync<bool>("mysos.watchTheme", _self);
        _ready = true;
        _user = User.Changes.Subscribe(actor => _ = InvokeAsync(() => Show(actor)));
        StateHasChanged();
    }

    private void Show(Actor? actor)
    {
        StateHasChanged();
        if (actor is null)
        {
            var back = "/" + Navigation.ToBaseRelativePath(Navigation.Uri);
            Navigation.NavigateTo($"login?return={Uri.EscapeDataString(back)}", forceLoad: true);
        }
    }

    private async Task Toggle() => _dark = await Js.InvokeAsync<bool>("mysos.setTheme", !_dark);

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_self is null)
        {
            return;
        }
        try
        {
            await Js.InvokeVoidAsync("mysos.unwatchTheme");
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and its listener with it.
        }
        _self.Dispose();
    }
}
