using System.Text.Json;
using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Mesos;

/// <summary>
/// Plays one executor of a recording with the client, against a server that says what the agent said. The client makes
/// its own uuids and times, and comes back by itself when the stream is gone.
/// </summary>
internal sealed class ExecutorReplay(IReadOnlyList<TraceLine> lines, Replay replay) : ClientReplay(lines, replay)
{
    private readonly HttpMessageInvoker _http = new(TrickleStream.Handler(replay.NextRead));
    private readonly Dictionary<string, RawRequest> _streams = [];
    private readonly Dictionary<string, (RawRequest Request, Task<bool> Sent)> _calls = [];
    /// <summary>Updates that the client was told to send and the server has not taken yet, by their connections.</summary>
    private readonly List<TraceLine> _updates = [];
    /// <summary>The client's uuids by the recorded ones.</summary>
    private readonly Dictionary<string, string> _uuids = [];
    private ExecutorClient? _client;
    private Told<ExecutorEvent>? _events;

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        await base.DisposeAsync();
    }

    protected override Task ResponseAsync(TraceLine line) => _streams.TryGetValue(line.Conn, out var stream)
        ? stream.StartAsync(200, line.Reason, line.Headers)
        : AnswerAsync(line);

    protected override Task RecordsAsync(TraceLine first, IReadOnlyList<string> records) => RecordsAsync(_streams[first.Conn], records);

    protected override Task ClosedAsync(TraceLine line) =>
        _streams.Remove(line.Conn, out var stream) ? CloseAsync(stream, line.How) : Task.CompletedTask;

    protected override async Task OtherAsync(TraceLine line)
    {
        if (line.Kind == "start")
            Start(line.Json.GetProperty("env"));
        else if (line.Kind == "exit")
            await StopAsync();
    }

    private void Start(JsonElement environment)
    {
        var recorded = environment.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString());
        recorded["MESOS_AGENT_ENDPOINT"] = Server.Uri.Authority;
        recorded["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = "20ms";
        _client = new ExecutorClient(_http, ExecutorEnvironment.Read(recorded.GetValueOrDefault), TimeProvider.System, new Random(1), _ => { });
    }

    private async Task StopAsync()
    {
        _events?.Dispose();
        if (_client is not null)
            await _client.DisposeAsync();
        (_events, _client) = (null, null);
    }

    protected override async Task RequestAsync(TraceLine line)
    {
        var next = Next(line);
        var call = Replay.Made(line, MesosJson.Default.ExecutorCall);
        switch (line.CallType)
        {
            case "SUBSCRIBE" when next is { Kind: "response", Status: 200 }:
                await SubscribeAsync(line);
                break;
            case "SUBSCRIBE" when next is { Kind: "response" }:
                await SubscribeInVainAsync(line, next);
                break;
            case "SUBSCRIBE":
                // An attempt that found nobody: the client makes as many as it likes.
                break;
            case "UPDATE" when call?.Update is { Status: { Source: "SOURCE_EXECUTOR", Uuid: { } uuid } status } && (status.ExecutorId ?? call.ExecutorId) == call.ExecutorId:
                // One that was sent twice on purpose: the client does not do that.
                if (_uuids.ContainsKey(Convert.ToBase64String(uuid)) || _updates.Any(u => Uuid(u) == Convert.ToBase64String(uuid)))
                    break;
                (_client ??= NewClient(line)).Update(status);
                if (next is { Kind: "response" })
                    _updates.Add(line);
                break;
            case "MESSAGE" when call?.Message is { } message:
                var sent = (_client ??= NewClient(line)).SendAsync(message.Data);
                var request = await Server.TakeAsync(r => r.Body.Contains("\"MESSAGE\"", StringComparison.Ordinal), line.Body!);
                Replay.ShouldBeAsRecorded(request, line);
                _calls[line.Conn] = (request, sent);
                CallsMade++;
                break;
            default:
                var other = (_client ??= NewClient(line)).SendAsync([0]);
                _calls[line.Conn] = (await Server.TakeAsync(r => r.Body.Contains("\"MESSAGE\"", StringComparison.Ordinal)), other);
                Replaced++;
                break;
        }
    }

    private async Task SubscribeAsync(TraceLine line)
    {
        _client ??= NewClient(line);
        Server.Refuses = false;
        _events ??= new(_client.Run());
        var request = await Server.TakeAsync(r => r.Body.Contains("\"SUBSCRIBE\"", StringComparison.Ordinal), line.Body!);
        Replay.ShouldBeAsRecorded(request, line, withBody: false);
        var (actual, recorded) = (JsonNode.Parse(request.Body)!, JsonNode.Parse(line.Body!)!);
        if (recorded["subscribe"]!["unacknowledged_updates"] is JsonArray updates)
        {
            for (var i = 0; i < updates.Count; i++)
                Same(actual["subscribe"]!["unacknowledged_updates"]![i]!, updates[i]!);
        }
        else
        {
            // Left out by another client; Mysos names none.
            recorded["subscribe"] = JsonNode.Parse("""{"unacknowledged_tasks":[],"unacknowledged_updates":[]}""");
        }
        Replay.ShouldBeEqual(actual, recorded, "The client subscribed with other work.");
        await Server.AcceptAsync(IsRepeated);
        _streams[line.Conn] = request;
        CallsMade++;
    }

    /// <summary>An update that the server has had: the client may repeat it until it hears of that.</summary>
    private bool IsRepeated(RawRequest request) =>
        JsonNode.Parse(request.Body)!["update"]?["status"]?["uuid"] is { } uuid && _uuids.ContainsValue((string)uuid!);

    /// <summary>Takes over what the client chooses (uuid and time), and the executor that it always names.</summary>
    private void Same(JsonNode actual, JsonNode recorded)
    {
        var (here, there) = (actual["status"]!, recorded["status"]!);
        _uuids.TryAdd((string)there["uuid"]!, (string)here["uuid"]!);
        there["uuid"] = _uuids[(string)there["uuid"]!];
        there["timestamp"] = (double)here["timestamp"]!;
        there["executor_id"] ??= here["executor_id"]!.DeepClone();
    }

    private async Task SubscribeInVainAsync(TraceLine line, TraceLine answer)
    {
        await using var client = NewClient(line);
        using var events = new Told<ExecutorEvent>(client.Run());
        var request = await Server.TakeAsync(what: line.Body!);
        if (Replay.Made(line, MesosJson.Default.ExecutorCall) is not null)
            CallsMade++;
        else
            Replaced++;
        await RefuseAsync(request, events, answer);
    }

    private async Task RefuseAsync(RawRequest request, Told<ExecutorEvent> events, TraceLine answer)
    {
        if (answer.Status is { } status)
            await request.AnswerAsync(status, answer.Reason, answer.Body!, answer.Headers);
        else
            request.Break();
        if (answer.Status is null or 503)
        {
            // It tries again.
            await Server.TakeAsync(what: "another SUBSCRIBE");
            return;
        }
        var refusal = await Should.ThrowAsync<MesosException>(events.NextAsync());
        refusal.Outcome.ShouldBe(Outcomes.Of(answer.Status.Value, answer.Body!, subscribe: true, null));
        refusal.Message.ShouldContain(answer.Body!);
    }

    private async Task AnswerAsync(TraceLine line)
    {
        if (_updates.Any(u => u.Conn == line.Conn))
        {
            await TakeUpdatesAsync(u => u.Conn == line.Conn);
        }
        else if (_calls.Remove(line.Conn, out var call))
        {
            await call.Request.AnswerAsync(line.Status!.Value, line.Reason, line.Body!, line.Headers);
            (await call.Sent).ShouldBe(line.Status == 202);
        }
        else if (line.Conn == "poll")
        {
            await using var client = NewClient();
            using var events = new Told<ExecutorEvent>(client.Run());
            Replaced++;
            await RefuseAsync(await Server.TakeAsync(what: "SUBSCRIBE"), events, line);
        }
    }

    /// <summary>The client sends updates one after the other: takes and answers them up to the last that is asked for.</summary>
    private async Task TakeUpdatesAsync(Func<TraceLine, bool> last)
    {
        while (_updates.Any(last))
        {
            var line = _updates[0];
            var request = await Server.TakeAsync(r => r.Body.Contains("\"UPDATE\"", StringComparison.Ordinal), line.Body!);
            Replay.ShouldBeAsRecorded(request, line, withBody: false);
            var (actual, recorded) = (JsonNode.Parse(request.Body)!, JsonNode.Parse(line.Body!)!);
            Same(actual["update"]!, recorded["update"]!);
            Replay.ShouldBeEqual(actual, recorded, "The client sent another update.");
            await Server.AcceptAsync(IsRepeated);
            var answer = Next(line)!;
            await request.AnswerAsync(answer.Status!.Value, answer.Reason, answer.Body!, answer.Headers);
            _updates.RemoveAt(0);
            CallsMade++;
        }
    }

    private async Task RecordsAsync(RawRequest stream, IReadOnlyList<string> recorded)
    {
        var records = new List<string>();
        foreach (var record in recorded)
        {
            var uuid = (string?)JsonNode.Parse(record)!["acknowledged"]?["uuid"];
            if (uuid is not null && !_uuids.ContainsKey(uuid))
                await TakeUpdatesAsync(u => Uuid(u) == uuid);
            records.Add(uuid is null ? record : record.Replace(uuid, _uuids[uuid], StringComparison.Ordinal));
        }
        await Cuts.WriteAsync(stream, records);
        foreach (var record in records)
        {
            Replay.ShouldBeAsRecorded(await _events!.NextAsync(), record, MesosJson.Default.ExecutorEvent);
            Events++;
        }
    }

    private async Task CloseAsync(RawRequest stream, string how)
    {
        if (how.StartsWith("end of chunked body", StringComparison.Ordinal))
        {
            await stream.EndAsync();
        }
        else if (how.StartsWith("EOFError", StringComparison.Ordinal))
        {
            Server.Refuses = true;
        }
        else
        {
            how.ShouldStartWith("closed by the executor");
            _events!.Dispose();
            _events = null;
        }
    }

    private ExecutorClient NewClient(TraceLine? line = null)
    {
        var call = line?.CallType is null ? null : JsonNode.Parse(line.Body!);
        var environment = new ExecutorEnvironment
        {
            FrameworkId = new((string?)call?["framework_id"]?["value"] ?? "f"), ExecutorId = new((string?)call?["executor_id"]?["value"] ?? "e"),
            AgentEndpoint = Server.Uri.Authority, Sandbox = "/", SubscriptionBackoffMax = TimeSpan.FromMilliseconds(20),
        };
        return new ExecutorClient(_http, environment, TimeProvider.System, new Random(1), _ => { });
    }

    private static string Uuid(TraceLine update) => (string)JsonNode.Parse(update.Body!)!["update"]!["status"]!["uuid"]!;
}
