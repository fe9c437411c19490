using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// When each cluster is to be compared with what it should be although nothing was heard of it: on the next tick while
/// something is under way, and some seconds after the last event otherwise.
/// </summary>
public sealed record Agenda
{
    public static Agenda Empty { get; } = new();

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    /// <summary>A cluster that is heard of often is not moved each time.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1.5);

    private ImmutableSortedSet<Entry> Queue { get; init; } = [];
    private ImmutableDictionary<string, DateTimeOffset> Times { get; init; } =
        ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal);

    public IEnumerable<string> Due(DateTimeOffset now) => Queue.TakeWhile(due => due.At <= now).Select(due => due.Cluster);

    /// <summary>The cluster was looked at now; <paramref name="cluster"/> null: it is gone.</summary>
    internal Agenda Looked(string name, ClusterState? cluster, DateTimeOffset now)
    {
        var planned = Times.TryGetValue(name, out var at);
        if (cluster is null)
            return planned ? this with { Queue = Queue.Remove(new Entry(at, name)), Times = Times.Remove(name) } : this;
        var next = Calm(cluster) ? now + Silence : now;
        if (planned && (at == next || (next > now && at >= now + Slack)))
            return this;
        return this with { Queue = (planned ? Queue.Remove(new Entry(at, name)) : Queue).Add(new Entry(next, name)), Times = Times.SetItem(name, next) };
    }

    /// <summary>Nothing is under way in the cluster: each node serves and does what it was last told.</summary>
    internal static bool Calm(ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable.Deleting || durable is { Election: not null } or { Handover: not null } or { Restart: not null } or { AckChange: not null }
            || cluster.Announced is null || cluster.Announcing is not null)
            return false;
        return durable.Failure is not null ? durable.Nodes.IsEmpty : durable.Nodes.Count == durable.NumNodes && durable.Nodes.Values.All(Settled);

        bool Settled(Node node) => node is { Task.Unreachable: false, Retiring: false, Restarting: false }
            && cluster.Of(node.Number) is { Report: { Serving: true } report, Sent: { } sent } && report.AppliedVersion == sent.Version;
    }

    private readonly record struct Entry(DateTimeOffset At, string Cluster) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => At.CompareTo(other.At) is var byTime and not 0 ? byTime : string.CompareOrdinal(Cluster, other.Cluster);
    }
}
