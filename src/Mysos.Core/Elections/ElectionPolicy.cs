using System.Text.Json.Serialization;

namespace Mysos.Core.Elections;

/// <summary>What is done when nobody answers who is sure to have the last writes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ElectionPolicy>))]
public enum ElectionPolicy
{
    /// <summary>Wait, for them or for an operator.</summary>
    [JsonStringEnumMemberName("lossless")] Lossless,
    /// <summary>After the election timeout, elect among those that answered, and say what may be lost.</summary>
    [JsonStringEnumMemberName("available")] Available,
}
