using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mysos.LocalMesos.Http;

/// <summary>The few operator calls that cost nothing to answer.</summary>
internal static class OperatorApi
{
    /// <summary>The version of Mesos whose behaviour is reproduced.</summary>
    public const string MesosVersion = "1.12.0";

    public const string Version = $$"""{"version":"{{MesosVersion}}"}""";

    public static async Task HandleAsync(HttpContext context, string server)
    {
        if (Answers.NotAJsonPost(context) is var (status, text))
        {
            await Answers.WriteAsync(context, status, text).ConfigureAwait(false);
            return;
        }
        var type = TypeOf(await Answers.ReadBodyAsync(context).ConfigureAwait(false));
        await (type switch
        {
            null => Answers.WriteAsync(context, 400, $"Failed to validate {server}::Call: Expecting 'type' to be present"),
            "GET_HEALTH" => Answers.WriteJsonAsync(context, """{"type":"GET_HEALTH","get_health":{"healthy":true}}"""),
            "GET_VERSION" => Answers.WriteJsonAsync(context, $$$"""{"type":"GET_VERSION","get_version":{"version_info":{{{Version}}}}}"""),
            _ => Answers.WriteAsync(context, 501, $"The local Mesos does not answer the operator call '{type}'"),
        }).ConfigureAwait(false);
    }

    private static string? TypeOf(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
                    ? type.GetString()
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
