using System.Text.Json;

namespace Mysos.Host.Options;

/// <summary>Where options come from; the first that has one wins: flags, environment, file.</summary>
/// <param name="Flags">By name, without dashes.</param>
/// <param name="Environment">All variables; <c>MYSOS_&lt;FLAG&gt;</c> are looked at.</param>
/// <param name="File">The members of <c>Mysos</c> in the file.</param>
/// <param name="FileName">For messages.</param>
internal sealed record OptionSources(
    IReadOnlyDictionary<string, string> Flags,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, string> File,
    string FileName = "appsettings.json")
{
    /// <summary>The value, and what it is called where it was given.</summary>
    public (string Value, string Origin)? Find(Flag flag) =>
        Flags.TryGetValue(flag.Name, out var value) ? (value, $"--{flag.Name}")
        : Environment.TryGetValue(flag.Environment, out value) ? (value, flag.Environment)
        : File.TryGetValue(flag.Name, out value) ? (value, $"{FileName}: Mysos:{flag.Name}")
        : null;
}

/// <summary>What the machine says where the user says nothing.</summary>
/// <param name="ExecutorPackage">The package beside the program; null when there is none.</param>
internal sealed record HostFacts(string HostName, string UserName, string TempDirectory, string StateDirectory, string? ExecutorPackage);

/// <summary>Reads <c>{"Mysos": {"port": 55001, …}}</c>.</summary>
internal static class OptionFile
{
    /// <summary>The members by name (a value that is an object or array as JSON), and what is wrong.</summary>
    public static (IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Problems) Parse(byte[] json, string name)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var problems = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                problems.Add($"{name}: it must be a JSON object with a member \"Mysos\".");
            else if (document.RootElement.TryGetProperty("Mysos", out var section))
                Read(section, name, values, problems);
        }
        catch (JsonException e)
        {
            problems.Add($"{name}: it is not JSON: {e.Message}");
        }

        return (values, problems);
    }

    private static void Read(JsonElement section, string name, Dictionary<string, string> values, List<string> problems)
    {
        if (section.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{name}: Mysos must be a JSON object.");
            return;
        }

        foreach (var member in section.EnumerateObject())
        {
            if (!Flags.All.Any(f => f.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase)))
                problems.Add($"{name}: Mysos:{member.Name} is no option.{Similar.Hint(member.Name, Flags.All.Select(f => f.Name))}");
            else if (!values.TryAdd(member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : Raw(member.Value)))
                problems.Add($"{name}: Mysos:{member.Name} is there twice.");
        }
    }

    private static string Raw(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() ? "true" : "false" : value.GetRawText();
}
