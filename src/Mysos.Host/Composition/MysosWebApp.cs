using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Dashboard;
using Mysos.Host.Access;
using Mysos.Host.Api.Clusters;
using Mysos.Host.Api.Errors;
using Mysos.Host.Api.Guards;
using Mysos.Host.Api.OpenApi;
using Mysos.Host.Api.Status;
using Mysos.Host.Scheduler;
using Mysos.Host.Telemetry;
using Mysos.Host.Tls;
using OpenTelemetry.Metrics;

namespace Mysos.Host.Composition;

/// <summary>
/// Puts the web side together: REST API, dashboard, metrics. What is behind it (<see cref="IClusterService"/>,
/// <see cref="IReadModel"/>, <see cref="IReadiness"/>, hosted services) is registered by the caller.
/// </summary>
public static class MysosWebApp
{
    /// <param name="services">Registers what is behind the web side.</param>
    public static WebApplication Build(MysosWebSettings settings, Action<IServiceCollection> services)
    {
        // Neither the current directory's appsettings.json nor ASPNETCORE_* variables: all configuration comes in here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(MysosWebApp).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            WebLimits.Apply(kestrel);
            KestrelEndpoints.Listen(kestrel, settings);
        });
        // The dashboard's assets lie in the source tree as long as the program is not published.
        builder.WebHost.UseStaticWebAssets();
        // Would answer every path while the program is not published, so that what is nothing here became 405.
        builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        builder.Host.UseConsoleLifetime(o => o.SuppressStatusMessages = true);
        HostLogging.Configure(builder.Logging, settings.Verbose);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        if (settings.ExecutorPackage is { } package)
        {
            builder.Services.AddSingleton(package);
        }

        if (settings.Tls is { } tls)
        {
            builder.Services.AddSingleton(tls);
            builder.Services.AddSingleton<ServerCertificate>();
        }
        builder.Services.AddSingleton(settings.Peers);
        builder.Services.AddMysosAccess(settings);
        AddApi(builder.Services);
        AddMetrics(builder.Services, settings);
        builder.Services.AddMysosDashboard();
        services(builder.Services);

        var app = builder.Build();
        var refusals = HttpRefusals.Watch(app.Services.GetRequiredService<DiagnosticListener>());
        app.Lifetime.ApplicationStopped.Register(refusals.Dispose);
        app.Services.GetRequiredService<MysosMetrics>();
        Use(app, settings);
        return app;
    }

    /// <summary>The port that a started app listens on.</summary>
    public static int Port(WebApplication app) =>
        new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First()).Port;

    private static void Use(WebApplication app, MysosWebSettings settings)
    {
        if (!settings.Access.TrustedProxies.IsEmpty)
            app.UseForwardedHeaders();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<SecurityHeadersMiddleware>();
        if (settings.Tls is not null)
            app.UseMiddleware<PlainPortMiddleware>();
        app.UseMiddleware<RequestGuardMiddleware>();
        app.UseRouting();
        app.UseMysosAccess();
        if (app.Services.GetService<CurrentTerm>() is not null)
            app.UseMiddleware<LeaderForwarding>();
        app.MapControllers();
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapApiReference();
        app.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(Policies.Metrics);
        app.MapMysosDashboard();
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddRoutingCore();
        services.AddControllers(options =>
            {
                // Bodies are read by BodyReader alone; here they would be read a second time, with other errors.
                options.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                options.SuppressImplicitRequiredAttributeForNonNullableReferenceTypes = true;
            })
            .ConfigureApiBehaviorOptions(options =>
            {
                options.SuppressModelStateInvalidFilter = true;
                options.SuppressMapClientErrors = true;
            })
            .ConfigureApplicationPartManager(parts =>
            {
                parts.ApplicationParts.Clear();
                parts.ApplicationParts.Add(new AssemblyPart(typeof(MysosWebApp).Assembly));
                parts.FeatureProviders.Clear();
                parts.FeatureProviders.Add(new InternalControllers());
            });
        services.AddSingleton<ClusterCalls>();
        services.AddSingleton<ClusterDocuments>();
        services.AddSingleton<ClusterPages>();
        services.AddMysosOpenApi();
    }

    private static void AddMetrics(IServiceCollection services, MysosWebSettings settings)
    {
        services.AddSingleton(s => new MysosMetrics(s.GetRequiredService<IReadModel>(), s.GetRequiredService<IReadiness>(), settings.MeterName));
        services.AddSingleton(new CourseTraces(settings.MeterName));
        services.AddHostedService<CourseObserver>();
        var telemetry = services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(settings.MeterName)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            // Prometheus takes a name that ends so for a histogram's.
            .AddView("dotnet.assembly.count", MetricStreamConfiguration.Drop)
            .AddView("dotnet.process.cpu.count", MetricStreamConfiguration.Drop)
            .AddView("dotnet.timer.count", MetricStreamConfiguration.Drop)
            .AddPrometheusExporter());
        if (settings.OtlpEndpoint is { } collector)
            telemetry.AddTraces(settings.MeterName, collector);
    }
}
