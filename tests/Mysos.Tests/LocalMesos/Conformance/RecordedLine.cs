using System.Text.Json;
using Mysos.Tests.Mesos;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>A line of a recording and its number, from 0.</summary>
internal sealed record RecordedLine(int Number, TraceLine Line)
{
    public JsonElement Json => Line.Json;
    /// <summary>Since the start of the scenario.</summary>
    public TimeSpan At => TimeSpan.FromMilliseconds(Json.GetProperty("t").GetDouble());
    public string Kind => Line.Kind;
    public string Who => Line.Who;
    public string Connection => Line.Conn;
    public bool IsOfExecutor => Who.StartsWith("executor:", StringComparison.Ordinal);
    /// <summary>In 19, some have none.</summary>
    public IReadOnlyDictionary<string, string> Headers =>
        Json.TryGetProperty("headers", out _) ? Line.Headers.ToDictionary(header => header.Name, header => header.Value) : [];

    public string? Text(string name) =>
        Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public override string ToString() => $"line {Number} ({At.TotalMilliseconds:F0} ms, {Who} {Connection} {Kind})";
}
