using System.Text.Json;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>Compares recorded JSON with that of here, field by field.</summary>
internal sealed class JsonComparison(IdMap ids)
{
    /// <summary>Numbers that are others each time: they have to be there, and the same ones again for the same ones.</summary>
    private static readonly HashSet<string> OwnNumbers = ["executor_pid", "port"];

    /// <summary>Times.</summary>
    private static readonly HashSet<string> Times =
        ["timestamp", "unreachable_time", "registered_time", "reregistered_time", "start_time", "elected_time",
        "estimated_drain_start_time", "mtime"];

    /// <summary>What processes have used: it has to be told.</summary>
    private static readonly HashSet<string> Figures = ["cpus_user_time_secs", "cpus_system_time_secs", "mem_rss_bytes"];

    /// <summary>Mesos keeps these in tables: their order says nothing.</summary>
    private static readonly HashSet<string> Unordered =
        ["resources", "executor_ids", "agents", "total_resources", "allocated_resources", "offered_resources", "slaves",
        "unreserved_resources_full", "used_resources_full", "offered_resources_full"];

    /// <summary>The differences, each with its place; empty: both say the same.</summary>
    public IReadOnlyList<string> Differences(string recorded, string here)
    {
        using var theirs = JsonDocument.Parse(recorded);
        using var mine = JsonDocument.Parse(here);
        return [.. Compare("", theirs.RootElement, mine.RootElement)];
    }

    public IEnumerable<string> Compare(string path, JsonElement recorded, JsonElement here)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        if (recorded.ValueKind != here.ValueKind)
            return [Difference(path, recorded, here)];
        if (Times.Contains(name) || Figures.Contains(name))
            return [];
        return recorded.ValueKind switch
        {
            JsonValueKind.Object => Objects(path, recorded, here),
            JsonValueKind.Array => Arrays(path, name, recorded, here),
            JsonValueKind.String => IsSame(recorded.GetString()!, here.GetString()!) ? [] : [Difference(path, recorded, here)],
            JsonValueKind.Number when OwnNumbers.Contains(name) =>
                ids.IsPair(name + recorded.GetRawText(), name + here.GetRawText()) ? [] : [Difference(path, recorded, here)],
            _ => recorded.GetRawText() == here.GetRawText() ? [] : [Difference(path, recorded, here)],
        };
    }

    /// <summary>Texts that list resources may list them in another order.</summary>
    private bool IsSame(string recorded, string here) => ids.IsSame(recorded, here)
        || (recorded.Contains("(allocated: ", StringComparison.Ordinal) && Words(ids.ToHere(recorded)).SequenceEqual(Words(here)));

    private static IEnumerable<string> Words(string text) => text.Split(' ', ';').Order(StringComparer.Ordinal);

    private IEnumerable<string> Objects(string path, JsonElement recorded, JsonElement here)
    {
        foreach (var field in recorded.EnumerateObject())
        {
            if (!here.TryGetProperty(field.Name, out var mine))
                yield return $"{path}.{field.Name} is missing; Mesos: {field.Value.GetRawText()}";
            else
                foreach (var difference in Compare($"{path}.{field.Name}", field.Value, mine))
                    yield return difference;
        }
        foreach (var field in here.EnumerateObject().Where(field => !recorded.TryGetProperty(field.Name, out _)))
            yield return $"{path}.{field.Name} is not in Mesos' answer: {field.Value.GetRawText()}";
    }

    private IEnumerable<string> Arrays(string path, string name, JsonElement recorded, JsonElement here)
    {
        if (recorded.GetArrayLength() != here.GetArrayLength())
            return [Difference(path, recorded, here)];
        IEnumerable<JsonElement> theirs = recorded.EnumerateArray();
        IEnumerable<JsonElement> mine = here.EnumerateArray();
        if (Unordered.Contains(name))
        {
            theirs = theirs.OrderBy(item => ids.ToHere(item.GetRawText()), StringComparer.Ordinal);
            mine = mine.OrderBy(item => item.GetRawText(), StringComparer.Ordinal);
        }
        return theirs.Zip(mine).SelectMany((pair, index) => Compare($"{path}[{index}]", pair.First, pair.Second));
    }

    private string Difference(string path, JsonElement recorded, JsonElement here) =>
        $"{path}\n      Mesos: {ids.ToHere(recorded.GetRawText())}\n      here:  {here.GetRawText()}";
}
