using System.Text.Json.Serialization;

namespace Mysos.Host.Api.Status;

/// <summary>Says whether this process can serve requests.</summary>
public interface IReadiness
{
    /// <summary>Answers at once, from what is known.</summary>
    Readiness Check();
}

/// <param name="WaitsFor">What is missing, as a sentence for people; null when ready.</param>
public sealed record Readiness(string? WaitsFor)
{
    public bool IsReady => WaitsFor is null;

    /// <summary>Whether this scheduler leads.</summary>
    public bool? Leads { get; init; }

    /// <summary><c>host:port</c> of the scheduler that this one follows.</summary>
    public string? Leader { get; init; }

    /// <summary>Set while what this scheduler shows is not live.</summary>
    public DateTimeOffset? StaleSince { get; init; }
}

/// <summary>The answer of a scheduler that is ready; the members are those of <see cref="Readiness"/>.</summary>
internal sealed record ReadyBody(string Status, bool? Leads, string? Leader, DateTimeOffset? StaleSince);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadyBody))]
internal sealed partial class ReadyJson : JsonSerializerContext;
