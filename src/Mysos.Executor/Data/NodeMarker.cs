using System.Text.Json;
using System.Text.Json.Serialization;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Data;

/// <summary>
/// <c>mysos-node.json</c> in a data directory: whose data they are. It is written last, so a directory without it was never
/// finished and holds nothing of worth.
/// </summary>
internal sealed record NodeMarker
{
    public const string FileName = "mysos-node.json";

    public required string Cluster { get; init; }
    public required int Node { get; init; }
    public required int Rebuild { get; init; }
    /// <summary>MySQL's <c>server_id</c>: see <see cref="NewServerId"/>.</summary>
    public required uint ServerId { get; init; }
    /// <summary>When these data were made: no two of a node's lives have the same.</summary>
    public DateTimeOffset? Made { get; init; }
    /// <summary><c>MariaDB</c> or <c>MySQL</c>: neither opens the other's files.</summary>
    public required string Flavor { get; init; }
    /// <summary>The backup that the data came from.</summary>
    public string? BackupId { get; init; }
    /// <summary>The owner's account in that backup, which is another cluster's.</summary>
    public string? FormerUser { get; init; }
    /// <summary>GTIDs of the backup or copy, until the server has taken them over.</summary>
    public string? Position { get; init; }
    /// <summary>They are a copy of another server's, a node's or one in a backup, until this server has made them its own.</summary>
    public bool Copied { get; init; }
    /// <summary>The binary log from which on these data have what the cluster's master lacks.</summary>
    public string? KeepFrom { get; init; }

    /// <summary>
    /// The end of the binary log may have been cut off. What it held comes back from another server, and is left out as long as
    /// this one has the number that it was written under.
    /// </summary>
    public bool Renumber { get; init; }

    /// <summary>
    /// Another one for each time that a node's data are made, though the node stays the same: a slave leaves out what its own
    /// server_id wrote, so data made anew would lack all that the node wrote in its earlier life.
    /// </summary>
    /// <param name="node">Unique in the cluster; its low 12 bits are kept.</param>
    /// <param name="before">The number until now, which the new one is not.</param>
    public static uint NewServerId(uint node, DateTimeOffset now, uint before = 0)
    {
        var seconds = (uint)(now.ToUnixTimeSeconds() & 0xFFFFF);
        return Of(seconds) == before ? Of((seconds + 1) & 0xFFFFF) : Of(seconds);

        uint Of(uint moment) => Math.Max(1, (node & 0xFFF) | (moment << 12));
    }

    /// <summary>Of data that are made now.</summary>
    /// <param name="before">The data until now, which are given up; null: there are none.</param>
    public static NodeMarker New(NodeTask task, int rebuild, string flavor, DateTimeOffset now, NodeMarker? before) => new()
    {
        Cluster = task.Cluster, Node = task.Node, Rebuild = rebuild, Flavor = flavor, Made = now,
        ServerId = NewServerId(task.ServerId, now, before?.ServerId ?? 0),
    };

    public static NodeMarker? Read(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), NodeMarkerJson.Default.NodeMarker);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whole or not at all, and on the disk when it returns.</summary>
    public void Write(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, FileName);
        using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, NodeMarkerJson.Default.NodeMarker);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(NodeMarker))]
internal sealed partial class NodeMarkerJson : JsonSerializerContext;
