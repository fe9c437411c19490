using System.CommandLine.Completions;
using System.Text.Json;

namespace Mysos.Host.Client;

/// <summary>The names of clusters, for a shell that completes one.</summary>
internal static class ClusterNames
{
    private const int Most = 1000;

    /// <summary>Whoever types waits for this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>None when no scheduler answers at once, or it wants another login than the one that is given.</summary>
    public static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            using var http = (context.ParseResult.CommandResult.Command as ClientCommand)?.ConnectQuietly(context.ParseResult, Patience);
            if (http is null)
                return [];
            using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, $"clusters?limit={Most}"));
            using var list = JsonDocument.Parse(answer.Content.ReadAsStream());
            return [.. list.RootElement.EnumerateArray().Select(c => new CompletionItem(c.GetProperty("name").GetString()!))];
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException or UsageException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }
}
