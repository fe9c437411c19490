using System.Net;
using Mysos.Core.Scheduling;
using Mysos.Host.Api.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Mysos.Host.Scheduler;

/// <summary>
/// A follower answers for itself only what is its own (health, readiness, metrics, the executor package); everything
/// else, the dashboard's live connection too, it passes to the leader.
/// </summary>
internal sealed class LeaderForwarding(RequestDelegate next, CurrentTerm term, LeaderAddress leader, IHttpForwarder forwarder) : IDisposable
{
    private const string ForwardedHeader = "Mysos-Forwarded";
    private static readonly PathString[] Own = ["/health", "/ready", "/metrics", "/executor"];
    private static readonly ForwarderRequestConfig Patience = new() { ActivityTimeout = TimeSpan.FromSeconds(100) };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(3),
    });

    public async Task InvokeAsync(HttpContext context)
    {
        if (term.Leads || Own.Any(own => context.Request.Path.StartsWithSegments(own)))
        {
            await next(context);
            return;
        }
        if (leader.Current is not { } address || context.Request.Headers.ContainsKey(ForwardedHeader))
        {
            context.Response.Headers.RetryAfter = "1";
            await Problems.WriteAsync(context, 503, null, "This scheduler does not lead, and no leader is known now; try again in a moment.");
            return;
        }
        var error = await forwarder.SendAsync(context, address.ToString(), _client, Patience, (_, request) =>
        {
            request.Headers.TryAddWithoutValidation(ForwardedHeader, "1");
            return ValueTask.CompletedTask;
        });
        if (error != ForwarderError.None && !context.Response.HasStarted)
            await Problems.WriteAsync(context, 503, null, $"The leading scheduler at {address.Authority} does not answer; try again in a moment.");
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>Where the leading scheduler's API is, as far as this process knows.</summary>
internal sealed class LeaderAddress
{
    private volatile Uri? _current;

    public Uri? Current
    {
        get => _current;
        set => _current = value;
    }
}
