using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;
using Mysos.Dashboard.History;

namespace Mysos.Tests.Dashboard;

/// <summary>What is remembered of a cluster, and what is drawn of it.</summary>
public sealed class HistoryTests : ComponentContext
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private readonly ClusterHistory _history = new();

    private static ClusterView Cluster(int transactions, int connections = 5, double data = 100) => Views.Cluster("one", nodes:
    [
        Views.Master() with { Gtid = $"{Uuid}:1-{transactions}", Connections = connections, DataMb = data },
        Views.Slave(2, 0.5) with { Connections = 3, DataMb = data / 2 },
    ]);

    private void Add(int after, params ClusterView[] clusters) => _history.Add(Views.Of(clusters), Views.Now + after * ClusterHistory.Interval);

    [Fact]
    public void Samples_AreTheFleetsWorst_AndWritesAreCountedBetweenThem()
    {
        Add(0, Cluster(1000));
        Add(1, Cluster(1600, connections: 7, data: 128));

        var hour = LastHour.Of(_history.Of("one"));

        hour.WritesPerSecond[^2..].ShouldBe([null, 20]);
        hour.Lag[^2..].ShouldBe([0.5, 0.5]);
        hour.Connections[^2..].ShouldBe([8, 10]);
        hour.Data[^2..].ShouldBe([100, 128]);
        hour.Lag[..^2].ShouldAllBe(v => v == null);
    }

    [Fact]
    public void Master_ThatHasExecutedLess_WritesAreNotKnown()
    {
        Add(0, Cluster(1000));
        Add(1, Cluster(900));
        LastHour.Of(_history.Of("one")).WritesPerSecond[^1].ShouldBeNull();
    }

    [Fact]
    public void Sample_ThatWasMissed_IsAGap()
    {
        Add(0, Cluster(1000));
        Add(2, Cluster(1060));
        var hour = LastHour.Of(_history.Of("one"));
        hour.Lag[^3..].ShouldBe([0.5, null, 0.5]);
        hour.WritesPerSecond[^1].ShouldBe(1);
    }

    [Fact]
    public void AnHour_IsKept_AndNotMore()
    {
        for (var i = 0; i <= 3 * LastHour.Slots; i++)
            Add(i, Cluster(1000 + i));
        _history.Of("one").Length.ShouldBeInRange(LastHour.Slots, LastHour.Slots + 1);
        LastHour.Of(_history.Of("one")).Lag.ShouldAllBe(v => v == 0.5);
    }

    [Fact]
    public void Cluster_ThatIsGone_IsForgotten_AndOneOfTheSameNameBeginsAnew()
    {
        Add(0, Cluster(1000));
        Add(1);
        _history.Of("one").ShouldBeEmpty();
        Add(2, Cluster(1000));
        Add(3, Cluster(3) with { Created = Views.Now + 2.5 * ClusterHistory.Interval });
        _history.Of("one").ShouldHaveSingleItem().Transactions.ShouldBe(3);
    }

    [Fact]
    public void View_ThatIsStale_IsNotOfNow()
    {
        _history.Add(Views.Of(Cluster(1)) with { Stale = new Staleness(Views.Now, "nobody leads") }, Views.Now);
        _history.Of("one").ShouldBeEmpty();
    }

    [Fact]
    public void Charts_SayWhatTheyShow_AndAreDrawnOncePerSample()
    {
        Services.AddSingleton(_history);
        Add(0, Cluster(1000));
        var panel = Render<ChartsPanel>(p => p.Add(c => c.Cluster, Cluster(1000)));
        panel.FindAll("figure").ShouldBeEmpty();
        panel.Markup.ShouldContain("a line needs a minute");
        Add(1, Cluster(1600));
        Add(2, Cluster(1750));

        panel.Render(p => p.Add(c => c.Cluster, Cluster(1750)));

        panel.FindAll("figcaption").Select(c => c.TextContent).ShouldBe(
        [
            "Writes per second5at most 20", "Worst lag0.5 sat most 0.5 s", "Connections, all nodes8at most 8", "Data, fullest node100 MiB of 2 GiBat most 100 MiB of 2 GiB",
        ]);
        var charts = panel.FindComponents<HourChart>();
        var drawn = charts.Select(c => c.RenderCount).ToArray();
        panel.Render(p => p.Add(c => c.Cluster, Cluster(1800)));
        charts.Select(c => c.RenderCount).ShouldBe(drawn);
    }
}
