using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mysos.Tests.Mesos;

/// <summary>A line of a recording and its number, from 0. See <c>Traces/README.md</c>.</summary>
internal sealed record TraceLine(int Number, JsonElement Json)
{
    /// <summary>Since the start of the scenario.</summary>
    public TimeSpan At => TimeSpan.FromMilliseconds(Json.GetProperty("t").GetDouble());
    public string Who => Text("who")!;
    public string Kind => Text("kind")!;
    public string Conn => Text("conn") ?? "";
    public string? Body => Text("body");
    public string Raw => Text("raw")!;
    public string Path => Text("path")!;
    public string How => Text("how")!;
    public string Reason => Text("reason") ?? "Reason";
    public int? Status => Json.GetProperty("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null;

    public bool IsOfExecutor => Who.StartsWith("executor:", StringComparison.Ordinal);

    /// <summary>In 19, some lines have none.</summary>
    public (string Name, string Value)[] Headers => Json.TryGetProperty("headers", out var headers)
        ? [.. headers.EnumerateObject().Select(h => (h.Name, h.Value.GetString()!))]
        : [];

    /// <summary>Of the call in a request's body; null: there is none.</summary>
    public string? CallType
    {
        get
        {
            try
            {
                return Body is { } body && JsonNode.Parse(body) is JsonObject call ? (string?)call["type"] : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    public string? Header(string name) => Headers.FirstOrDefault(h => h.Name == name).Value;

    public string? Text(string name) => Json.TryGetProperty(name, out var value) ? value.GetString() : null;

    public override string ToString() => $"line {Number} ({At.TotalMilliseconds:F0} ms, {Who} {Conn} {Kind})";
}

/// <summary>Recordings of Apache Mesos 1.12.</summary>
internal static class Trace
{
    private static string Folder { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "..", "Traces");

    /// <summary>Their names, such as <c>01-subscribe</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.jsonl.gz").Select(f => Path.GetFileName(f)[..^".jsonl.gz".Length]).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<TraceLine> Read(string name)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(Folder, name + ".jsonl.gz")), CompressionMode.Decompress));
        var lines = new List<TraceLine>();
        while (reader.ReadLine() is { } line)
            lines.Add(new TraceLine(lines.Count, JsonSerializer.Deserialize<JsonElement>(line)));
        return lines;
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
