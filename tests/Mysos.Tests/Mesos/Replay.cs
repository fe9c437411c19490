using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mysos.Core.Mesos;

namespace Mysos.Tests.Mesos;

/// <summary>Where the bytes of an answer are cut: into chunks by the server, and into reads by the network.</summary>
public enum Cut
{
    /// <summary>A record a chunk.</summary>
    AsRecorded,
    /// <summary>Anywhere.</summary>
    Random,
    /// <summary>A byte a chunk, a byte a read.</summary>
    Bytes,
}

/// <summary>What the replays of schedulers and of executors have in common.</summary>
internal sealed class Replay(Cut cut, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();

    /// <summary>How many bytes the next read gets.</summary>
    public int NextRead() => cut switch { Cut.AsRecorded => int.MaxValue, Cut.Bytes => 1, _ => Next(400) };

    /// <summary>The records of one stream that follow each other, beginning at this line: they may share chunks.</summary>
    public static IReadOnlyList<string> RecordsFrom(IReadOnlyList<TraceLine> lines, int first) =>
        [.. lines.Skip(first).TakeWhile(l => l.Kind == "record" && l.Conn == lines[first].Conn).Select(l => l.Raw)];

    public async Task WriteAsync(RawRequest stream, IReadOnlyList<string> records)
    {
        if (cut == Cut.AsRecorded)
        {
            foreach (var record in records)
                await stream.WriteRecordAsync(record);
            return;
        }
        ReadOnlyMemory<byte> bytes = records.SelectMany(r => RecordIO.Frame(Encoding.UTF8.GetBytes(r))).ToArray();
        using var chunks = new MemoryStream();
        while (!bytes.IsEmpty)
        {
            var length = Math.Min(bytes.Length, cut == Cut.Bytes ? 1 : Next(600));
            chunks.Write(RawRequest.Chunk(bytes[..length]));
            bytes = bytes[length..];
        }
        await stream.SendAsync(chunks.ToArray());
    }

    /// <summary>Whether a client has made of a record what is in it: every field that Mesos sent.</summary>
    public static void ShouldBeAsRecorded<T>(T happened, string raw, JsonTypeInfo<T> type) => ShouldBeEqual(
        JsonSerializer.SerializeToNode(happened, type)!, JsonNode.Parse(raw)!, "The client made another event of what was recorded.");

    /// <summary>The call of a recorded request if the clients can make it, with no field more or less; null otherwise.</summary>
    public static T? Made<T>(TraceLine request, JsonTypeInfo<T> type)
        where T : class
    {
        if (request.Json.GetProperty("method").GetString() != "POST" || request.Header("Content-Type") != "application/json"
            || request.Header("Accept") is not (null or "*/*" or "application/json")
            || request is { CallType: "SUBSCRIBE" } && request.Header("Mesos-Stream-Id") is not null
            || request.Path is not ("/api/v1/scheduler" or "/api/v1/executor"))
            return null;
        try
        {
            var call = JsonSerializer.Deserialize(request.Body!, type);
            return call is not null && Same(JsonSerializer.SerializeToNode(call, type), JsonNode.Parse(request.Body!)) ? call : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the client's request is the recorded one in all that Mesos looks at.</summary>
    public static void ShouldBeAsRecorded(RawRequest actual, TraceLine recorded, bool withBody = true)
    {
        actual.Method.ShouldBe("POST");
        actual.Path.ShouldBe(recorded.Path);
        foreach (var header in (string[])["Content-Type", "Mesos-Stream-Id", "Authorization"])
            actual.Headers.GetValueOrDefault(header).ShouldBe(recorded.Header(header), header);
        actual.Headers["Accept"].ShouldBe("application/json");
        if (withBody)
            ShouldBeEqual(JsonNode.Parse(actual.Body)!, JsonNode.Parse(recorded.Body!)!, "The client made another call.");
    }

    public static void ShouldBeEqual(JsonNode actual, JsonNode recorded, string what)
    {
        if (!Same(actual, recorded))
            Assert.Fail($"{what}\nrecorded: {recorded.ToJsonString()}\nhere:     {actual.ToJsonString()}");
    }

    /// <summary>The same in meaning: order of fields and digits of numbers have none.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => (a, b) switch
    {
        (JsonObject one, JsonObject other) => one.Count == other.Count && one.All(f => other.TryGetPropertyValue(f.Key, out var value) && Same(f.Value, value)),
        (JsonArray one, JsonArray other) => one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second)),
        (JsonValue one, JsonValue other) when one.GetValueKind() == JsonValueKind.Number && other.GetValueKind() == JsonValueKind.Number =>
            one.Deserialize<double>() == other.Deserialize<double>(),
        _ => JsonNode.DeepEquals(a, b),
    };

    private int Next(int most)
    {
        lock (_lock)
            return _random.Next(1, most);
    }
}
