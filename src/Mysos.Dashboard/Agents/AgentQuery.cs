using Mysos.Dashboard.Query;

namespace Mysos.Dashboard.Agents;

/// <summary>A column that sorts.</summary>
public enum AgentColumn
{
    Agent,
    State,
    Zone,
    Nodes,
    Used,
    Offered,
    Volumes,
}

/// <summary>Which agents are asked for: <c>?q=…&amp;state=…&amp;sort=-used</c>. The default is all of them, problems first.</summary>
public sealed record AgentQuery : IPageQuery<AgentQuery>
{
    private static readonly (AgentColumn, bool) s_problemsFirst = (AgentColumn.State, true);

    public static AgentQuery Default { get; } = new();

    /// <summary>Words that all must occur.</summary>
    public string Search { get; init; } = "";
    public AgentState? State { get; init; }
    public AgentColumn Sort { get; init; } = s_problemsFirst.Item1;
    public bool Descending { get; init; } = s_problemsFirst.Item2;

    /// <summary>The other direction on the same column; a new column starts with what is asked for most: words from A, numbers from the top.</summary>
    public AgentQuery SortedBy(AgentColumn column) => this with
    {
        Sort = column,
        Descending = Sort == column ? !Descending : column is not (AgentColumn.Agent or AgentColumn.Zone),
    };

    /// <summary>Only agents in a state, or all again when it was that state already.</summary>
    public AgentQuery Toggled(AgentState state) => this with { State = State == state ? null : state };

    public string ToQueryString() => QueryValues.Write(
        ("q", Search),
        ("state", State?.ToString().ToLowerInvariant()),
        ("sort", (Sort, Descending) == s_problemsFirst ? null : QueryValues.SortText(Sort, Descending)));

    public static AgentQuery Parse(string queryString)
    {
        var values = new QueryValues(queryString);
        var (sort, descending) = values.Sort(s_problemsFirst);
        return new AgentQuery { Search = values["q"], State = QueryValues.Word<AgentState>(values["state"]), Sort = sort, Descending = descending };
    }
}
