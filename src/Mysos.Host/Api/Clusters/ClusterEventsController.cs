using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Host.Access;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Clusters;

/// <summary>Watching a cluster.</summary>
[ApiController]
[Tags("Clusters")]
internal sealed class ClusterEventsController(IReadModel model, LongAnswers answers, TimeProvider time, IHostApplicationLifetime lifetime) : ControllerBase
{
    /// <summary>The history of one cluster, live, as server-sent events.</summary>
    /// <remarks>A reader that was cut off sends the last id it saw as <c>Last-Event-ID</c> and gets what followed.
    /// The event <c>gone</c> ends the stream of a removed cluster.</remarks>
    [HttpGet("clusters/{name}/events")]
    [HttpGet("cluster/{name}/events")]
    [ProducesResponseType<string>(200, "text/event-stream")]
    [ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
    [ProducesResponseType<ProblemBody>(404, Problems.ContentType)]
    public async Task EventsAsync([FromRoute] string? name)
    {
        var cluster = ClusterName.Find(model.Current, name).Name;
        Response.ContentType = "text/event-stream";
        Response.Headers.CacheControl = "no-store";
        Response.Headers["X-Accel-Buffering"] = "no";
        HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var end = CancellationTokenSource.CreateLinkedTokenSource(HttpContext.RequestAborted, lifetime.ApplicationStopping);
        using var rights = answers.Limit(end);
        try
        {
            await new EventStream(model, time).WriteAsync(cluster, Request.Headers["Last-Event-ID"], Response.BodyWriter, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader left, is to say again who it is, or this program stops; readers come back with their last id.
        }
    }
}
