using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mysos.Core.Mesos;

/// <summary>
/// Reads the events of one stream, also those of a newer Mesos: what it does not know is left out, and named once.
/// </summary>
/// <param name="warn">Told what was left out.</param>
internal sealed class EventReader<T>(JsonTypeInfo<T> type, Action<string> warn)
    where T : class
{
    private static readonly string[] WithoutMember = ["HEARTBEAT", "SHUTDOWN"];

    /// <summary>So many events of each type are looked through for what is not known, and one in so many after that: it takes longer than to read them.</summary>
    private const int LookedThrough = 1000;
    private const int OneIn = 50;

    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Null: it cannot be read, or nobody knows what it means.</summary>
    public T? Read(byte[] record)
    {
        var name = "An event";
        try
        {
            if (TypeOf(record) is not { } happened)
            {
                Warn("An event without a type was ignored.");
                return null;
            }
            name = happened;
            if (!WithoutMember.Contains(name) && type.Properties.All(p => !p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                Warn($"Events of type {name} are not known here, and ignored.");
                return null;
            }
            var read = JsonSerializer.Deserialize(record, type);
            var seen = _seen[name] = _seen.GetValueOrDefault(name) + 1;
            if (seen > LookedThrough && seen % OneIn != 0)
                return read;
            foreach (var field in UnknownFields.Of(record, type))
                Warn($"{name}: the field {field} is not known here, and ignored.");
            return read;
        }
        catch (JsonException e)
        {
            warn($"{name} could not be read and is left out: {e.Message}");
            return null;
        }
    }

    private void Warn(string what)
    {
        if (_told.Add(what))
            warn(what);
    }

    private static string? TypeOf(byte[] record)
    {
        var reader = new Utf8JsonReader(record);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }
        return null;
    }
}

/// <summary>The fields of a JSON text that its type does not have.</summary>
internal static class UnknownFields
{
    /// <summary>Their paths, such as <c>offers.offers.domain</c>; those of lists once.</summary>
    public static IReadOnlyCollection<string> Of(ReadOnlySpan<byte> json, JsonTypeInfo type)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        Walk(ref reader, type, "", found);
        return found;
    }

    /// <summary>Ends at the last token of the value at which the reader stands.</summary>
    private static void Walk(ref Utf8JsonReader reader, JsonTypeInfo? type, string path, SortedSet<string> found)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray when type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element }:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    Walk(ref reader, InfoOf(element, type), path, found);
                break;
            case JsonTokenType.StartObject when type is { Kind: JsonTypeInfoKind.Object }:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    var property = type.Properties.FirstOrDefault(p => p.Name == name);
                    var below = path.Length == 0 ? name : $"{path}.{name}";
                    reader.Read();
                    if (property is null)
                    {
                        found.Add(below);
                        reader.Skip();
                    }
                    else
                    {
                        Walk(ref reader, InfoOf(property.PropertyType, type), below, found);
                    }
                }
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static JsonTypeInfo? InfoOf(Type type, JsonTypeInfo within) =>
        within.Options.TryGetTypeInfo(Nullable.GetUnderlyingType(type) ?? type, out var info) ? info : null;
}
