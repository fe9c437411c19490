using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Status;
using Mysos.Host.Composition;
using Mysos.Host.Executor;
using Xunit;

namespace Mysos.Tests.Api;

/// <summary>The real web side on a real port, with clusters in memory behind it.</summary>
public sealed class ApiHost : IAsyncLifetime
{
    private WebApplication? _app;

    internal InMemoryClusters Clusters { get; } = new();
    public int Port { get; private set; }
    public HttpClient Http { get; private set; } = null!;
    public ExecutorPackage? Package { get; init; }
    public Uri? OtlpEndpoint { get; init; }
    public IServiceProvider Services => _app!.Services;

    public async ValueTask InitializeAsync()
    {
        Clusters.Put(InMemoryClusters.Cluster("taken"));
        var settings = new MysosWebSettings { Bind = IPAddress.Loopback, MeterName = $"Mysos.{Guid.NewGuid():N}", ExecutorPackage = Package, OtlpEndpoint = OtlpEndpoint };
        _app = MysosWebApp.Build(settings, services => services
            .AddSingleton<IClusterService>(Clusters)
            .AddSingleton<IReadModel>(Clusters)
            .AddSingleton<IReadiness>(Clusters));
        await _app.StartAsync();
        Port = MysosWebApp.Port(_app);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
