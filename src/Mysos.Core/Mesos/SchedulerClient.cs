using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mysos.Core.Mesos;

/// <summary>
/// One subscription to one Mesos master over the v1 scheduler API. Events come from the SUBSCRIBE's own connection; calls
/// go out on others, several at once, and name the stream.
/// </summary>
/// <param name="warn">Told of what was left out of events.</param>
public sealed class SchedulerClient(
    HttpClient http, Uri master, AuthenticationHeaderValue? credentials, TimeProvider time, Action<string> warn) : IDisposable
{
    private const string StreamId = "Mesos-Stream-Id";
    private const string CredentialsAre = "the principal and secret of --framework_authentication_file";
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    private readonly Uri _endpoint = new(master, "/api/v1/scheduler");
    private readonly OfferCalls _offerCalls = new();
    private readonly CancellationTokenSource _ended = new();
    private string? _streamId;
    private FrameworkId? _frameworkId;

    /// <summary>
    /// Subscribes and yields events until Mesos ends the stream. The first is <c>SUBSCRIBED</c>, or <c>ERROR</c> when
    /// Mesos refuses the FrameworkInfo.
    /// </summary>
    /// <exception cref="MesosException">An answer other than 200.</exception>
    /// <exception cref="HttpRequestException">No answer.</exception>
    /// <exception cref="IOException">The connection broke: the master died, or is cut off.</exception>
    /// <exception cref="InvalidDataException">What came is not RecordIO.</exception>
    public async IAsyncEnumerable<SchedulerEvent> SubscribeAsync(
        FrameworkInfo framework, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var call = new SchedulerCall
        {
            Type = "SUBSCRIBE", FrameworkId = framework.Id, Subscribe = new SchedulerCall.SubscribeCall(framework),
        };
        using var request = Request(call);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        await ThrowUnlessAsync(response, HttpStatusCode.OK, call, cancellation).ConfigureAwait(false);
        _streamId = response.Headers.TryGetValues(StreamId, out var ids) ? ids.First() : null;
        var events = new EventReader<SchedulerEvent>(MesosJson.Default.SchedulerEvent, warn);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (var record in RecordIO.ReadAsync(stream, cancellation: cancellation).ConfigureAwait(false))
        {
            if (events.Read(record) is not { } happened)
                continue;
            if (happened.Subscribed is { } subscribed)
                _frameworkId = subscribed.FrameworkId;
            yield return happened;
        }
    }

    /// <summary>
    /// Sends a call, those about offers in the order of <see cref="OfferCalls"/>. Accepted says only that Mesos could read
    /// it; what comes of it are events.
    /// </summary>
    /// <exception cref="MesosException">Any answer but 202, or none.</exception>
    public async Task SendAsync(SchedulerCall call, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        try
        {
            await _offerCalls.RunAsync(call.Type, () => CallAsync(call, ending.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new MesosException(
                MesosOutcome.NotSubscribed, $"The subscription to Mesos at {master.Authority} ended before {call.Type} was answered.");
        }
    }

    /// <summary>Calls without an answer fail: without the subscription they mean nothing.</summary>
    public void Dispose() => _ended.Cancel();

    private async Task CallAsync(SchedulerCall call, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        using var request = Request(call with { FrameworkId = _frameworkId });
        request.Headers.Add(StreamId, _streamId);
        try
        {
            using var response = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            await ThrowUnlessAsync(response, HttpStatusCode.Accepted, call, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new MesosException(MesosOutcome.Unavailable,
                $"Mesos at {master.Authority} did not answer {call.Type} within {CallTimeout.TotalSeconds:F0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new MesosException(MesosOutcome.Unavailable, $"Mesos at {master.Authority} did not answer {call.Type}: {e.Message}", e);
        }
    }

    private HttpRequestMessage Request(SchedulerCall call) =>
        MesosAnswers.Request(_endpoint, JsonSerializer.SerializeToUtf8Bytes(call, MesosJson.Default.SchedulerCall), credentials);

    private Task ThrowUnlessAsync(HttpResponseMessage response, HttpStatusCode wanted, SchedulerCall call, CancellationToken cancellation) =>
        MesosAnswers.ThrowUnlessAsync(response, wanted, _endpoint, call.Type, CredentialsAre, cancellation);
}
