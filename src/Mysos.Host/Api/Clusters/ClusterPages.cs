using System.Collections.Concurrent;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Clusters;

/// <summary>
/// The list of clusters, whole or in pages, as bytes that are ready to be sent. They are kept until the view changes.
/// </summary>
internal sealed class ClusterPages(IReadModel model, ClusterDocuments documents)
{
    /// <summary>More different pages than this are asked for only by somebody who wants to fill the memory.</summary>
    private const int MaxKept = 64;

    private volatile Generation _current = new(SchedulerView.Empty);

    /// <param name="limit">At most so many; null for all.</param>
    /// <param name="after">Those whose names come after this one, ordinally; null for the first page.</param>
    public ClusterPage Get(int? limit, string? after)
    {
        var view = model.Current;
        var generation = _current;
        if (!ReferenceEquals(generation.View, view))
        {
            _current = generation = new Generation(view);
        }

        var key = (limit, after);
        if (generation.Pages.TryGetValue(key, out var page))
        {
            return page;
        }

        page = Build(generation, limit, after);
        if (generation.Pages.Count < MaxKept)
        {
            generation.Pages.TryAdd(key, page);
        }

        return page;
    }

    private ClusterPage Build(Generation generation, int? limit, string? after)
    {
        var clusters = generation.Clusters.Value;
        var first = after is null ? 0 : FirstAfter(clusters, after);
        var count = Math.Min(limit ?? int.MaxValue, clusters.Length - first);
        var parts = new byte[count][];
        var length = 2 + Math.Max(0, count - 1);
        for (var i = 0; i < count; i++)
        {
            parts[i] = documents.Summary(clusters[first + i]);
            length += parts[i].Length;
        }

        var body = new byte[length];
        var position = 0;
        body[position++] = (byte)'[';
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
            {
                body[position++] = (byte)',';
            }

            parts[i].CopyTo(body, position);
            position += parts[i].Length;
        }

        body[position] = (byte)']';
        var more = count > 0 && first + count < clusters.Length;
        return new ClusterPage(body, more ? clusters[first + count - 1].Name : null);
    }

    private static int FirstAfter(ClusterView[] clusters, string after)
    {
        int low = 0, high = clusters.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(clusters[middle].Name, after) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private sealed class Generation(SchedulerView view)
    {
        public SchedulerView View { get; } = view;
        public Lazy<ClusterView[]> Clusters { get; } = new(() => [.. view.Clusters.Values]);
        public ConcurrentDictionary<(int? Limit, string? After), ClusterPage> Pages { get; } = new();
    }
}

/// <param name="Body">A JSON array.</param>
/// <param name="Last">The last name on this page when there is a next one.</param>
internal sealed record ClusterPage(byte[] Body, string? Last);
