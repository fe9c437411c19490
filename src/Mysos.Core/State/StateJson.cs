using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Scheduling;

namespace Mysos.Core.State;

/// <summary>
/// The durable documents as JSON. <see cref="Format"/> is the version of their shape: a document of a newer one is not
/// read, so that an older scheduler never rewrites what it does not understand.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(SchedulerDocument))]
[JsonSerializable(typeof(PastDocument))]
public sealed partial class StateJson : JsonSerializerContext
{
    public const int Format = 2;
    public const string SchedulerKey = "scheduler";
    public const string PastKey = "past";
    private const string ClusterPrefix = "clusters/";

    public static string KeyOf(string cluster) => ClusterPrefix + cluster;

    public static bool IsCluster(string key) => key.StartsWith(ClusterPrefix, StringComparison.Ordinal);

    public static byte[] Write(Cluster cluster) =>
        JsonSerializer.SerializeToUtf8Bytes(new ClusterDocument(Format, cluster), Default.ClusterDocument);

    public static byte[] Write(SchedulerRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(new SchedulerDocument(Format, record), Default.SchedulerDocument);

    public static byte[] Write(PastClusters past) =>
        JsonSerializer.SerializeToUtf8Bytes(new PastDocument(Format, past), Default.PastDocument);

    /// <exception cref="InvalidDataException">Not such a document, or of a newer format.</exception>
    public static Cluster ReadCluster(string key, byte[] json) =>
        Checked(key, JsonSerializer.Deserialize(json, Default.ClusterDocument), d => d.Format, d => d.Cluster);

    /// <inheritdoc cref="ReadCluster"/>
    public static SchedulerRecord ReadScheduler(string key, byte[] json) =>
        Checked(key, JsonSerializer.Deserialize(json, Default.SchedulerDocument), d => d.Format, d => d.Scheduler);

    /// <summary>All documents of a store.</summary>
    /// <inheritdoc cref="ReadCluster"/>
    public static (SchedulerRecord Record, ImmutableArray<Cluster> Clusters) Read(IReadOnlyDictionary<string, StoredDocument> documents) => (
        documents.TryGetValue(SchedulerKey, out var scheduler) ? ReadScheduler(SchedulerKey, scheduler.Json) : new SchedulerRecord(),
        [.. documents.Where(d => IsCluster(d.Key)).Select(d => ReadCluster(d.Key, d.Value.Json))]);

    /// <summary>None where no such document is: no cluster has gone since Mysos keeps it.</summary>
    /// <inheritdoc cref="ReadCluster"/>
    public static PastClusters ReadPast(IReadOnlyDictionary<string, StoredDocument> documents) => documents.TryGetValue(PastKey, out var past)
        ? Checked(PastKey, JsonSerializer.Deserialize(past.Json, Default.PastDocument), d => d.Format, d => d.Past)
        : Clusters.History.PastClusters.None;

    private static T Checked<TDocument, T>(string key, TDocument? document, Func<TDocument, int> format, Func<TDocument, T> content) =>
        document is null ? throw new InvalidDataException($"State document '{key}' is empty.")
        : format(document) > Format ? throw new InvalidDataException(
            $"State document '{key}' has format {format(document)}, but this scheduler knows {Format} at most: a newer Mysos wrote it.")
        : content(document);
}

public sealed record ClusterDocument(int Format, Cluster Cluster);

public sealed record SchedulerDocument(int Format, SchedulerRecord Scheduler);

public sealed record PastDocument(int Format, PastClusters Past);
