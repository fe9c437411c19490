using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.LocalMesos;

namespace Mysos.Tests.LocalMesos;

/// <summary>A scheduler that does what a test tells it, over real HTTP, and remembers every event.</summary>
internal sealed class TestScheduler : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly LocalMesosCluster _cluster;
    private readonly List<SchedulerEvent> _events = [];
    private readonly CancellationTokenSource _close = new();
    private readonly object _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpResponseMessage? _stream;
    private Task _reading = Task.CompletedTask;

    private TestScheduler(LocalMesosCluster cluster)
    {
        _cluster = cluster;
        _http = new HttpClient { BaseAddress = cluster.MasterUrl, Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool AcknowledgesUpdates { get; set; } = true;
    public bool AcknowledgesOperations { get; set; } = true;
    public FrameworkId FrameworkId { get; private set; }
    public string StreamId { get; private set; } = "";
    public Task Ended => _reading;

    public static FrameworkInfo Framework(FrameworkId? id = null, double failoverTimeout = 600) => new()
    {
        User = "root", Name = "mysos", Id = id, Roles = ["mysos"], Principal = "mysos", FailoverTimeout = failoverTimeout, Checkpoint = true,
        Hostname = "127.0.0.1",
        Capabilities =
        [
            new Capability("PARTITION_AWARE"), new Capability("MULTI_ROLE"), new Capability("RESERVATION_REFINEMENT"),
            new Capability("TASK_KILLING_STATE"),
        ],
    };

    public static async Task<TestScheduler> SubscribeAsync(LocalMesosCluster cluster, FrameworkInfo? info = null)
    {
        var scheduler = new TestScheduler(cluster);
        await scheduler.OpenAsync(info ?? Framework());
        return scheduler;
    }

    public IReadOnlyList<SchedulerEvent> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    /// <summary>The first event after the first <paramref name="skip"/> that fits.</summary>
    public async Task<SchedulerEvent> WaitAsync(Func<SchedulerEvent, bool> fits, int skip = 0, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Patience);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_events.Skip(skip).FirstOrDefault(fits) is { } found)
                    return found;
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("No such event came. Those that did: " + string.Join(", ", Events.Select(
                    each => each.Type + " " + each.Update?.Status.TaskId + " " + each.Update?.Status.State + " " + each.Update?.Status.Reason)));
            }
        }
    }

    public Task<SchedulerEvent> WaitUpdateAsync(string task, string state, int skip = 0) =>
        WaitAsync(each => each.Update?.Status is { } status && status.TaskId.Value == task && status.State == state, skip);

    public async Task<Offer> WaitOfferAsync(string? agent = null, int skip = 0, Func<Offer, bool>? fits = null)
    {
        bool Fits(Offer offer) => (agent is null || offer.AgentId.Value == agent) && (fits is null || fits(offer));
        var offers = await WaitAsync(each => each.Offers?.Offers.Any(Fits) == true, skip);
        return offers.Offers!.Offers.First(Fits);
    }

    public async Task CallAsync(SchedulerCall call)
    {
        using var response = await PostAsync(call with { FrameworkId = FrameworkId }, StreamId);
        ((int)response.StatusCode).ShouldBe(202, await response.Content.ReadAsStringAsync());
    }

    public Task AcceptAsync(Offer offer, double? refuse, params Operation[] operations) => CallAsync(new SchedulerCall
    {
        Type = "ACCEPT", Accept = new SchedulerCall.AcceptCall([offer.Id], operations, refuse is null ? null : new Filters(refuse)),
    });

    public Task DeclineAsync(Offer offer, double? refuse) => CallAsync(new SchedulerCall
    {
        Type = "DECLINE", Decline = new SchedulerCall.DeclineCall([offer.Id], refuse is null ? null : new Filters(refuse)),
    });

    public Task SayAsync(string agent, string executor, string text) => CallAsync(new SchedulerCall
    {
        Type = "MESSAGE",
        Message = new SchedulerCall.MessageCall(new AgentId(agent), new ExecutorId(executor), Encoding.UTF8.GetBytes(text)),
    });

    /// <summary>Sends a message to an executor and returns its answer.</summary>
    public async Task<string> AskAsync(string agent, string executor, string text)
    {
        var skip = Events.Count;
        await SayAsync(agent, executor, text);
        var answer = await WaitAsync(each => each.Message?.ExecutorId.Value == executor, skip);
        return Encoding.UTF8.GetString(answer.Message!.Data ?? []);
    }

    public Task KillAsync(string task) =>
        CallAsync(new SchedulerCall { Type = "KILL", Kill = new SchedulerCall.KillCall(new TaskId(task)) });

    public async Task<HttpResponseMessage> PostAsync(SchedulerCall call, string? streamId)
    {
        var request = Request(call);
        if (streamId is not null)
            request.Headers.Add("Mesos-Stream-Id", streamId);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Closes the stream from this side.</summary>
    public async ValueTask DisposeAsync()
    {
        await _close.CancelAsync();
        _stream?.Dispose();
        try
        {
            await _reading;
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or HttpRequestException)
        {
        }
        _http.Dispose();
    }

    private static HttpRequestMessage Request(SchedulerCall call)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call, MesosJson.Default.SchedulerCall));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler") { Content = content };
        request.Headers.Accept.ParseAdd("application/json");
        return request;
    }

    private async Task OpenAsync(FrameworkInfo info)
    {
        var call = new SchedulerCall { Type = "SUBSCRIBE", FrameworkId = info.Id, Subscribe = new SchedulerCall.SubscribeCall(info) };
        _stream = await _http.SendAsync(Request(call), HttpCompletionOption.ResponseHeadersRead);
        ((int)_stream.StatusCode).ShouldBe(200);
        StreamId = _stream.Headers.GetValues("Mesos-Stream-Id").Single();
        _reading = ReadAsync();
        await WaitAsync(_ => true);
    }

    private async Task ReadAsync()
    {
        await using var stream = await _stream!.Content.ReadAsStreamAsync(_close.Token);
        await foreach (var record in RecordIO.ReadAsync(stream, cancellation: _close.Token))
        {
            var value = JsonSerializer.Deserialize(record, MesosJson.Default.SchedulerEvent)!;
            if (value.Subscribed is { } subscribed)
                FrameworkId = subscribed.FrameworkId;
            // Before anybody hears of it: whoever waits for it may tear the framework down.
            await AcknowledgeAsync(value);
            lock (_gate)
            {
                _events.Add(value);
                var changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                changed.SetResult();
            }
        }
    }

    private async Task AcknowledgeAsync(SchedulerEvent value)
    {
        if (AcknowledgesUpdates && value.Update?.Status is { Uuid: { } uuid, AgentId: { } agent } status)
        {
            await CallAsync(new SchedulerCall
            {
                Type = "ACKNOWLEDGE", Acknowledge = new SchedulerCall.AcknowledgeCall(agent, status.TaskId, uuid),
            });
        }
        if (AcknowledgesOperations && value.UpdateOperationStatus?.Status is { Uuid: { } id } operation)
        {
            await CallAsync(new SchedulerCall
            {
                Type = "ACKNOWLEDGE_OPERATION_STATUS",
                AcknowledgeOperationStatus =
                    new SchedulerCall.AcknowledgeOperationCall(operation.AgentId, id.Value, operation.OperationId!.Value),
            });
        }
    }
}
