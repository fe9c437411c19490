using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Mysos.Dashboard.Layout;

/// <summary>What surrounds every page. The browser owns the choice of colours; this only follows it.</summary>
public sealed partial class MainLayout
{
    private static readonly string s_version =
        typeof(MainLayout).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            .Split('+')[0] ?? "";

    private DotNetObjectReference<MainLayout>? _self;
    private ErrorBoundary? _boundary;
    private bool _dark;
    private bool _ready;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

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
        StateHasChanged();
    }

    private async Task Toggle() => _dark = await Js.InvokeAsync<bool>("mysos.setTheme", !_dark);

    public async ValueTask DisposeAsync()
    {
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
