using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mysos.Core.Clusters.History;

namespace Mysos.Core.Clusters;

/// <summary>
/// What one view has that another has not, as a leading scheduler tells those that follow it. Views hold no secret, so
/// neither does this. A member that is null has not changed.
/// </summary>
public sealed record ViewChange
{
    public required long Term { get; init; }
    public required long Version { get; init; }
    /// <summary>Begins with nothing: what is not told from here on is not there.</summary>
    public bool Anew { get; init; }
    /// <summary>More of the same version follows; only then is it whole.</summary>
    public bool More { get; init; }
    public required ImmutableArray<ClusterView> Clusters { get; init; }
    public required ImmutableArray<string> Removed { get; init; }
    /// <summary>All of them.</summary>
    public ImmutableList<PastCluster>? Past { get; init; }
    public MesosView? Mesos { get; init; }
    public ZooKeeperView? ZooKeeper { get; init; }
    public ImmutableArray<AgentView>? Agents { get; init; }
    public Counters? Counters { get; init; }

    /// <summary>From one view to the next, at least one part, each with so many clusters at most.</summary>
    /// <param name="before">Null: whoever is told knows nothing yet.</param>
    public static IEnumerable<ViewChange> Between(SchedulerView? before, SchedulerView after, int clustersInAPart)
    {
        ArgumentNullException.ThrowIfNull(after);
        var known = before ?? SchedulerView.Empty;
        // A view that has not changed is the same object.
        var changed = after.Clusters.Where(c => !ReferenceEquals(known.Clusters.GetValueOrDefault(c.Key), c.Value)).Select(c => c.Value);
        var parts = changed.Chunk(clustersInAPart).ToArray();
        for (var i = 0; i < Math.Max(1, parts.Length); i++)
        {
            var part = new ViewChange
            {
                Term = after.Term, Version = after.Version, Anew = before is null && i == 0, More = i < parts.Length - 1,
                Clusters = i < parts.Length ? [.. parts[i]] : [],
                Removed = i == 0 ? [.. known.Clusters.Keys.Where(name => !after.Clusters.ContainsKey(name))] : [],
            };
            yield return i > 0 ? part : part with
            {
                Past = before is null || !ReferenceEquals(before.Past, after.Past) ? after.Past : null,
                Mesos = before is null || before.Mesos != after.Mesos ? after.Mesos : null,
                ZooKeeper = before is null || before.ZooKeeper != after.ZooKeeper ? after.ZooKeeper : null,
                Agents = before is null || !before.Agents.SequenceEqual(after.Agents) ? after.Agents : null,
                Counters = before is null || before.Counters != after.Counters ? after.Counters : null,
            };
        }
    }

    /// <summary>The view with this in it.</summary>
    public SchedulerView Apply(SchedulerView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        var known = Anew ? SchedulerView.Empty : view;
        return new SchedulerView
        {
            Term = Term, Version = Version,
            Clusters = known.Clusters.RemoveRange(Removed).SetItems(Clusters.Select(c => KeyValuePair.Create(c.Name, c))),
            Past = Past ?? known.Past, Mesos = Mesos ?? known.Mesos, ZooKeeper = ZooKeeper ?? known.ZooKeeper,
            Agents = Agents ?? known.Agents, Counters = Counters ?? known.Counters,
        };
    }

    /// <summary>One line, without its end.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ViewJson.Default.ViewChange);

    /// <exception cref="JsonException">It is none.</exception>
    public static ViewChange FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ViewJson.Default.ViewChange) ?? throw new JsonException("null is no change of a view.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Rules.ClusterSizeJsonConverter)])]
[JsonSerializable(typeof(ViewChange))]
internal sealed partial class ViewJson : JsonSerializerContext;
