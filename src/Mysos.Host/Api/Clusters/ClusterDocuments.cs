using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary>
/// Clusters as JSON. A view never changes, so its JSON is made once and kept as long as the view lives.
/// </summary>
internal sealed class ClusterDocuments
{
    private readonly ConditionalWeakTable<ClusterView, byte[]> _summaries = [];
    private readonly ConditionalWeakTable<ClusterView, byte[]> _documents = [];

    /// <summary>As an element of the list: without nodes, backups and events.</summary>
    public byte[] Summary(ClusterView view) => _summaries.GetValue(view, static v => Serialize(v, whole: false));

    /// <summary>All of it.</summary>
    public byte[] Whole(ClusterView view) => _documents.GetValue(view, static v => Serialize(v, whole: true));

    private static byte[] Serialize(ClusterView view, bool whole)
    {
        if (whole)
        {
            return JsonSerializer.SerializeToUtf8Bytes(view, ReadableJson.Api.ClusterView);
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ReadableJson.Encoder });
        using var document = JsonSerializer.SerializeToDocument(
            view with { Nodes = [], Backups = [], Events = [] }, ReadableJson.Api.ClusterView);
        writer.WriteStartObject();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name is not ("nodes" or "backups" or "events"))
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
