using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.Clusters.Rules;

/// <summary>A size in API answers is written as users write it in requests.</summary>
public sealed class ClusterSizeJsonConverter : JsonConverter<ClusterSize>
{
    public override ClusterSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            return ClusterSizeText.Parse(document.RootElement);
        }
        catch (RequestException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ClusterSize value, JsonSerializerOptions options) =>
        ClusterSizeText.Write(writer, value);
}
