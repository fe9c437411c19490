using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Dashboard.Fleet;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class FleetListTests
{
    private static readonly FleetSnapshot s_fleet = FleetSnapshot.Empty.Next(Views.Fleet(0).Clusters, Views.Now);

    private static string[] Names(FleetQuery query) => [.. s_fleet.Show(query).Rows.Select(r => r.Name)];

    [Fact]
    public void Of_Cluster_CountsServingAgainstWanted()
    {
        var row = ClusterRow.Of(s_fleet.Clusters["billing"], Views.Now);

        row.Serving.ShouldBe(2);
        row.Wanted.ShouldBe(3);
        row.WorstLag.ShouldBe(41);
        row.Master.ShouldBe("10.0.0.12:31007");
    }

    [Fact]
    public void Of_ClusterWithoutNodes_HasNeitherMasterNorLag()
    {
        var row = ClusterRow.Of(Views.Cluster("empty"), Views.Now);

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
        var list = s_fleet.Show(FleetQuery.Default with { State = ClusterCondition.Failed });

        list.Rows.Single().Name.ShouldBe("legacy-wiki");
        list.Searched.Values.Sum().ShouldBe(s_fleet.Rows.Length);
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
    public void Of_Problems_AreThoseThatNeedSomeoneTheWorstFirst()
    {
        Names(FleetQuery.OfProblems).ShouldBe(["legacy-wiki", "sessions", "billing"]);
        s_fleet.Problems.ShouldBe(3);
    }

    [Fact]
    public void Of_TheDefault_HasProblemsFirst() =>
        string.Join(',', Names(FleetQuery.Default)).ShouldBe("legacy-wiki,sessions,billing,search_index,tmp-import,orders");

    [Fact]
    public void Next_OneClusterChanged_KeepsTheOthersRows()
    {
        var changed = s_fleet.Clusters["orders"] with { Reason = "New." };
        var next = s_fleet.Next(s_fleet.Clusters.SetItem("orders", changed).Remove("billing").Add("new-one", Views.Cluster("new-one")), Views.Now);

        next.Rows.Select(r => r.Name).ShouldBe(["legacy-wiki", "new-one", "orders", "search_index", "sessions", "tmp-import"]);
        next.Rows.Except(s_fleet.Rows).Select(r => r.Name).ShouldBe(["new-one", "orders"]);
        next.Rows.Single(r => r.Name == "orders").Reason.ShouldBe("New.");
    }

    [Theory]
    [InlineData(ClusterCondition.Creating, 9, null, null)]
    [InlineData(ClusterCondition.Creating, 10, null, "its creation takes more than 10 min; because")]
    [InlineData(ClusterCondition.Healthy, 60, null, null)]
    [InlineData(ClusterCondition.Deleting, 60, 100.0, null)]
    [InlineData(ClusterCondition.Healthy, 60, 59.0, null)]
    [InlineData(ClusterCondition.Healthy, 60, 60.0, "node 3 is 1 min behind the master; because")]
    public void Row_OfAProblemThatItsStateDoesNotTell_SaysWhyAndComesFirst(ClusterCondition state, int minutes, double? lag, string? why)
    {
        var cluster = Views.Cluster("c", state, "because", Views.Master(), Views.Slave(2, 0.1), Views.Slave(3, lag)) with { Created = Views.Now.AddMinutes(-minutes) };

        var fleet = FleetSnapshot.Empty.Next(Views.Of(cluster, Views.Cluster("a", ClusterCondition.Creating) with { Created = Views.Now }).Clusters, Views.Now);

        var row = fleet.Rows.Single(r => r.Name == "c");
        (row.IsProblem, row.Reason, row.Condition).ShouldBe((why is not null, why ?? "because", state));
        fleet.Problems.ShouldBe(why is null ? 0 : 1);
        fleet.Show(FleetQuery.OfProblems).Rows.Length.ShouldBe(fleet.Problems);
        fleet.Show(FleetQuery.Default).Problems.ShouldBe(fleet.Problems);
        fleet.Show(FleetQuery.Default with { State = state }).Rows.ShouldContain(row);
        if (why is not null)
            fleet.Show(FleetQuery.Default).Rows[0].ShouldBe(row);
    }

    [Theory]
    [InlineData(BackupState.Failed, "its last backup failed: no room")]
    [InlineData(BackupState.Done, "")]
    [InlineData(BackupState.Running, "")]
    public void Row_OfTheLastBackup_SaysThatItFailed(BackupState last, string why)
    {
        BackupView Taken(BackupState state) => new() { BackupId = "c:1", State = state, Started = Views.Now, Error = state == BackupState.Failed ? "no room" : null };
        var row = ClusterRow.Of(Views.Cluster("c", nodes: [Views.Master()]) with { Backups = [Taken(BackupState.Failed), Taken(last)] }, Views.Now);
        (row.IsProblem, row.Reason).ShouldBe((why.Length > 0, why));
    }

    [Fact]
    public void Snapshots_SameClusters_AreLookedAtAgainWhenACreationIsLate()
    {
        var snapshots = new FleetSnapshots();
        var view = Views.Of(Views.Cluster("c", ClusterCondition.Creating) with { Created = Views.Now }, Views.Cluster("d"));
        var first = snapshots.Of(view, Views.Now);

        snapshots.Of(view, Views.Now.AddMinutes(10).AddTicks(-1)).ShouldBeSameAs(first);
        var late = snapshots.Of(view, Views.Now.AddMinutes(10));

        (first.Problems, late.Problems).ShouldBe((0, 1));
        late.Rows[1].ShouldBeSameAs(first.Rows[1]);
        snapshots.Of(view, Views.Now.AddMinutes(11)).ShouldBeSameAs(late);
    }

    [Fact]
    public void Snapshots_SameClusters_AreFoundOnce()
    {
        var snapshots = new FleetSnapshots();
        var view = Views.Fleet();

        var first = snapshots.Of(view, Views.Now);

        snapshots.Of(view with { Version = 2, Mesos = new MesosView() }, Views.Now).ShouldBeSameAs(first);
        first.Show(FleetQuery.Default).ShouldBeSameAs(first.Show(new FleetQuery()));
        snapshots.Of(view with { Clusters = view.Clusters.Remove("orders") }, Views.Now).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void Show_FiveThousandClusters_CostsNoMoreThanAFrameHas()
    {
        var clusters = Views.Fleet(5000).Clusters;
        var snapshot = FleetSnapshot.Empty.Next(clusters, Views.Now);
        snapshot.Show(FleetQuery.Default).Rows.Length.ShouldBe(clusters.Count);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var next = snapshot.Next(clusters.SetItem("orders", clusters["orders"] with { Epoch = 9 }), Views.Now);
        next.Show(FleetQuery.Default);
        next.Show(FleetQuery.Default);

        // Some words a cluster: the rows themselves are taken over, and the order is found once.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(5000 * 64);
    }
}

public sealed class FleetQueryTests
{
    public static TheoryData<FleetQuery, string> Addresses => new()
    {
        { FleetQuery.Default, "" },
        { FleetQuery.Default with { Search = "a b&c" }, "?q=a%20b%26c" },
        { FleetQuery.Default with { Sort = FleetColumn.Lag, Descending = true }, "?sort=-lag" },
        { FleetQuery.Default with { Sort = FleetColumn.Name, Descending = false }, "?sort=name" },
        { FleetQuery.Default with { Descending = false }, "?sort=state" },
        { FleetQuery.Default with { State = ClusterCondition.Failed }, "?state=failed" },
        { FleetQuery.OfProblems with { Search = "x" }, "?q=x&state=problems" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public void ToQueryString_Query_ParsesBack(FleetQuery query, string address)
    {
        query.ToQueryString().ShouldBe(address);
        FleetQuery.Parse(address).ShouldBe(query);
    }

    [Theory]
    [InlineData("?sort=shoe&state=7&page=2")]
    [InlineData("?sort=-&state=")]
    [InlineData("?sort=3")]
    [InlineData("?other=1")]
    public void Parse_Nonsense_IsTheDefault(string address) => FleetQuery.Parse(address).ShouldBe(FleetQuery.Default);

    [Fact]
    public void SortedBy_SameColumnAgain_TurnsRound()
    {
        var byName = FleetQuery.Default.SortedBy(FleetColumn.Name);
        var byLag = byName.SortedBy(FleetColumn.Lag);

        byName.Descending.ShouldBeFalse();
        byName.SortedBy(FleetColumn.Name).Descending.ShouldBeTrue();
        byLag.ShouldBe(FleetQuery.Default with { Sort = FleetColumn.Lag, Descending = true });
        byLag.SortedBy(FleetColumn.Lag).Descending.ShouldBeFalse();
    }

    [Fact]
    public void Toggled_SameStateAgain_ShowsAll()
    {
        var failed = FleetQuery.OfProblems.Toggled(ClusterCondition.Failed);

        failed.ShouldBe(FleetQuery.Default with { State = ClusterCondition.Failed });
        failed.Toggled(ClusterCondition.Failed).ShouldBe(FleetQuery.Default);
        failed.ToggledProblems().ShouldBe(FleetQuery.OfProblems);
        FleetQuery.OfProblems.ToggledProblems().ShouldBe(FleetQuery.Default);
    }
}
