using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Host.Access;
using Mysos.Host.Api.Clusters;
using Mysos.Host.Api.Errors;

namespace Mysos.Host.Api.Events;

/// <summary>Watching all clusters.</summary>
[ApiController]
[Tags("Clusters")]
internal sealed class EventsController(IReadModel model, TimeProvider time, IHostApplicationLifetime lifetime, LongAnswers answers) : ControllerBase
{
    private static readonly MediaTypeHeaderValue Json = new("application/json"), Stream = new(ServerSentEvents.ContentType);

    /// <summary>The history of all clusters, live, as server-sent events; or a page of it as JSON.</summary>
    /// <remarks>JSON is answered to <c>Accept: application/json</c>; a <c>Link</c> header leads to the next page. A reader of the stream
    /// that was cut off sends the last id it saw as <c>Last-Event-ID</c> and gets what followed. <c>cluster</c> and <c>kind</c> can be given
    /// several times. Clusters that are gone are in it for 30 days; their last event is of the kind <c>gone</c>.</remarks>
    /// <param name="cluster">Only events of this cluster.</param>
    /// <param name="kind">Only events of this kind, such as <c>failed_over</c>.</param>
    /// <param name="after">Only events behind the one with this id.</param>
    /// <param name="last">Of what has happened, only the newest so many.</param>
    /// <param name="limit">JSON only: at most so many; 500 when absent.</param>
    [HttpGet("events")]
    [ProducesResponseType<FleetEvent[]>(200, "application/json", ServerSentEvents.ContentType)]
    [ProducesResponseType<ProblemBody>(400, Problems.ContentType)]
    public async Task<IActionResult> EventsAsync(
        [FromQuery] string[]? cluster, [FromQuery] string[]? kind, [FromQuery] string? after, [FromQuery] string? last, [FromQuery] string? limit)
    {
        var query = EventQuery.Read(Request.Query);
        if (WantsJson(Request.GetTypedHeaders().Accept))
            return Page(query);
        if (limit is not null)
            throw new RequestException(StatusCodes.Status400BadRequest, "limit", "limit is for pages, and a stream has none; ask with Accept: application/json, or for the last so many.");
        if (EventPlace.Parse(Request.Headers["Last-Event-ID"]) is { } seen)
            query = query with { After = seen, Last = null };
        await ServerSentEvents.SendAsync(HttpContext, lifetime, answers,
            (writer, cancellation) => new FleetEventStream(model, time).WriteAsync(query, writer, cancellation));
        return new EmptyResult();
    }

    private BytesResult Page(EventQuery query)
    {
        var page = FleetHistory.Page(model.Current, query);
        if (page.Last is { } last)
        {
            var parameters = Request.Query.Where(p => p.Key is not ("after" or "last")).SelectMany(p => p.Value, (p, value) => KeyValuePair.Create(p.Key, value ?? ""));
            var next = new QueryBuilder(parameters) { { "after", last } };
            Response.Headers.Link = $"</events{next}>; rel=\"next\"";
        }
        return new BytesResult(JsonSerializer.SerializeToUtf8Bytes(page.Events, ReadableJson.Api.FleetEventArray));
    }

    /// <summary>A stream is answered unless JSON is wanted more.</summary>
    private static bool WantsJson(IList<MediaTypeHeaderValue> accept) => Quality(accept, Json) > Quality(accept, Stream);

    /// <summary>Of the most exact range that it is in.</summary>
    private static double Quality(IList<MediaTypeHeaderValue> accept, MediaTypeHeaderValue type) => accept
        .Where(type.IsSubsetOf)
        .OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes)
        .Select(range => range.Quality ?? 1).FirstOrDefault();
}
