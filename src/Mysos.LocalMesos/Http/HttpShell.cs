using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Mysos.LocalMesos.Hosting;

namespace Mysos.LocalMesos.Http;

/// <summary>
/// A bare HTTP server for one handler. It reads no configuration, listens only where it is told, and leaves the
/// process's signals and console to the program that it is part of.
/// </summary>
internal sealed class HttpShell : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpShell(WebApplication application, int port) => (_application, Port) = (application, port);

    public int Port { get; }

    /// <param name="network">The file of the network namespace to listen in; null: the process's.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<HttpShell> StartAsync(
        IPAddress address, int port, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellation, string? network = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(address, port);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxResponseBufferSize = null;
        });
        if (network is not null)
        {
            builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket =
                endpoint => NetworkNamespace.Within(network, () => SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint)));
        }
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var application = builder.Build();
        application.Run(async context =>
        {
            try
            {
                await handler(context).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The client is gone, or whoever should answer has stopped.
                context.Abort();
            }
        });
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new HttpShell(application, new Uri(addresses.Addresses.First()).Port);
    }

    /// <summary>The wanted port if it is free, else another.</summary>
    public static async Task<HttpShell> StartNearAsync(
        IPAddress address, int wanted, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellation, string? network = null)
    {
        if (wanted != 0)
        {
            try
            {
                return await StartAsync(address, wanted, handler, loggers, cancellation, network).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // Somebody has taken the port meanwhile. Executors of the last run cannot come back then, but they are
                // not expected to.
            }
        }
        return await StartAsync(address, 0, handler, loggers, cancellation, network).ConfigureAwait(false);
    }

    /// <summary>Stops listening and cuts every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _application.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // That is how it is told not to wait for its clients.
        }
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
