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
    public byte[] Summary(ClusterView view) =>
        _summaries.GetValue(view, static v => JsonSerializer.SerializeToUtf8Bytes(ClusterSummary.Of(v), ReadableJson.Api.ClusterSummary));

    /// <summary>All of it.</summary>
    public byte[] Whole(ClusterView view) =>
        _documents.GetValue(view, static v => JsonSerializer.SerializeToUtf8Bytes(v, ReadableJson.Api.ClusterView));
}
