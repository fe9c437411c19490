using System.Text.Json.Nodes;

namespace Mysos.Bench.Dashboards;

/// <summary>The scripts of a page whose window is 1 000 pixels high, as far as the server asks something of them.</summary>
internal static class PlayedScripts
{
    /// <summary>What a call gives back, as JSON.</summary>
    public static string Answer(string identifier) => identifier switch
    {
        "mysos.watchTheme" => "false",
        "window.hasOwnProperty" => "true",
        "mudpopoverHelper.countProviders" => "1",
        _ => "null",
    };

    /// <summary>A virtualized list hears how high its window is, and then makes the rows that are in it. Null: it is another call.</summary>
    public static (long List, string Arguments)? Scrolled(string identifier, string? arguments) => identifier != "Blazor._internal.Virtualize.init" ? null
        : (JsonNode.Parse(arguments!)![0]!["__dotNetObject"]!.GetValue<long>(), "[0,0,1000]");
}
