using Microsoft.AspNetCore.Mvc;
using Mysos.Core.Clusters;
using Mysos.Host.Access;
using Mysos.Host.Api.Errors;
using Mysos.Host.Api.Events;

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
        await ServerSentEvents.SendAsync(HttpContext, lifetime, answers, (writer, cancellation) =>
            new EventStream(model, time).WriteAsync(cluster, Request.Headers["Last-Event-ID"], writer, cancellation));
    }
}
