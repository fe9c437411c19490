using System.Collections.Immutable;
using System.Text.Json;

namespace Mysos.Core.Clusters.History;

/// <summary>
/// The durable document <c>past</c>: the events of clusters that are gone, for <see cref="Kept"/> and so many in all. When there
/// are more, what nobody asked for goes first, of the cluster that has been gone longest; then that cluster.
/// </summary>
/// <param name="Clusters">In the order in which they went.</param>
public sealed record PastClusters(ImmutableList<PastCluster> Clusters)
{
    public const int MostEvents = 1000;

    /// <summary>One ZNode holds them all.</summary>
    internal const int MostBytes = 800_000;

    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static PastClusters None { get; } = new([]);

    /// <summary>With one more. One that is there already stays as it is: a scheduler that crashed has noted it.</summary>
    public PastClusters With(Cluster gone, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(gone);
        if (Clusters.Exists(c => c.Name == gone.Name && c.Created == gone.Created))
            return this;
        return new PastClusters(Bounded(Expire(now).Clusters.Add(new PastCluster(gone.Name, gone.Created, [.. gone.Events]))));
    }

    /// <summary>Without those that have been gone for long; the same object when there are none.</summary>
    public PastClusters Expire(DateTimeOffset now) => Clusters.IsEmpty || Clusters[0].Gone >= now - Kept
        ? this
        : new PastClusters(Clusters.RemoveAll(c => c.Gone < now - Kept));

    private static ImmutableList<PastCluster> Bounded(ImmutableList<PastCluster> clusters)
    {
        var (events, bytes) = (clusters.Sum(c => c.Events.Length), clusters.Sum(Bytes));
        for (var i = 0; i < clusters.Count && IsTooMuch(); i++)
            Replace(i, clusters[i].AskedForAlone());
        while (IsTooMuch())
        {
            Replace(0, clusters[0] with { Events = [] });
            clusters = clusters.RemoveAt(0);
        }
        return clusters;

        bool IsTooMuch() => events > MostEvents || (bytes > MostBytes && !clusters.IsEmpty);

        void Replace(int index, PastCluster less)
        {
            events += less.Events.Length - clusters[index].Events.Length;
            bytes += Bytes(less) - Bytes(clusters[index]);
            clusters = clusters.SetItem(index, less);
        }
    }

    /// <summary>As JSON, at most.</summary>
    private static int Bytes(PastCluster cluster) => 200 + Bytes(cluster.Name) + cluster.Events.Sum(e => 200 + Bytes(e.Kind) + Bytes(e.Text) + Bytes(e.By ?? ""));

    private static int Bytes(string text) => JsonEncodedText.Encode(text).EncodedUtf8Bytes.Length;
}
