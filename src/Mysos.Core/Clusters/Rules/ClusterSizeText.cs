using System.Globalization;
using System.Text.Json;

namespace Mysos.Core.Clusters.Rules;

/// <summary>The size of an instance as users write it: <c>{"mem": "512mb", "disk": "2gb", "cpus": 1.0}</c>.</summary>
public static class ClusterSizeText
{
    /// <summary>What a right value looks like.</summary>
    public const string Example = """{"mem": "512mb", "disk": "2gb", "cpus": 1.0}""";

    /// <summary>
    /// Reads the dictionary; what is missing in it is taken from <see cref="ClusterSize.Default"/>. Limits are checked
    /// elsewhere (<see cref="ClusterRules.CheckSize"/>).
    /// </summary>
    /// <exception cref="RequestException">400, field <c>size</c>.</exception>
    public static ClusterSize Parse(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
        }
        catch (JsonException)
        {
            throw Wrong($"is not JSON; a size is a dictionary such as {Example}");
        }

        using (document)
        {
            return Parse(document.RootElement);
        }
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static ClusterSize Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"is not a JSON dictionary; it looks like {Example}");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var size = ClusterSize.Default;
        foreach (var property in root.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                throw Wrong($"has '{property.Name}' twice; give it once");
            }

            size = property.Name switch
            {
                "cpus" => size with { Cpus = Cpus(property.Value) },
                "mem" => size with { MemMb = Amount("mem", "512mb", property.Value) },
                "disk" => size with { DiskMb = Amount("disk", "2gb", property.Value) },
                _ => throw Wrong($"has an unknown key '{Shown(property.Name)}'; the keys are cpus, mem and disk"),
            };
        }

        return size;
    }

    /// <summary>In the order and style of the guide: <c>{"cpus":1.0,"mem":"512mb","disk":"2gb"}</c>.</summary>
    public static void Write(Utf8JsonWriter writer, ClusterSize size)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("cpus");
        writer.WriteRawValue(FormatCpus(size.Cpus));
        writer.WriteString("mem", SizeText.Format(size.MemMb));
        writer.WriteString("disk", SizeText.Format(size.DiskMb));
        writer.WriteEndObject();
    }

    /// <summary>With at least one decimal: <c>1.0</c>, <c>0.25</c>.</summary>
    public static string FormatCpus(double cpus) => cpus.ToString("0.0##", CultureInfo.InvariantCulture);

    private static double Cpus(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString(),
            _ => null,
        };
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out var cpus) && double.IsFinite(cpus)
            // Mesos counts cpus in thousandths.
            ? Math.Round(cpus, 3)
            : throw Wrong("has a 'cpus' that is not a number; it looks like 1.0");
    }

    private static long Amount(string key, string example, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when SizeText.TryParse(value.GetString(), out var mb) => mb,
        JsonValueKind.Number => throw Wrong($"has a '{key}' without a unit; give it as a string such as \"{example}\""),
        _ => throw Wrong($"has a '{key}' that is not an amount of data; it is a number and one of kb, mb, gb, tb, " +
            $"without a space, such as \"{example}\""),
    };

    private static string Shown(string key) => key.Length <= 32 ? key : key[..32] + "…";

    private static RequestException Wrong(string what) => new(400, "size", $"size {what}.");
}
