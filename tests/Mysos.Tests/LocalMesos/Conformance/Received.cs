using System.Text.Json;

namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>A record of a stream, or one offer of it: Mesos is free in how it puts offers into events.</summary>
internal sealed record Received(string Subject, string Json)
{
    /// <summary>When the recording had another event in its place.</summary>
    public TimeSpan? Passed { get; set; }

    public static IEnumerable<Received> Of(string record)
    {
        using var document = JsonDocument.Parse(record);
        var root = document.RootElement;
        var type = root.GetProperty("type").GetString()!;
        foreach (var (kind, list) in new[] { ("OFFERS", "offers"), ("INVERSE_OFFERS", "inverse_offers") })
        {
            if (type == kind)
                return [.. root.GetProperty(list).GetProperty(list).EnumerateArray().Select(offer => new Received(kind + " " + AgentOf(offer), offer.GetRawText()))];
        }
        return [new Received(type + " " + SubjectOf(root, type), record)];
    }

    private static string AgentOf(JsonElement offer) =>
        offer.TryGetProperty("url", out var url) && url.TryGetProperty("address", out var address) ? address.GetProperty("port").GetRawText() : "";

    /// <summary>Events of different subjects that come at the same time can come in either order.</summary>
    private static string SubjectOf(JsonElement root, string type) => type switch
    {
        "UPDATE" => Value(root.GetProperty("update").GetProperty("status"), "task_id"),
        "UPDATE_OPERATION_STATUS" => Value(root.GetProperty("update_operation_status").GetProperty("status"), "operation_id"),
        "MESSAGE" when root.GetProperty("message").TryGetProperty("executor_id", out _) => Value(root.GetProperty("message"), "executor_id"),
        "RESCIND" => Value(root.GetProperty("rescind"), "offer_id"),
        "FAILURE" => Value(root.GetProperty("failure"), "executor_id"),
        "ACKNOWLEDGED" => root.GetProperty("acknowledged").GetProperty("uuid").GetString()!,
        _ => "",
    };

    private static string Value(JsonElement json, string id) =>
        json.TryGetProperty(id, out var value) ? value.GetProperty("value").GetString()! : "";
}
