using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;
using Mysos.Dashboard.Access;
using Mysos.Dashboard.Agents;
using Mysos.Dashboard.Fleet;
using Mysos.Dashboard.History;
using Mysos.Dashboard.Live;

namespace Mysos.Dashboard;

/// <summary>How a host takes the dashboard in.</summary>
public static class DashboardServices
{
    /// <summary>
    /// Registers what the dashboard needs. The host registers <c>IReadModel</c> and <c>IClusterService</c>; a
    /// <see cref="TimeProvider"/> and an <see cref="IDashboardUser"/> of the host's are used when there are some.
    /// </summary>
    public static IServiceCollection AddMysosDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.VisibleStateDuration = 5000;
            mud.SnackbarConfiguration.ShowTransitionDuration = 120;
            mud.SnackbarConfiguration.HideTransitionDuration = 120;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddDashboardSnapshots();
        services.AddSingleton<ClusterHistory>();
        services.AddSingleton<RenderTurns>();
        services.AddHostedService<HistoryService>();
        services.AddScoped<BrowserPresence>();
        services.AddScoped<CircuitHandler>(s => s.GetRequiredService<BrowserPresence>());
        services.TryAddScoped<IDashboardSession, DashboardSession>();
        services.TryAddScoped<IDashboardUser, Anybody>();
        return services;
    }

    /// <summary>What is made once of each view, whoever looks at it.</summary>
    internal static void AddDashboardSnapshots(this IServiceCollection services)
    {
        services.AddSingleton<FleetSnapshots>();
        services.AddSingleton<AgentSnapshots>();
    }

    /// <summary>
    /// Maps the pages (<c>/</c> and <c>/ui/…</c>), their live connection (<c>/_blazor</c>) and their assets
    /// (<c>/_content/…</c>, <c>/_framework/…</c>).
    /// </summary>
    /// <remarks>
    /// No page takes a form post, every action goes over the live connection; so the pages ask for no antiforgery
    /// middleware. The returned builder takes the host's conventions, such as an authorization policy.
    /// </remarks>
    public static IEndpointConventionBuilder MapMysosDashboard(this IEndpointRouteBuilder endpoints)
    {
        // What is in the source of Mysos is no secret, and the login page needs it.
        endpoints.MapStaticAssets().AllowAnonymous();
        // The host says which pages may frame this one, with the rest of its policy.
        var pages = endpoints.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
        pages.DisableAntiforgery();
        return pages;
    }
}
