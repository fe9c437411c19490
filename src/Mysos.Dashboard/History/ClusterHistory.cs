using System.Collections.Immutable;
using Mysos.Core.Clusters;

namespace Mysos.Dashboard.History;

/// <summary>The last hour of each cluster, as this scheduler has seen it: it begins anew with it.</summary>
public sealed class ClusterHistory
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private Dictionary<string, Queue<Sample>> _samples = new(StringComparer.Ordinal);

    /// <summary>Adds a sample of each cluster, and forgets those of clusters that are gone.</summary>
    public void Add(SchedulerView view, DateTimeOffset now)
    {
        // What an older view says is of no moment that is known.
        if (view.Stale is not null)
            return;
        lock (_lock)
        {
            var next = new Dictionary<string, Queue<Sample>>(view.Clusters.Count, StringComparer.Ordinal);
            foreach (var cluster in view.Clusters.Values)
            {
                var samples = _samples.GetValueOrDefault(cluster.Name) ?? new Queue<Sample>();
                // Another cluster of the same name begins with nothing.
                while (samples.TryPeek(out var oldest) && (now - oldest.At > Kept || oldest.At < cluster.Created))
                    samples.Dequeue();
                samples.Enqueue(Sample.Of(cluster, now));
                next[cluster.Name] = samples;
            }
            _samples = next;
        }
    }

    /// <summary>The oldest first.</summary>
    public ImmutableArray<Sample> Of(string cluster)
    {
        lock (_lock)
            return _samples.TryGetValue(cluster, out var samples) ? [.. samples] : [];
    }
}
