using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Mysos.LocalMesos.Wire;

/// <summary>Bytes of a request into a call, with Mesos' words for everything that is wrong with it.</summary>
internal static class CallParser
{
    private const string NotConvertible = "Failed to convert JSON into Call protobuf: ";

    /// <summary>The call, or the text of the 400.</summary>
    public static (T? Call, string? Error) Parse<T>(ReadOnlyMemory<byte> body, string message, JsonTypeInfo<T> type)
        where T : class
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return (null, "Failed to parse body into JSON: syntax error at line 1 near: ");
        }
        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return (null, NotConvertible + "Expecting a JSON object");
            if (WrongField(root, message) is { } wrong)
                return (null, NotConvertible + wrong);
            var missing = Missing(root, message, "").ToArray();
            if (missing.Length > 0)
                return (null, NotConvertible + "Missing required fields: " + string.Join(", ", missing));
            try
            {
                return (root.Deserialize(type), null);
            }
            catch (JsonException error)
            {
                return (null, NotConvertible + error.Message);
            }
        }
    }

    private static string? WrongField(JsonElement json, string message)
    {
        foreach (var field in CallSchema.Of(message))
        {
            if (!json.TryGetProperty(field.Name, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            if (!field.Repeated)
            {
                if (WrongValue(value, field) is { } wrong)
                    return wrong;
                continue;
            }
            if (value.ValueKind != JsonValueKind.Array)
                return NotExpecting(value, field);
            foreach (var item in value.EnumerateArray())
            {
                if (WrongValue(item, field) is { } wrong)
                    return wrong;
            }
        }
        return null;
    }

    private static string? WrongValue(JsonElement value, Field field) => (field.Type, value.ValueKind) switch
    {
        (FieldType.Text or FieldType.Enum, JsonValueKind.String) => null,
        (FieldType.Number, JsonValueKind.Number) => null,
        (FieldType.Boolean, JsonValueKind.True or JsonValueKind.False) => null,
        (FieldType.Bytes, JsonValueKind.String) => WrongBase64(value.GetString()!) is { } wrong
            ? $"Failed to base64 decode bytes field '{field.Name}': {wrong}"
            : null,
        (FieldType.Message, JsonValueKind.Object) => WrongField(value, field.Message!),
        _ => NotExpecting(value, field),
    };

    private static string? WrongBase64(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '/' or '=') && !char.IsWhiteSpace(character))
                return $"Invalid character '{character}'";
        }
        return Convert.TryFromBase64String(text, new byte[text.Length], out _) ? null : "Invalid length";
    }

    private static string NotExpecting(JsonElement value, Field field)
    {
        var kind = value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "boolean",
        };
        return $"Not expecting a JSON {kind} for field '{field.Name}'";
    }

    private static IEnumerable<string> Missing(JsonElement json, string message, string path)
    {
        foreach (var field in CallSchema.Of(message))
        {
            if (!json.TryGetProperty(field.Name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (field.Required)
                    yield return path + field.Name;
                continue;
            }
            if (field.Type != FieldType.Message)
                continue;
            var items = field.Repeated ? value.EnumerateArray().ToArray() : [value];
            for (var i = 0; i < items.Length; i++)
            {
                var inner = path + field.Name + (field.Repeated ? $"[{i}]." : ".");
                foreach (var missing in Missing(items[i], field.Message!, inner))
                    yield return missing;
            }
        }
    }
}
