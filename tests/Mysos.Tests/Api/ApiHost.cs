using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Mysos.Core.Clusters;
using Microsoft.Extensions.Logging;
using Mysos.Host.Access;
using Mysos.Host.Access.Login;
using Mysos.Host.Api.Status;
using Mysos.Host.Composition;
using Mysos.Host.Executor;
using Mysos.Host.Tls;
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

    /// <summary>As wide as open, so that many wrong passwords can be tried.</summary>
    internal AccessSettings Access { get; init; } = new() { Limits = new AttemptLimits { PerAddress = 100_000, PerUser = 100_000, PerCluster = 100_000 } };

    internal TlsSettings? Tls { get; init; }
    internal TimeProvider? Time { get; init; }
    internal IPAddress Bind { get; init; } = IPAddress.Loopback;
    internal LogLines Log { get; } = new();
    public Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Clusters.Put(InMemoryClusters.Cluster("taken"));
        var settings = new MysosWebSettings { Bind = Bind, MeterName = $"Mysos.{Guid.NewGuid():N}", ExecutorPackage = Package, OtlpEndpoint = OtlpEndpoint, Access = Access, Tls = Tls };
        _app = MysosWebApp.Build(settings, services =>
        {
            services.AddSingleton(s => s.GetRequiredService<ClusterGuards>().Guard(Clusters));
            services.AddSingleton<IReadModel>(Clusters);
            services.AddSingleton<IReadiness>(Clusters);
            services.AddSingleton<ILoggerProvider>(Log);
            if (Time is not null)
                services.AddSingleton(Time);
        });
        await _app.StartAsync();
        Port = MysosWebApp.Port(_app);
        Address = new Uri($"{(Tls is null ? "http" : "https")}://127.0.0.1:{Port}");
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
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
