using System.Net;
using System.Net.Http.Headers;
using System.Reactive.Linq;
using System.Text.Json;
using System.Threading.Channels;

namespace Mysos.Core.Mesos;

/// <summary>
/// The executor's side of the v1 executor API. It subscribes again when the agent goes away, with every task and update
/// that the agent has not acknowledged, so no update is lost while the executor lives.
/// </summary>
public sealed class ExecutorClient : IAsyncDisposable
{
    private const string CredentialsAre = $"the token that it gave this executor in {ExecutorEnvironment.TokenVariable}";
    private static readonly TimeSpan LongestFirstBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _http;
    private readonly ExecutorEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Action<string> _log;
    private readonly Uri _endpoint;
    private readonly AuthenticationHeaderValue? _credentials;
    private readonly UnacknowledgedWork _open = new();
    private readonly Channel<ExecutorCall.UpdateCall> _updates = Channel.CreateUnbounded<ExecutorCall.UpdateCall>();
    private readonly CancellationTokenSource _disposed = new();
    private readonly TimeSpan _firstBackoff;
    private readonly Task _sending;

    /// <param name="http">Owned by the caller; one without proxy, cookies and redirects serves best.</param>
    /// <param name="random">Spreads the executors of an agent that comes back.</param>
    /// <param name="log">Told of lost and regained connections and of what was left out of events, one line each.</param>
    public ExecutorClient(HttpMessageInvoker http, ExecutorEnvironment environment, TimeProvider time, Random random, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (_http, _environment, _time, _random, _log) = (http, environment, time, random, log);
        _endpoint = new Uri($"http://{environment.AgentEndpoint}/api/v1/executor");
        _credentials = environment.AuthenticationToken is { } token ? new("Bearer", token) : null;
        _firstBackoff = LongestFirstBackoff < environment.SubscriptionBackoffMax ? LongestFirstBackoff : environment.SubscriptionBackoffMax;
        _sending = SendUpdatesAsync();
    }

    /// <summary>
    /// The agent's events while somebody listens, over as many connections as it takes; sequential. It completes when the
    /// agent has been away for longer than the recovery timeout (without checkpointing: when it goes away once), and ends
    /// with a <see cref="MesosException"/> when the agent does not know this executor, or not any longer.
    /// </summary>
    public IObservable<ExecutorEvent> Run() => Observable.Create<ExecutorEvent>((observer, cancellation) => RunAsync(observer, cancellation));

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
        var failure = await TryCallAsync(Call("MESSAGE") with { Message = new(data) }, cancellation).ConfigureAwait(false);
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

    private async Task RunAsync(IObserver<ExecutorEvent> observer, CancellationToken cancellation)
    {
        var events = new EventReader<ExecutorEvent>(MesosJson.Default.ExecutorEvent, _log);
        var (lostAt, backoff, everSubscribed) = (_time.GetTimestamp(), _firstBackoff, false);
        while (true)
        {
            var subscribed = false;
            try
            {
                await FollowAsync(events, happened =>
                {
                    subscribed = true;
                    observer.OnNext(happened);
                }, cancellation).ConfigureAwait(false);
                _log($"The agent at {_environment.AgentEndpoint} ended the event stream.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException
                or MesosException { Outcome: MesosOutcome.Unavailable or MesosOutcome.Redirected })
            {
                _log($"No event stream from the agent at {_environment.AgentEndpoint}: {e.Message}");
            }
            if (subscribed)
                (lostAt, backoff, everSubscribed) = (_time.GetTimestamp(), _firstBackoff, true);
            var patience = _environment.Checkpoint || !everSubscribed ? _environment.RecoveryTimeout : TimeSpan.Zero;
            if (_time.GetElapsedTime(lostAt) >= patience)
            {
                _log($"The agent has been away for {patience.TotalSeconds:F0} s.");
                return;
            }
            await Task.Delay(backoff * _random.NextDouble(), _time, cancellation).ConfigureAwait(false);
            backoff = Longer(backoff);
        }
    }

    /// <summary>From SUBSCRIBE to the end of its stream.</summary>
    private async Task FollowAsync(EventReader<ExecutorEvent> events, Action<ExecutorEvent> tell, CancellationToken cancellation)
    {
        var call = Call("SUBSCRIBE") with { Subscribe = _open.ToSubscribe() };
        using var request = Request(call);
        using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
        await ThrowUnlessAsync(response, HttpStatusCode.OK, call, cancellation).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await foreach (var record in RecordIO.ReadAsync(stream, cancellation: cancellation).ConfigureAwait(false))
        {
            if (events.Read(record) is not { } happened)
                continue;
            if (happened.Launch is { Task: { } task })
                _open.Add(task);
            if (happened.Acknowledged is { } acknowledged)
                _open.Acknowledge(acknowledged.TaskId, acknowledged.Uuid);
            tell(happened);
            if (happened.Error is { } error)
                throw new MesosException(MesosOutcome.Unavailable, $"the agent says: {error.Message}");
        }
    }

    /// <summary>
    /// One after the other, so that the agent sees them in order, and each until it was taken, or acknowledged because a
    /// SUBSCRIBE brought it along. One that the agent took and forgot goes with the next SUBSCRIBE.
    /// </summary>
    private async Task SendUpdatesAsync()
    {
        await foreach (var update in _updates.Reader.ReadAllAsync(_disposed.Token).ConfigureAwait(false))
        {
            for (var backoff = _firstBackoff; _open.Contains(update); backoff = Longer(backoff))
            {
                if (await TryCallAsync(Call("UPDATE") with { Update = update }, _disposed.Token).ConfigureAwait(false) is not { } failure)
                    break;
                _log($"{update.Status.State} was not delivered: {failure.Message}");
                if (failure.Outcome == MesosOutcome.Rejected)
                    _open.GiveUp(update);
                else
                    await Task.Delay(backoff, _time, _disposed.Token).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan Longer(TimeSpan backoff) =>
        backoff * 2 < _environment.SubscriptionBackoffMax ? backoff * 2 : _environment.SubscriptionBackoffMax;

    private async Task<MesosException?> TryCallAsync(ExecutorCall call, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(CallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        using var request = Request(call);
        try
        {
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            await ThrowUnlessAsync(response, HttpStatusCode.Accepted, call, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (MesosException e)
        {
            return e;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new MesosException(MesosOutcome.Unavailable, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            return new MesosException(MesosOutcome.Unavailable, $"no answer within {CallTimeout.TotalSeconds:F0} s", e);
        }
    }

    private ExecutorCall Call(string type) => new()
    {
        FrameworkId = _environment.FrameworkId,
        ExecutorId = _environment.ExecutorId,
        Type = type,
    };

    private HttpRequestMessage Request(ExecutorCall call) =>
        MesosAnswers.Request(_endpoint, JsonSerializer.SerializeToUtf8Bytes(call, MesosJson.Default.ExecutorCall), _credentials);

    private Task ThrowUnlessAsync(HttpResponseMessage response, HttpStatusCode wanted, ExecutorCall call, CancellationToken cancellation) =>
        MesosAnswers.ThrowUnlessAsync(response, wanted, _endpoint, call.Type, CredentialsAre, cancellation);
}
