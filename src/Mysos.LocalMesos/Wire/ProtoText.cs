using System.Globalization;
using System.Text;
using System.Text.Json;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Wire;

/// <summary>Messages as protobuf's DebugString prints them: Mesos does so in some of its error texts.</summary>
internal static class ProtoText
{
    /// <summary>Fields in the order of their numbers; those that are missing here follow as they come.</summary>
    private static readonly string[] Order =
    [
        // ExecutorInfo
        "executor_id", "data", "resources", "command", "framework_id",
        // CommandInfo and its parts
        "uris", "environment", "variables", "name", "type", "value", "source", "user", "shell", "arguments",
        "executable", "extract", "cache", "output_file", "shutdown_grace_period",
        // Resource
        "scalar", "ranges", "range", "begin", "end", "role", "disk", "reservation", "allocation_info", "reservations",
    ];

    /// <summary>Fields whose text is the name of an enum's value.</summary>
    private static readonly HashSet<string> Enums = ["type", "mode"];

    public static string Of(ExecutorInfo executor)
    {
        var text = new StringBuilder();
        var fields = JsonSerializer.SerializeToElement(executor, MesosWire.Json.ExecutorInfo).EnumerateObject().ToArray();
        // The type has the highest number of an ExecutorInfo's fields and the second lowest of a Resource's.
        Write(text, "", fields.Where(field => field.Name != "type"));
        Write(text, "", fields.Where(field => field.Name == "type"));
        return text.ToString();
    }

    private static void Write(StringBuilder text, string indent, IEnumerable<JsonProperty> fields)
    {
        foreach (var field in fields.OrderBy(field => (uint)Array.IndexOf(Order, field.Name)))
        {
            if (field.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in field.Value.EnumerateArray())
                    Write(text, indent, field.Name, item);
            }
            else
            {
                Write(text, indent, field.Name, field.Value);
            }
        }
    }

    private static void Write(StringBuilder text, string indent, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            text.Append(indent).Append(name).Append(" {\n");
            Write(text, indent + "  ", value.EnumerateObject());
            text.Append(indent).Append("}\n");
            return;
        }
        text.Append(indent).Append(name).Append(": ").Append(value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
            JsonValueKind.String when Enums.Contains(name) => value.GetString(),
            JsonValueKind.String when name == "data" => Quoted(Encoding.Latin1.GetString(value.GetBytesFromBase64())),
            JsonValueKind.String => Quoted(value.GetString()!),
            _ => value.GetRawText(),
        }).Append('\n');
    }

    private static string Quoted(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
}
