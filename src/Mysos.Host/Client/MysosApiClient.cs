using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mysos.Core.Clusters;
using Mysos.Host.Api.Errors;
using Mysos.Host.Client.Events;

namespace Mysos.Host.Client;

/// <summary>
/// The REST API, typed. Every call throws <see cref="MysosApiException"/> when it is refused and
/// <see cref="HttpRequestException"/> (or <see cref="TaskCanceledException"/>, when it takes too long) when there is no answer.
/// </summary>
public sealed class MysosApiClient(HttpClient http)
{
    /// <summary>A stream of events has a sign of life every 15 seconds.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(40);

    /// <summary>Does what is asked for.</summary>
    public Task<Answer<T>> AskAsync<T>(ClusterRequest<T> request, CancellationToken cancellation) =>
        SendAsync(RequestForm.Of(request), "", (JsonTypeInfo<T>)ApiJson.Default.GetTypeInfo(typeof(T))!, cancellation);

    /// <summary>Asks what would be done.</summary>
    public Task<Answer<DryRunAnswer>> DryRunAsync(ClusterRequest request, CancellationToken cancellation) =>
        SendAsync(RequestForm.Of(request), "?dry_run=true", ApiJson.Default.DryRunAnswer, cancellation);

    public Task<Answer<ClusterSummary[]>> ListAsync(CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, "clusters"), ApiJson.Default.ClusterSummaryArray, cancellation);

    public Task<Answer<ClusterView>> GetAsync(string name, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, RequestForm.PathOf(name)), ApiJson.Default.ClusterView, cancellation);

    /// <summary>What has happened in all clusters, oldest first.</summary>
    public Task<Answer<FleetEvent[]>> EventsAsync(string query, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, $"events{query}") { Headers = { Accept = { new("application/json") } } },
            ApiJson.Default.FleetEventArray, cancellation);

    /// <summary>The same, and then what happens, until the connection ends. First comes one without a kind: the stream has begun.</summary>
    internal async IAsyncEnumerable<FollowedEvent> FollowEventsAsync(
        string query, string? lastId, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"events{query}") { Headers = { Accept = { new("text/event-stream") } } };
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        var media = response.Content.Headers.ContentType?.MediaType;
        if (!response.IsSuccessStatusCode || media != "text/event-stream")
            throw Refusal(response, await response.Content.ReadAsByteArrayAsync(cancellation));
        yield return new FollowedEvent("", null, "");
        await using var stream = new WatchedStream(await response.Content.ReadAsStreamAsync(cancellation), LongestSilence, time);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellation))
            yield return new FollowedEvent(item.EventType, item.EventId, item.Data);
    }

    private Task<Answer<T>> SendAsync<T>(RequestForm form, string query, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(form.Method, form.Path + query)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(form.Fields, ClientJson.Default.JsonObject)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (form.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        if (form.IfVersion is { } version)
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        return SendAsync(request, type, cancellation);
    }

    private async Task<Answer<T>> SendAsync<T>(HttpRequestMessage message, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = message;
        using var response = await http.SendAsync(request, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.IsSuccessStatusCode)
            throw Refusal(response, answer);
        try
        {
            return new Answer<T>(JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("null"), answer);
        }
        catch (JsonException e)
        {
            throw new MysosApiException(response.StatusCode, null, $"The answer is none of Mysos' ({e.Message}); is the address right?");
        }
    }

    private static MysosApiException Refusal(HttpResponseMessage response, byte[] answer)
    {
        var status = response.StatusCode;
        if (response.Content.Headers.ContentType?.MediaType == Problems.ContentType)
        {
            try
            {
                if (JsonSerializer.Deserialize(answer, ProblemJson.Default.ProblemBody) is { Detail: not null } problem)
                    return new MysosApiException(status, problem.Field, problem.Detail) { RetryAfter = response.Headers.RetryAfter?.Delta };
            }
            catch (JsonException)
            {
                // Then it is somebody else's.
            }
        }

        return new MysosApiException(status, null, $"The answer is HTTP {(int)status}, not Mysos'; is the address right?");
    }
}

/// <param name="Json">As it came, for programs.</param>
public sealed record Answer<T>(T Value, byte[] Json);

/// <summary>Mysos refused the request.</summary>
public sealed class MysosApiException(HttpStatusCode status, string? field, string detail) : Exception(detail)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The field that is wrong; null when it is none.</summary>
    public string? Field { get; } = field;

    /// <summary>When it is worth trying again; null: not said.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ClientJson : JsonSerializerContext;
