using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mysos.Bench.Dashboards;

/// <summary>What a page, as it was fetched, says about its live components.</summary>
/// <param name="Operations">Asks the circuit for all of them, as the browser does.</param>
/// <param name="State">What the server wants to hear again; empty: nothing.</param>
internal sealed partial record BlazorPage(string Operations, string State)
{
    public static BlazorPage Parse(string html)
    {
        var adds = Markers().Matches(html).Select(m => JsonNode.Parse(m.Groups[1].Value)!).Where(m => m["type"]?.GetValue<string>() == "server")
            .Select((marker, i) => (JsonNode)new JsonObject { ["type"] = "add", ["ssrComponentId"] = i + 1, ["marker"] = marker }).ToArray();
        if (adds.Length == 0)
            throw new InvalidDataException("The page has no live component.");
        var batch = new JsonObject { ["batchId"] = 1, ["operations"] = new JsonArray(adds) };
        return new BlazorPage(batch.ToJsonString(JsonSerializerOptions.Web), StateComment().Match(html).Groups[1].Value);
    }

    [GeneratedRegex("<!--Blazor:(\\{.*?\\})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:([A-Za-z0-9+/=]+)-->")]
    private static partial Regex StateComment();
}
