using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Mysos.Core.Mesos;

/// <summary>
/// One subscription to one Mesos master over the v1 scheduler API. Events come from the SUBSCRIBE's own connection; calls
/// go out on others and name the stream. (Recorded facts: status codes, texts and the exact content type are Mesos 1.12's.)
/// </summary>
public sealed class SchedulerClient(HttpClient http, Uri master, AuthenticationHeaderValue? credentials) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly SemaphoreSlim _offerCalls = new(1, 1);
    private string? _streamId;
    private FrameworkId? _frameworkId;

    /// <summary>
    /// Subscribes and yields events until the stream ends. The first is <c>SUBSCRIBED</c>, or <c>ERROR</c> when Mesos
    /// refuses the FrameworkInfo.
    /// </summary>
    /// <exception cref="MesosException">An answer other than 200; 307 names the leader.</exception>
    public async IAsyncEnumerable<SchedulerEvent> SubscribeAsync(
        FrameworkInfo framework, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var call = new SchedulerCall
        {
            Type = "SUBSCRIBE", FrameworkId = framework.Id, Subscribe = new SchedulerCall.SubscribeCall(framework),
        };
        using var request = Request(call);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        await ThrowUnlessAsync(response, HttpStatusCode.OK, call, cancellation).ConfigureAwait(false);
        _streamId = response.Headers.TryGetValues("Mesos-Stream-Id", out var ids) ? ids.First() : null;
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (var record in RecordIO.ReadAsync(stream, cancellation: cancellation).ConfigureAwait(false))
        {
            var happened = JsonSerializer.Deserialize(record, MesosJson.Default.SchedulerEvent);
            if (happened is null)
                continue;
            if (happened.Subscribed is { } subscribed)
                _frameworkId = subscribed.FrameworkId;
            yield return happened;
        }
    }

    /// <summary>
    /// Sends a call. Calls about offers go one after the other, so that a REVIVE never overtakes the DECLINE before it,
    /// whose filter would outlive it.
    /// </summary>
    /// <exception cref="MesosException">Refused: any answer but 202.</exception>
    public async Task SendAsync(SchedulerCall call, CancellationToken cancellation)
    {
        var ordered = call.Type is "ACCEPT" or "DECLINE" or "REVIVE" or "SUPPRESS";
        if (ordered)
            await _offerCalls.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var request = Request(call with { FrameworkId = _frameworkId });
            request.Headers.Add("Mesos-Stream-Id", _streamId);
            using var response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            await ThrowUnlessAsync(response, HttpStatusCode.Accepted, call, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (ordered)
                _offerCalls.Release();
        }
    }

    public void Dispose() => _offerCalls.Dispose();

    private HttpRequestMessage Request(SchedulerCall call)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call, MesosJson.Default.SchedulerCall));
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(master, "/api/v1/scheduler")) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = credentials;
        return request;
    }

    private async Task ThrowUnlessAsync(HttpResponseMessage response, HttpStatusCode wanted, SchedulerCall call, CancellationToken cancellation)
    {
        if (response.StatusCode == wanted)
            return;
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        var leader = response.StatusCode == HttpStatusCode.TemporaryRedirect && response.Headers.Location is { } location
            ? new Uri(master, location)
            : null;
        throw new MesosException((int)response.StatusCode, leader,
            $"Mesos at {master.Authority} answered {(int)response.StatusCode} to {call.Type}: {(text.Length > 0 ? text : response.ReasonPhrase)}");
    }
}

/// <summary>Mesos refused a call.</summary>
public sealed class MesosException(int status, Uri? leader, string message) : Exception(message)
{
    public int Status { get; } = status;
    /// <summary>Where a 307 points: the leading master.</summary>
    public Uri? Leader { get; } = leader;
}
