using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;
using MudBlazor.Services;
using Mysos.Core.Clusters;
using Mysos.Dashboard;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.History;
using Mysos.Dashboard.Live;

namespace Mysos.Tests.Dashboard;

/// <summary>Renders components against a feed of views, with a clock that only moves by hand.</summary>
public abstract class ComponentContext : BunitContext
{
    private protected ComponentContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        Services.AddSingleton<IReadModel>(Feed);
        Services.AddSingleton<IClusterService>(Service);
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddDashboardSnapshots();
        Services.AddSingleton<ClusterHistory>();
        Services.AddSingleton<RenderTurns>();
        Services.AddScoped<BrowserPresence>();
        Services.AddScoped<IDashboardSession, DashboardSession>();
        Services.AddSingleton<IDashboardUser>(User);
    }

    private protected Feed Feed { get; } = new(Views.Fleet());
    private protected TestUser User { get; } = new();
    private protected RecordingService Service { get; } = new();
    private protected FakeTimeProvider Time { get; } = new(Views.Now);

    /// <summary>Long enough that the next view passes at once.</summary>
    private protected void LetQuietPass() => Time.Advance(DashboardSession.MinimumInterval);

    /// <summary>A place where dialogs appear.</summary>
    private protected IRenderedComponent<MudDialogProvider> RenderDialogs()
    {
        Render<MudPopoverProvider>();
        return Render<MudDialogProvider>();
    }

    private protected async Task ShowAsync(Func<IDialogService, Task> show)
    {
        var dialogs = Services.GetRequiredService<IDialogService>();
        await Renderer.Dispatcher.InvokeAsync(() => show(dialogs));
    }

    private protected ClusterView Orders => Feed.Current.Clusters["orders"];

    private protected static IElement Button(IRenderedComponent<MudDialogProvider> dialogs, string text) =>
        dialogs.FindAll("button").Single(b => b.TextContent.Trim() == text);

    private protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Feed.Dispose();
    }
}
