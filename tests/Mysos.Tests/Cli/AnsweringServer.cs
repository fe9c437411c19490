using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mysos.Tests.Cli;

/// <summary>An HTTP server that answers as a test says: for what the Mesos of the tests does not have, and for places that files lie at.</summary>
internal sealed class AnsweringServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AnsweringServer(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    public string Endpoint => new Uri(_app.Urls.Single()).Authority;

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>The paths that were asked for, with the credentials that came with each.</summary>
    public ConcurrentDictionary<string, string> Asked { get; } = new();

    /// <summary>404 to all other paths.</summary>
    public static async Task<AnsweringServer> StartAsync(params (string Path, int Status, string Body)[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new AnsweringServer(app);
        var known = answers.ToDictionary(a => a.Path);
        app.Run(context =>
        {
            var path = context.Request.Path.Value!;
            server.Asked[path] = context.Request.Headers.Authorization.ToString();
            var (_, status, body) = known.GetValueOrDefault(path, (path, 404, ""));
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
