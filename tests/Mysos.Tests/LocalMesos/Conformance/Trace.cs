using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>One line of a recording.</summary>
internal sealed record TraceLine(int Number, JsonElement Json)
{
    /// <summary>Since the start of the scenario.</summary>
    public TimeSpan At => TimeSpan.FromMilliseconds(Json.GetProperty("t").GetDouble());
    public string Kind => Json.GetProperty("kind").GetString()!;
    public string Who => Json.GetProperty("who").GetString()!;
    public string Connection => Text("conn") ?? "";
    public bool IsOfExecutor => Who.StartsWith("executor:", StringComparison.Ordinal);

    public string? Text(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public IReadOnlyDictionary<string, string> Texts(string name) =>
        Json.TryGetProperty(name, out var texts) ? texts.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetString()!) : [];

    public override string ToString() => $"line {Number} ({At.TotalMilliseconds:F0} ms, {Who} {Connection} {Kind})";
}

/// <summary>Reads the recordings of Apache Mesos in <c>tests/Mysos.Tests/Traces</c>.</summary>
internal static class Trace
{
    public static IReadOnlyList<TraceLine> Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(Directory(), name + ".jsonl.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var lines = new List<TraceLine>();
        while (text.ReadLine() is { } line)
            lines.Add(new TraceLine(lines.Count, JsonSerializer.Deserialize<JsonElement>(line)));
        return lines;
    }

    private static string Directory([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "Traces"));
}
