using System.Net.Http.Headers;
using System.Reactive.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Mesos;

/// <summary>
/// Plays one scheduler of a recording with the client, against a server that says what Mesos said. Requests that the
/// client cannot make (broken ones) are replaced by one that it can; the recorded answer comes to that.
/// </summary>
internal sealed class SchedulerReplay(IReadOnlyList<TraceLine> lines, Replay replay) : ClientReplay(lines, replay)
{
    private readonly Dictionary<string, Subscription> _streams = [];
    private readonly List<Subscription> _all = [];
    private readonly Dictionary<string, Call> _calls = [];
    /// <summary>Calls whose answers are on their way. Of two calls with one body, either can have come first.</summary>
    private readonly List<Task> _accepted = [];
    private readonly HttpClient _http = new(TrickleStream.Handler(replay.NextRead)) { Timeout = Timeout.InfiniteTimeSpan };

    private sealed record Call(Task Sent, TraceLine Request, bool Made);

    /// <summary>A SUBSCRIBE, with what has come of it.</summary>
    private sealed class Subscription(SchedulerClient client, FrameworkInfo framework) : IDisposable
    {
        private readonly CancellationTokenSource _close = new();

        public SchedulerClient Client => client;
        public Told<SchedulerEvent> Events { get; private set; } = null!;
        public RawRequest? Stream { get; set; }
        public string? Credentials { get; init; }
        public string? StreamId { get; set; }
        public string? FrameworkId { get; set; }

        public void Start() => Events = new(Observable.Create<SchedulerEvent>(async observer =>
        {
            await foreach (var happened in client.SubscribeAsync(framework, _close.Token))
                observer.OnNext(happened);
        }));

        public void Close() => _close.Cancel();

        public void Dispose()
        {
            Close();
            client.Dispose();
        }
    }

    public override async Task RunAsync()
    {
        await base.RunAsync();
        await Task.WhenAll(_accepted);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var subscription in _all)
            subscription.Dispose();
        _http.Dispose();
        await base.DisposeAsync();
    }

    protected override async Task RequestAsync(TraceLine line)
    {
        if (line.CallType == "SUBSCRIBE" && Next(line) is { Kind: "response", Status: 200 } && Replay.Made(line, MesosJson.Default.SchedulerCall) is { } call)
            await SubscribeAsync(line, call);
        else
            _calls[line.Conn] = Send(line);
    }

    protected override async Task ResponseAsync(TraceLine line)
    {
        if (_streams.GetValueOrDefault(line.Conn) is { StreamId: null } stream && !_calls.ContainsKey(line.Conn))
        {
            stream.StreamId = line.Header("Mesos-Stream-Id").ShouldNotBeNull();
            await stream.Stream!.StartAsync(200, line.Reason, line.Headers);
        }
        else
        {
            await AnswerAsync(line);
        }
    }

    protected override Task RecordsAsync(TraceLine first, IReadOnlyList<string> records) => RecordsAsync(_streams[first.Conn], records);

    protected override async Task ClosedAsync(TraceLine line)
    {
        await CloseAsync(_streams[line.Conn], line.How);
        _streams.Remove(line.Conn);
    }

    private async Task SubscribeAsync(TraceLine line, SchedulerCall call)
    {
        var subscription = new Subscription(Client(line), call.Subscribe!.FrameworkInfo) { Credentials = line.Header("Authorization") };
        _streams[line.Conn] = subscription;
        _all.Add(subscription);
        subscription.Start();
        subscription.Stream = await Server.TakeAsync(what: line.Body!);
        Replay.ShouldBeAsRecorded(subscription.Stream, line);
        CallsMade++;
    }

    private Call Send(TraceLine line)
    {
        if (Replay.Made(line, MesosJson.Default.SchedulerCall) is { } call)
        {
            if (call is { Type: "SUBSCRIBE", Subscribe.FrameworkInfo: { } framework } && framework.Id == call.FrameworkId)
                return new(SubscribeInVainAsync(Client(line), framework), line, Made: true);
            var subscription = _all.Find(s => s.StreamId == line.Header("Mesos-Stream-Id") && s.FrameworkId == call.FrameworkId?.Value
                && s.Credentials == line.Header("Authorization"));
            if (subscription is not null)
                return new(subscription.Client.SendAsync(call, default), line, Made: true);
        }
        var other = Client(line);
        return new(
            line.CallType == "SUBSCRIBE"
                ? SubscribeInVainAsync(other, new FrameworkInfo { User = "root", Name = "mysos" })
                : other.SendAsync(new SchedulerCall { Type = line.CallType ?? "REVIVE" }, default),
            line, Made: false);
    }

    private async Task AnswerAsync(TraceLine line)
    {
        // Polls are recorded without their requests.
        if (!_calls.Remove(line.Conn, out var call))
            call = new(SubscribeInVainAsync(Client(null), new FrameworkInfo { User = "root", Name = "mysos" }), line, Made: false);
        var request = await Server.TakeAsync(
            r => !call.Made || Replay.Same(JsonNode.Parse(r.Body), JsonNode.Parse(call.Request.Body!)), call.Request.Body ?? "a poll");
        if (call.Made)
            Replay.ShouldBeAsRecorded(request, call.Request);
        _ = call.Made ? CallsMade++ : Replaced++;
        if (line.Status is not { } status)
        {
            request.Break();
            await Should.ThrowAsync<HttpRequestException>(call.Sent);
            return;
        }
        if (status == 200)
        {
            // A SUBSCRIBE that the client would not make, with the stream that comes of it.
            await request.AnswerAsync(503, "Not replayed");
            await Should.ThrowAsync<MesosException>(call.Sent);
            return;
        }
        await request.AnswerAsync(status, line.Reason, line.Body!, line.Headers);
        if (status == 202)
        {
            // A SUBSCRIBE is never answered so.
            _accepted.Add(call.Sent);
            return;
        }
        var refusal = await Should.ThrowAsync<MesosException>(call.Sent);
        refusal.Status.ShouldBe(status);
        refusal.Outcome.ShouldBe(Outcomes.Of(status, line.Body!, subscribe: call.Request.CallType is null or "SUBSCRIBE", line.Header("Location")), refusal.Message);
        if (status != 307)
            refusal.Message.ShouldContain(line.Body!);
    }

    private async Task RecordsAsync(Subscription subscription, IReadOnlyList<string> records)
    {
        await Cuts.WriteAsync(subscription.Stream!, records);
        foreach (var record in records)
        {
            var happened = await subscription.Events.NextAsync();
            Replay.ShouldBeAsRecorded(happened, record, MesosJson.Default.SchedulerEvent);
            subscription.FrameworkId = happened.Subscribed?.FrameworkId.Value ?? subscription.FrameworkId;
            Events++;
        }
    }

    private static async Task CloseAsync(Subscription subscription, string how)
    {
        if (how.StartsWith("end of chunked body", StringComparison.Ordinal))
        {
            await subscription.Stream!.EndAsync();
            await Should.ThrowAsync<System.Threading.Channels.ChannelClosedException>(subscription.Events.NextAsync());
        }
        else if (how.StartsWith("EOFError", StringComparison.Ordinal))
        {
            subscription.Stream!.Break();
            await Should.ThrowAsync<IOException>(subscription.Events.NextAsync());
        }
        else
        {
            how.ShouldBe("closed by the scheduler");
            subscription.Close();
        }
    }

    private SchedulerClient Client(TraceLine? line)
    {
        AuthenticationHeaderValue.TryParse(line?.Header("Authorization"), out var credentials);
        return new(_http, Server.Uri, credentials, TimeProvider.System, what => Assert.Fail(what));
    }

    private static async Task SubscribeInVainAsync(SchedulerClient client, FrameworkInfo framework)
    {
        await foreach (var happened in client.SubscribeAsync(framework, default))
            Assert.Fail($"Subscribed all the same: {happened.Type}");
    }
}
