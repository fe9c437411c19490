using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.State;

/// <summary>Numbers of nodes; documents of format 1 have one number, or none.</summary>
internal sealed class NodeSetConverter : JsonConverter<ImmutableSortedSet<int>>
{
    public override ImmutableSortedSet<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return [reader.GetInt32()];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("The numbers of nodes are neither a number nor a list of them.");
        var nodes = ImmutableSortedSet.CreateBuilder<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            nodes.Add(reader.GetInt32());
        return nodes.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableSortedSet<int> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var node in value)
            writer.WriteNumberValue(node);
        writer.WriteEndArray();
    }
}
