using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Chaos.Runs;

/// <summary>What came of one blow.</summary>
internal sealed record BlowResult
{
    public required int Number { get; init; }
    public required string Flavor { get; init; }
    public required int Nodes { get; init; }
    public required string Faults { get; init; }
    /// <summary>How many of them began: one may have broken what another was to break.</summary>
    public int Begun { get; init; }
    public required bool FailedOver { get; init; }
    public required double OutageMs { get; init; }
    /// <summary>From the end of the fault until all nodes serve and were looked at.</summary>
    public required double RecoveryMs { get; init; }
    /// <summary>Acknowledged rows so far.</summary>
    public required int Rows { get; init; }
    public required int Lost { get; init; }
    public required IReadOnlyList<string> Problems { get; init; }
    /// <inheritdoc cref="Findings.Early"/>
    public string Early { get; init; } = "";

    public string ToJson() => JsonSerializer.Serialize(this, ResultJson.Default.BlowResult);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BlowResult))]
internal sealed partial class ResultJson : JsonSerializerContext;
