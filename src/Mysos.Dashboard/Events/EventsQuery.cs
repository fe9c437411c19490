using Mysos.Core.Clusters;
using Mysos.Dashboard.Query;

namespace Mysos.Dashboard.Events;

/// <summary>Which events are asked for: <c>?cluster=…&amp;kind=…&amp;by=…&amp;since=day&amp;q=…</c>.</summary>
public sealed record EventsQuery : IPageQuery<EventsQuery>
{
    public static EventsQuery Default { get; } = new();

    /// <summary>A cluster's name, or a part of several clusters' names.</summary>
    public string Cluster { get; init; } = "";
    public string Kind { get; init; } = "";
    /// <summary>A part of who asked for it and from where.</summary>
    public string By { get; init; } = "";
    /// <summary>Null: all that is kept.</summary>
    public EventSpan? Since { get; init; }
    /// <summary>Words that all must occur, anywhere in an event.</summary>
    public string Search { get; init; } = "";

    /// <summary>The clusters that <see cref="Cluster"/> means: those of that very name alone, when there is one or was.</summary>
    public Func<string, bool> ClustersIn(SchedulerView view)
    {
        var cluster = Cluster.Trim();
        return view.Clusters.ContainsKey(cluster) || view.Past.Exists(p => p.Name == cluster) ? name => name == cluster : name => name.Contains(cluster, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Events from before this moment are not asked for.</summary>
    public DateTimeOffset From(DateTimeOffset now) => Since switch
    {
        EventSpan.Hour => now.AddHours(-1),
        EventSpan.Day => now.AddDays(-1),
        EventSpan.Week => now.AddDays(-7),
        _ => DateTimeOffset.MinValue,
    };

    /// <summary>Whether an event of these clusters is asked for.</summary>
    public Func<FleetEvent, bool> EventsIn()
    {
        var (by, words) = (By.Trim(), new SearchWords(Search));
        return e => (Kind.Length == 0 || e.Kind == Kind)
            && (by.Length == 0 || e.By?.Contains(by, StringComparison.OrdinalIgnoreCase) == true)
            && (Search.Length == 0 || words.Match($"{e.Cluster}\n{e.Kind}\n{e.Text}\n{e.By}"));
    }

    public string ToQueryString() => QueryValues.Write(("cluster", Cluster), ("kind", Kind), ("by", By), ("since", Since?.ToString().ToLowerInvariant()), ("q", Search));

    public static EventsQuery Parse(string queryString)
    {
        var values = new QueryValues(queryString);
        return new EventsQuery
        {
            Cluster = values["cluster"], Kind = values["kind"], By = values["by"], Since = QueryValues.Word<EventSpan>(values["since"]), Search = values["q"],
        };
    }
}

/// <summary>The last so long.</summary>
public enum EventSpan { Hour, Day, Week }
