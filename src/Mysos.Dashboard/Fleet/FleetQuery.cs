using Mysos.Core.Clusters;
using Mysos.Dashboard.Presentation;
using Mysos.Dashboard.Query;

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

/// <summary>Which part of the fleet is asked for: <c>?q=…&amp;state=…&amp;sort=-lag</c>. The default is all of it, problems first.</summary>
public sealed record FleetQuery : IPageQuery<FleetQuery>
{
    private const string ProblemsWord = "problems";
    private static readonly (FleetColumn, bool) s_problemsFirst = (FleetColumn.State, true);

    public static FleetQuery Default { get; } = new();

    /// <summary>All that need someone.</summary>
    public static FleetQuery OfProblems { get; } = new() { Problems = true };

    /// <summary>Words that all must occur.</summary>
    public string Search { get; init; } = "";
    public ClusterCondition? State { get; init; }
    /// <summary>Only what is a problem; <see cref="State"/> is null then.</summary>
    public bool Problems { get; init; }
    public FleetColumn Sort { get; init; } = s_problemsFirst.Item1;
    public bool Descending { get; init; } = s_problemsFirst.Item2;

    /// <summary>The other direction on the same column; a new column starts with what is asked for most: trouble, lag and size from the top.</summary>
    public FleetQuery SortedBy(FleetColumn column) => this with
    {
        Sort = column,
        Descending = Sort == column ? !Descending : column is FleetColumn.State or FleetColumn.Lag or FleetColumn.Size,
    };

    /// <summary>Only clusters in a state, or all again when it was that state already.</summary>
    public FleetQuery Toggled(ClusterCondition state) =>
        this with { State = State == state ? null : state, Problems = false };

    public FleetQuery ToggledProblems() => this with { State = null, Problems = !Problems };

    public bool Wants(ClusterRow row) => Problems ? row.IsProblem : State is not { } state || state == row.Condition;

    public string ToQueryString() => QueryValues.Write(
        ("q", Search),
        ("state", Problems ? ProblemsWord : State is { } state ? ConditionPresentation.Slug(state) : null),
        ("sort", (Sort, Descending) == s_problemsFirst ? null : QueryValues.SortText(Sort, Descending)));

    public static FleetQuery Parse(string queryString)
    {
        var values = new QueryValues(queryString);
        var (sort, descending) = values.Sort(s_problemsFirst);
        return new FleetQuery
        {
            Search = values["q"],
            State = QueryValues.Word<ClusterCondition>(values["state"]),
            Problems = values["state"].Equals(ProblemsWord, StringComparison.OrdinalIgnoreCase),
            Sort = sort,
            Descending = descending,
        };
    }
}
