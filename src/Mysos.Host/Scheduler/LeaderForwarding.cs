using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Access;
using Mysos.Host.Access.Peers;
using Mysos.Host.Api.Errors;
using Yarp.ReverseProxy.Forwarder;

namespace Mysos.Host.Scheduler;

/// <summary>
/// Every scheduler answers reads from its own view and says so when that is an old one; writes a follower passes to the
/// leader. What the leader wrote can be read from the follower as soon as it has answered.
/// </summary>
internal sealed class LeaderForwarding(
    RequestDelegate next, CurrentTerm term, LeaderAddress leader, LeaderHttp http, PeerSeal seal, IReadModel readModel, WrittenViews written, IHttpForwarder forwarder)
    : IDisposable
{
    /// <summary>Since when what is shown is not live.</summary>
    public const string StaleHeader = "Mysos-Stale-Since";

    private static readonly PathString[] Clusters = ["/clusters", "/cluster"];
    private static readonly PathString[] Shown = [.. Clusters, "/events", "/vars.json"];
    private static readonly ForwarderRequestConfig Patience = new() { ActivityTimeout = TimeSpan.FromSeconds(100) };

    private readonly HttpMessageInvoker _client = new(http.Handler, disposeHandler: false);
    private readonly Transformer _transformer = new(seal, written);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (reads)
            return ReadAsync(context);
        if (!IsBelow(request.Path, Clusters))
            return next(context);
        return term.Leads ? WriteAsync(context) : ForwardAsync(context);
    }

    public void Dispose() => _client.Dispose();

    private static bool IsBelow(PathString path, PathString[] places) => places.Any(place => path.StartsWithSegments(place));

    private Task ReadAsync(HttpContext context)
    {
        var view = readModel.Current;
        if (view.Stale is { } stale)
            context.Response.Headers[StaleHeader] = stale.Since.UtcDateTime.ToString("O");
        if (!IsBelow(context.Request.Path, Shown))
            return next(context);
        // Nothing is known yet: an empty list would be a lie.
        return view is { Term: 0, Stale: null } ? RefuseAsync(context, "This scheduler has just started and knows nothing yet; try again in a moment.")
            : term.IsEnding ? RefuseAsync(context, "This scheduler has just ceased to lead; try again in a moment.")
            : next(context);
    }

    private Task WriteAsync(HttpContext context)
    {
        context.Response.OnStarting(() =>
        {
            var view = readModel.Current;
            context.Response.Headers[LeaderHttp.ViewHeader] = new ViewVersion(view.Term, view.Version).ToString();
            return Task.CompletedTask;
        });
        return next(context);
    }

    private async Task ForwardAsync(HttpContext context)
    {
        if (leader.Current is not { } address || context.Request.Headers.ContainsKey(LeaderHttp.ForwardedHeader))
        {
            await RefuseAsync(context, "This scheduler does not lead, and no leader is known now; try again in a moment.");
            return;
        }
        var error = await forwarder.SendAsync(context, address.ToString(), _client, Patience, _transformer);
        if (error != ForwarderError.None && !context.Response.HasStarted)
            await RefuseAsync(context, $"The leading scheduler at {address.Authority} does not answer; try again in a moment.");
    }

    private static Task RefuseAsync(HttpContext context, string why)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problems.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, null, why);
    }

    private sealed class Transformer(PeerSeal seal, WrittenViews written) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.TryAddWithoutValidation(LeaderHttp.ForwardedHeader, "1");
            var target = RequestUtilities.MakeDestinationAddress(destinationPrefix, httpContext.Request.Path, httpContext.Request.QueryString);
            seal.Sign(proxyRequest, proxyRequest.RequestUri = target, Callers.Of(httpContext.User));
        }

        public override async ValueTask<bool> TransformResponseAsync(
            HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is not null)
                await written.WaitAsync(proxyResponse, cancellationToken);
            return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }
    }
}
