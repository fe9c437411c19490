using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Tests.Api;

namespace Mysos.Tests.Scheduling;

public sealed class ReadModelTests : IDisposable
{
    private static readonly Staleness Old = new(DateTimeOffset.UnixEpoch, "It is old.");
    private readonly ReadModel _model = new();
    private readonly FakeTimeProvider _clock = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void MarkStale_LastViewStays_UntilALeaderIsFollowedAgain()
    {
        _model.Follow(View(1, 5, "a"));
        _model.MarkStale(Old);
        _model.MarkStale(new Staleness(DateTimeOffset.MaxValue, "Another reason."));
        _model.Current.Stale.ShouldBe(Old);
        _model.Current.Clusters.ShouldContainKey("a");
        _model.ShowStored(View(0, 0, "stored") with { Stale = Old });
        _model.Current.Clusters.ShouldContainKey("a");

        _model.Follow(View(2, 1, "b"));
        _model.Current.Stale.ShouldBeNull();
        _model.Current.Clusters.Keys.ShouldBe(["b"]);
    }

    [Fact]
    public void ShowStored_NoLeaderWasSeen_IsShownAsOld()
    {
        var cluster = new Cluster
        {
            Name = "shop", User = "u", NumNodes = 2, Size = ClusterSize.Default, Created = DateTimeOffset.UnixEpoch,
            SealedPassword = "x", SealedReplicationPassword = "y",
        };
        var documents = new Dictionary<string, StoredDocument>
        {
            [StateJson.SchedulerKey] = new(StateJson.Write(new SchedulerRecord { FrameworkId = new FrameworkId("F") }), 0),
            [StateJson.KeyOf("shop")] = new(StateJson.Write(cluster), 3),
            [StateJson.PastKey] = new(StateJson.Write(PastClusters.None.With(cluster with { Name = "old", Events = [new(DateTimeOffset.UnixEpoch, "gone", "x")] }, DateTimeOffset.UnixEpoch)), 3),
        };
        var settings = new SchedulerSettings
        {
            Role = "mysos", PublicZooKeeperUrl = "zk://z:2181/mysos", ExecutorCommand = new CommandInfo { Value = "x" },
        };
        _model.ShowStored(StoredView.Of(documents, settings, new ZooKeeperView { Connected = true }, DateTimeOffset.UnixEpoch));
        _model.Current.Clusters["shop"].NumNodes.ShouldBe(2);
        _model.Current.Past.ShouldHaveSingleItem().Name.ShouldBe("old");
        _model.Current.Stale!.Reason.ShouldContain("stored state");
        _model.Current.Mesos.Connected.ShouldBeFalse();
        _model.Current.Mesos.FrameworkId.ShouldBe("F");
    }

    [Fact]
    public async Task Reach_ThatVersionOrALaterTerm_IsWaitedFor()
    {
        _model.Follow(View(3, 10));
        (await ReachAsync(3, 10)).ShouldBeTrue();
        (await ReachAsync(2, 99)).ShouldBeTrue();
        var later = ReachAsync(3, 12);
        _model.Follow(View(3, 11));
        later.IsCompleted.ShouldBeFalse();
        _model.Follow(View(3, 12));
        (await later).ShouldBeTrue();

        var next = ReachAsync(3, 99);
        _model.Follow(View(4, 1));
        (await next).ShouldBeTrue();
    }

    [Fact]
    public async Task Reach_DoesNotComeInTime_IsNotWaitedForAnyLonger()
    {
        _model.Follow(View(3, 10));
        var never = ReachAsync(3, 11);
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await never).ShouldBeFalse();
    }

    [Theory]
    [InlineData("3.10", 3, 10)]
    [InlineData("0.0", 0, 0)]
    public void Version_ItsText_IsReadAgain(string text, long term, long version)
    {
        ViewVersion.Parse(text).ShouldBe(new ViewVersion(term, version));
        new ViewVersion(term, version).ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("3.-1")]
    [InlineData("3.1.2")]
    [InlineData("99999999999999999999.1")]
    public void Version_TextThatIsNone_IsNull(string? text) => ViewVersion.Parse(text).ShouldBeNull();

    private static SchedulerView View(long term, long version, params string[] clusters) => SchedulerView.Empty with
    {
        Term = term, Version = version,
        Clusters = SchedulerView.Empty.Clusters.AddRange(clusters.Select(name => KeyValuePair.Create(name, InMemoryClusters.Cluster(name)))),
    };

    private Task<bool> ReachAsync(long term, long version) =>
        _model.ReachAsync(new ViewVersion(term, version), TimeSpan.FromSeconds(2), _clock, CancellationToken.None);
}
