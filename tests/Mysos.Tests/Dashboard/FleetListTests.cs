using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Fleet;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class FleetListTests
{
    private static readonly ImmutableArray<ClusterView> s_fleet = [.. Views.Fleet(0).Clusters.Values];

    private static string[] Names(FleetQuery query) => [.. FleetList.Of(s_fleet, query).Rows.Select(r => r.Name)];

    [Fact]
    public void Of_Cluster_CountsServingAgainstWanted()
    {
        var row = ClusterRow.Of(s_fleet.Single(c => c.Name == "billing"));

        row.Serving.ShouldBe(2);
        row.Wanted.ShouldBe(3);
        row.WorstLag.ShouldBe(41);
        row.Master.ShouldBe("10.0.0.12:31007");
    }

    [Fact]
    public void Of_ClusterWithoutNodes_HasNeitherMasterNorLag()
    {
        var row = ClusterRow.Of(Views.Cluster("empty"));

        row.Master.ShouldBeNull();
        row.WorstLag.ShouldBeNull();
        row.Serving.ShouldBe(0);
    }

    [Theory]
    [InlineData("ORDERS", "orders")]
    [InlineData(":31007", "billing")]
    [InlineData("degraded", "billing")]
    [InlineData("  lossless   wiki ", "legacy-wiki")]
    [InlineData("orders billing", "")]
    [InlineData("%", "")]
    public void Filter_Words_MustAllOccur(string search, string expected) =>
        string.Join(',', Names(FleetQuery.Default with { Search = search })).ShouldBe(expected);

    [Fact]
    public void Of_StateChosen_ShowsItAloneButCountsAll()
    {
        var list = FleetList.Of(s_fleet, FleetQuery.Default with { State = ClusterCondition.Failed });

        list.Rows.Single().Name.ShouldBe("legacy-wiki");
        list.Matching.ShouldBe(1);
        list.Searched.Values.Sum().ShouldBe(s_fleet.Length);
    }

    [Theory]
    [InlineData(FleetColumn.Name, false, "billing,legacy-wiki,orders,search_index,sessions,tmp-import")]
    [InlineData(FleetColumn.Name, true, "tmp-import,sessions,search_index,orders,legacy-wiki,billing")]
    [InlineData(FleetColumn.State, true, "legacy-wiki,sessions,billing,search_index,tmp-import,orders")]
    [InlineData(FleetColumn.Master, false, "legacy-wiki,orders,billing,search_index,sessions,tmp-import")]
    [InlineData(FleetColumn.Master, true, "billing,legacy-wiki,orders,search_index,sessions,tmp-import")]
    [InlineData(FleetColumn.Lag, true, "legacy-wiki,billing,orders,sessions,search_index,tmp-import")]
    [InlineData(FleetColumn.Lag, false, "sessions,orders,billing,legacy-wiki,search_index,tmp-import")]
    [InlineData(FleetColumn.Nodes, false, "search_index,legacy-wiki,tmp-import,sessions,billing,orders")]
    [InlineData(FleetColumn.Size, true, "orders,billing,legacy-wiki,search_index,sessions,tmp-import")]
    [InlineData(FleetColumn.Age, false, "search_index,tmp-import,sessions,billing,orders,legacy-wiki")]
    public void Sort_ByColumn_KeepsNamesWithinAndUnknownLast(FleetColumn column, bool descending, string expected) =>
        string.Join(',', Names(FleetQuery.Default with { Sort = column, Descending = descending })).ShouldBe(expected);

    [Fact]
    public void Of_PageBeyondTheLast_ShowsTheLast()
    {
        var list = FleetList.Of(s_fleet, FleetQuery.Default with { Page = 99 }, pageSize: 4);

        list.Page.ShouldBe(2);
        list.Pages.ShouldBe(2);
        list.Rows.Select(r => r.Name).ShouldBe(["sessions", "tmp-import"]);
    }

    [Fact]
    public void Of_NoClusters_IsOneEmptyPage()
    {
        var list = FleetList.Of([], FleetQuery.Default);

        (list.Page, list.Pages, list.Matching).ShouldBe((1, 1, 0));
        list.Rows.ShouldBeEmpty();
    }
}

public sealed class FleetQueryTests
{
    public static TheoryData<FleetQuery, string> Addresses => new()
    {
        { FleetQuery.Default, "" },
        { FleetQuery.Default with { Search = "a b&c" }, "?q=a%20b%26c" },
        { FleetQuery.Default with { Sort = FleetColumn.Lag, Descending = true }, "?sort=-lag" },
        { FleetQuery.Default with { Descending = true }, "?sort=-name" },
        { FleetQuery.Default with { State = ClusterCondition.Failed, Page = 3 }, "?state=failed&page=3" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void ToQueryString_Query_ParsesBack(FleetQuery query, string address)
    {
        query.ToQueryString().ShouldBe(address);
        FleetQuery.Parse(address).ShouldBe(query);
    }

    [Theory]
    [InlineData("?sort=shoe&state=7&page=-1")]
    [InlineData("?sort=-&state=&page=x")]
    [InlineData("?sort=3")]
    [InlineData("?other=1")]
    public void Parse_Nonsense_IsTheDefault(string address) => FleetQuery.Parse(address).ShouldBe(FleetQuery.Default);

    [Fact]
    public void SortedBy_SameColumnAgain_TurnsRound()
    {
        var byName = FleetQuery.Default.SortedBy(FleetColumn.Name);
        var byLag = byName.SortedBy(FleetColumn.Lag);

        byName.Descending.ShouldBeTrue();
        byLag.ShouldBe(FleetQuery.Default with { Sort = FleetColumn.Lag, Descending = true });
        byLag.SortedBy(FleetColumn.Lag).Descending.ShouldBeFalse();
    }

    [Fact]
    public void Toggled_SameStateAgain_ShowsAll()
    {
        var failed = (FleetQuery.Default with { Page = 4 }).Toggled(ClusterCondition.Failed);

        failed.ShouldBe(FleetQuery.Default with { State = ClusterCondition.Failed });
        failed.Toggled(ClusterCondition.Failed).ShouldBe(FleetQuery.Default);
    }
}
