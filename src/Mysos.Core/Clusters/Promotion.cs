using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters;

/// <summary>Whether a node is to be the master. It never decides which writes survive: see <see cref="Promotions"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Promotion>))]
public enum Promotion
{
    [JsonStringEnumMemberName("neutral")] Neutral,
    /// <summary>Rather than others: it wins among equals, and a healthy cluster switches over to it.</summary>
    [JsonStringEnumMemberName("prefer")] Prefer,
    /// <summary>Only where its owner names it, or where <c>available</c> has waited long enough for another.</summary>
    [JsonStringEnumMemberName("never")] Never,
}
