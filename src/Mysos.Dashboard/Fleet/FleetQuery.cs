using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Fleet;

/// <summary>A column that sorts.</summary>
public enum FleetColumn
{
    Name,
    State,
    Master,
    Nodes,
    Lag,
    Size,
    Age,
}

/// <summary>What the reader asked to see. It lives in the page's address, so it survives a reload and can be sent on.</summary>
public sealed record FleetQuery
{
    public static FleetQuery Default { get; } = new();

    /// <summary>Words that all must occur.</summary>
    public string Search { get; init; } = "";
    public ClusterCondition? State { get; init; }
    public FleetColumn Sort { get; init; } = FleetColumn.Name;
    public bool Descending { get; init; }
    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>The other direction on the same column; a new column starts with what is asked for most: trouble, lag and size from the top.</summary>
    public FleetQuery SortedBy(FleetColumn column) => this with
    {
        Sort = column,
        Descending = Sort == column ? !Descending : column is FleetColumn.State or FleetColumn.Lag or FleetColumn.Size,
        Page = 1,
    };

    /// <summary>Only clusters in a state, or all again when it was that state already.</summary>
    public FleetQuery Toggled(ClusterCondition state) =>
        this with { State = State == state ? null : state, Page = 1 };

    public FleetQuery Searching(string search) => this with { Search = search, Page = 1 };

    /// <summary><c>?q=…&amp;state=…&amp;sort=-lag&amp;page=2</c>, without what is the default; empty for the default.</summary>
    public string ToQueryString()
    {
        var parts = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (Search.Length > 0)
        {
            parts["q"] = Search;
        }
        if (State is { } state)
        {
            parts["state"] = ConditionPresentation.Slug(state);
        }
        if (Sort != FleetColumn.Name || Descending)
        {
            parts["sort"] = (Descending ? "-" : "") + Sort.ToString().ToLowerInvariant();
        }
        if (Page > 1)
        {
            parts["page"] = Page.ToString(CultureInfo.InvariantCulture);
        }
        return QueryHelpers.AddQueryString("", parts);
    }

    /// <summary>Reads what <see cref="ToQueryString"/> writes. What it does not know is left out: an address is often typed.</summary>
    public static FleetQuery Parse(string queryString)
    {
        var values = QueryHelpers.ParseQuery(queryString);
        string Value(string key) => values.TryGetValue(key, out var v) ? v.ToString() : "";

        var sort = Value("sort");
        var descending = sort.StartsWith('-');
        var known = TryWord<FleetColumn>(sort.TrimStart('-'), out var column);
        return new FleetQuery
        {
            Search = Value("q"),
            State = TryWord<ClusterCondition>(Value("state"), out var state) ? state : null,
            Sort = known ? column : FleetColumn.Name,
            Descending = known && descending,
            Page = int.TryParse(Value("page"), CultureInfo.InvariantCulture, out var page) && page > 1 ? page : 1,
        };
    }

    // Enum.TryParse alone also takes numbers.
    private static bool TryWord<T>(string word, out T value)
        where T : struct, Enum
    {
        value = default;
        return word.Length > 0 && char.IsAsciiLetter(word[0]) && Enum.TryParse(word, ignoreCase: true, out value)
            && Enum.IsDefined(value);
    }
}
