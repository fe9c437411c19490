using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;

namespace Mysos.Core.Mesos;

/// <summary>
/// The executor's side of the v1 executor API. It subscribes again when the agent goes away, with every task and update
/// that the agent has not acknowledged, so no update is lost while the executor lives.
/// </summary>
public sealed class ExecutorClient : IAsyncDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly ExecutorEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly Uri _uri;
    private readonly UnacknowledgedWork _open = new();
    private readonly Channel<ExecutorCall.UpdateCall> _updates = Channel.CreateUnbounded<ExecutorCall.UpdateCall>();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _sending;
    private volatile bool _subscribed;

    /// <param name="http">Owned by the caller; one without proxy, cookies and redirects serves best.</param>
    /// <param name="log">Told of lost and regained connections, one line each.</param>
    public ExecutorClient(HttpMessageInvoker http, ExecutorEnvironment environment, TimeProvider time, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (_http, _environment, _time, _log) = (http, environment, time, log);
        _uri = new Uri($"http://{environment.AgentEndpoint}/api/v1/executor");
        _sending = SendUpdatesAsync();
    }

    /// <summary>
    /// The agent's events, over as many connections as it takes. It ends when the agent has been away for longer than the
    /// recovery timeout (without checkpointing: when it goes away once), or refuses this executor.
    /// </summary>
    public async IAsyncEnumerable<ExecutorEvent> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var lostAt = _time.GetTimestamp();
        var first = true;
        while (true)
        {
            var (stream, refused) = await ConnectAsync(cancellation).ConfigureAwait(false);
            if (stream is not null)
            {
                _subscribed = true;
                await foreach (var happened in EventsAsync(stream, cancellation).ConfigureAwait(false))
                {
                    Note(happened);
                    yield return happened;
                }
                _subscribed = false;
                lostAt = _time.GetTimestamp();
                first = false;
                _log($"The agent at {_environment.AgentEndpoint} closed the event stream.");
            }
            var patience = _environment.Checkpoint || first ? _environment.RecoveryTimeout : TimeSpan.Zero;
            if (refused || _time.GetElapsedTime(lostAt) >= patience)
            {
                _log(refused ? "The agent does not know this executor." : $"The agent has been away for {patience.TotalSeconds:F0} s.");
                yield break;
            }
            await Task.Delay(RetryDelay, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Tells the state of a task; source, uuid, executor and time are filled in. It is repeated until the agent has
    /// acknowledged it, in the order of the calls.
    /// </summary>
    public void Update(TaskStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        var update = new ExecutorCall.UpdateCall(status with
        {
            Source = "SOURCE_EXECUTOR",
            ExecutorId = _environment.ExecutorId,
            Uuid = Guid.NewGuid().ToByteArray(),
            Timestamp = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0,
        });
        _open.Add(update);
        _updates.Writer.TryWrite(update);
    }

    /// <summary>Sends data to the scheduler, once: it may be lost, so send what is wanted again until its effect is seen.</summary>
    /// <returns>Whether the agent took it.</returns>
    public async Task<bool> SendAsync(byte[] data, CancellationToken cancellation = default)
    {
        var failure = await CallAsync(Call("MESSAGE") with { Message = new(data) }, cancellation).ConfigureAwait(false);
        return failure is null;
    }

    /// <summary>Completes when the agent has acknowledged every update, or <paramref name="patience"/> is over.</summary>
    public async Task AcknowledgedAsync(TimeSpan patience)
    {
        try
        {
            await _open.WhenNone.WaitAsync(patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log($"The agent did not acknowledge the last updates within {patience.TotalSeconds:F0} s.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _updates.Writer.TryComplete();
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposed.Dispose();
    }

    private void Note(ExecutorEvent happened)
    {
        if (happened.Launch is { Task: { } task })
            _open.Add(task);
        if (happened.Acknowledged is { } acknowledged)
            _open.Acknowledge(acknowledged.TaskId, acknowledged.Uuid);
    }

    private async Task<(Stream? Stream, bool Refused)> ConnectAsync(CancellationToken cancellation)
    {
        using var request = Request(Call("SUBSCRIBE") with { Subscribe = _open.ToSubscribe() });
        try
        {
            var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return (await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), false);
            using (response)
            {
                var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
                _log($"The agent answered SUBSCRIBE with {(int)response.StatusCode}: {text}");
                // 503: it is still recovering. 400: framework or executor are not known to it, and never will be.
                return (null, response.StatusCode == HttpStatusCode.BadRequest);
            }
        }
        catch (HttpRequestException)
        {
            return (null, false);
        }
    }

    private async IAsyncEnumerable<ExecutorEvent> EventsAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var owned = stream.ConfigureAwait(false);
        await using var records = RecordIO.ReadAsync(stream, cancellation: cancellation).GetAsyncEnumerator(cancellation);
        while (true)
        {
            ExecutorEvent? happened;
            try
            {
                if (!await records.MoveNextAsync().ConfigureAwait(false))
                    yield break;
                happened = JsonSerializer.Deserialize(records.Current, MesosJson.Default.ExecutorEvent);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or HttpRequestException)
            {
                _log($"The event stream broke: {e.Message}");
                yield break;
            }
            catch (JsonException e)
            {
                _log($"An event could not be read and is left out: {e.Message}");
                continue;
            }
            if (happened is not null)
                yield return happened;
        }
    }

    /// <summary>One after the other, so that the agent sees them in order. What a broken connection took goes with the next SUBSCRIBE.</summary>
    private async Task SendUpdatesAsync()
    {
        await foreach (var update in _updates.Reader.ReadAllAsync(_disposed.Token).ConfigureAwait(false))
        {
            while (_open.Contains(update))
            {
                var failure = await CallAsync(Call("UPDATE") with { Update = update }, _disposed.Token).ConfigureAwait(false);
                if (failure is null)
                    break;
                _log($"{update.Status.State} was not delivered: {failure}");
                if (!_subscribed)
                    break;
                await Task.Delay(RetryDelay, _time, _disposed.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> CallAsync(ExecutorCall call, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(CallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        using var request = Request(call);
        try
        {
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return null;
            return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(either.Token).ConfigureAwait(false)}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {CallTimeout.TotalSeconds:F0} s";
        }
    }

    private ExecutorCall Call(string type) => new()
    {
        FrameworkId = _environment.FrameworkId,
        ExecutorId = _environment.ExecutorId,
        Type = type,
    };

    private HttpRequestMessage Request(ExecutorCall call)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call, MesosJson.Default.ExecutorCall));
        content.Headers.ContentType = Json;
        var request = new HttpRequestMessage(HttpMethod.Post, _uri) { Content = content };
        request.Headers.Accept.Add(new("application/json"));
        return request;
    }
}
