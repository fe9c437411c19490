using System.Globalization;
using System.Text;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.State;

namespace Mysos.Tests.Clusters;

public sealed class PastClustersTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Deleted by Anna in the last second but one.</summary>
    private static Cluster Gone(string name, int hour = 0, int events = 10, string text = "x")
    {
        ClusterEvent At(int second, string kind, string? by = null) => new(Start.AddHours(hour).AddSeconds(second), kind, text) { By = by };
        return new Cluster
        {
            Name = name, User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = Start.AddHours(hour), SealedPassword = "x", SealedReplicationPassword = "y",
            Events = [.. Enumerable.Range(0, events - 2).Select(i => At(i, "repaired")), At(events, "cluster_deleted", "anna from 10.0.0.7"), At(events + 1, "gone")],
        };
    }

    private static PastClusters With(params IEnumerable<Cluster> gone) => gone.Aggregate(PastClusters.None, (past, cluster) => past.With(cluster, cluster.Events[^1].Time));

    [Fact]
    public void With_TheSameClusterAgain_IsTheSame()
    {
        var past = With(Gone("a"), Gone("b"));

        past.With(Gone("a", events: 12), Start).ShouldBeSameAs(past);
        past.Clusters.Select(c => c.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void With_AnotherClusterOfTheSameName_KeepsBoth()
    {
        var past = With(Gone("a"), Gone("a", hour: 1, events: 4));

        past.Clusters.Select(c => (c.Name, c.Created, c.Events.Length)).ShouldBe([("a", Start, 10), ("a", Start.AddHours(1), 4)]);
    }

    [Fact]
    public void With_MoreEventsThanAreKept_LeavesOutWhatNobodyAskedForFirst()
    {
        var past = With(Enumerable.Range(0, 51).Select(i => Gone(i.ToString(CultureInfo.InvariantCulture), i, events: 20)));

        past.Clusters.Sum(c => c.Events.Length).ShouldBeInRange(PastClusters.MostEvents - 20, PastClusters.MostEvents);
        past.Clusters.Count.ShouldBe(51);
        past.Clusters[0].Events.Select(e => (e.Kind, e.By)).ShouldBe([("cluster_deleted", "anna from 10.0.0.7"), ("gone", null)]);
        past.Clusters[1].Events.Length.ShouldBe(2);
        past.Clusters[2].Events.Length.ShouldBe(20);
    }

    [Fact]
    public void With_MoreClustersThanAreKept_LeavesOutThoseThatWentFirst()
    {
        var past = With(Enumerable.Range(0, 600).Select(i => Gone(i.ToString(CultureInfo.InvariantCulture), events: 5)));

        past.Clusters.Sum(c => c.Events.Length).ShouldBe(PastClusters.MostEvents);
        past.Clusters[^1].Name.ShouldBe("599");
        past.Clusters[0].Name.ShouldBe("100");
    }

    [Theory]
    [InlineData("'")]
    [InlineData("ä")]
    [InlineData("x")]
    [InlineData("\n")]
    public void With_LongTexts_FitsIntoOneZNode(string letter)
    {
        var past = With(Enumerable.Range(0, 40).Select(i => Gone($"c{i}", i, events: 40, text: string.Concat(Enumerable.Repeat(letter, 3000)))));

        StateJson.Write(past).Length.ShouldBeInRange(PastClusters.MostBytes / 2, ZooKeeperStateStore.LargestDocument);
        past.Clusters[^1].Name.ShouldBe("c39");
        past.Clusters[^1].Events[^1].Kind.ShouldBe("gone");
    }

    [Fact]
    public void With_OneThatIsTooLarge_DoesWithoutIt() =>
        With(Gone("a", events: 2, text: new string('x', PastClusters.MostBytes))).Clusters.ShouldBeEmpty();

    [Fact]
    public void Expire_AfterThirtyDays_LeavesOutTheCluster()
    {
        var past = With(Gone("a"), Gone("b", hour: 24));
        var end = past.Clusters[0].Events[^1].Time + PastClusters.Kept;

        past.Expire(end).ShouldBeSameAs(past);
        past.Expire(end.AddSeconds(1)).Clusters.Select(c => c.Name).ShouldBe(["b"]);
        past.Expire(end.AddDays(2)).Clusters.ShouldBeEmpty();
        past.With(Gone("c", hour: 24 * 30 + 1), end.AddHours(1)).Clusters.Select(c => c.Name).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void Json_IsReadAgain()
    {
        var past = With(Gone("a"), Gone("b"));

        var read = StateJson.ReadPast(Documents(StateJson.Write(past)));

        read.Clusters.Select(c => (c.Name, c.Created)).ShouldBe(past.Clusters.Select(c => (c.Name, c.Created)));
        read.Clusters.SelectMany(c => c.Events).ShouldBe(past.Clusters.SelectMany(c => c.Events));
    }

    [Fact]
    public void Json_OfAnOlderState_IsNone_AndOfANewerMysosRefused()
    {
        StateJson.ReadPast(new Dictionary<string, StoredDocument> { ["scheduler"] = new("{}"u8.ToArray(), 0) }).Clusters.ShouldBeEmpty();
        var newer = Encoding.UTF8.GetString(StateJson.Write(With(Gone("a")))).Replace($"\"format\":{StateJson.Format}", $"\"format\":{StateJson.Format + 1}");
        Should.Throw<InvalidDataException>(() => StateJson.ReadPast(Documents(Encoding.UTF8.GetBytes(newer)))).Message.ShouldContain("'past'");
    }

    private static Dictionary<string, StoredDocument> Documents(byte[] past) => new() { [StateJson.PastKey] = new(past, 0) };
}
