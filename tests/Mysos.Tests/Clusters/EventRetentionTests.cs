using System.Collections.Immutable;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;

namespace Mysos.Tests.Clusters;

public sealed class EventRetentionTests
{
    private static ClusterEvent At(int second, string? by = null) =>
        new(DateTimeOffset.UnixEpoch.AddSeconds(second), by is null ? "repaired" : "cluster_resized", second.ToString(CultureInfo.InvariantCulture)) { By = by };

    /// <summary>As they are logged, one after the other.</summary>
    private static ImmutableList<ClusterEvent> Kept(params IEnumerable<ClusterEvent> events) =>
        events.Aggregate(ImmutableList<ClusterEvent>.Empty, (kept, next) => EventRetention.Kept(kept.Add(next)));

    private static IEnumerable<int> Seconds(IEnumerable<ClusterEvent> events) => events.Select(e => (int)e.Time.ToUnixTimeSeconds());

    [Fact]
    public void Kept_OfEventsThatNobodyAskedFor_AreTheNewest() =>
        Seconds(Kept(Enumerable.Range(0, 100).Select(i => At(i)))).ShouldBe(Enumerable.Range(60, 40));

    [Fact]
    public void Kept_WhatPeopleDid_IsNotPushedOutByTheRest()
    {
        var events = Enumerable.Range(0, 300).Select(i => At(i, i is 3 or 7 or 280 ? "anna" : null));

        Seconds(Kept(events)).ShouldBe([3, 7, .. Enumerable.Range(260, 40)]);
    }

    [Fact]
    public void Kept_MuchThatPeopleDid_IsTheNewestOfIt()
    {
        var events = Enumerable.Range(0, 300).Select(i => At(i, i % 2 == 0 ? "anna" : null));

        var kept = Kept(events);

        Seconds(kept).ShouldBe([.. Enumerable.Range(0, 20).Select(i => 220 + (2 * i)), .. Enumerable.Range(260, 40)]);
        Kept(Enumerable.Range(0, 300).Select(i => At(i, "anna"))).Count.ShouldBe(EventRetention.Newest);
    }

    [Fact]
    public void WithoutGaps_HasNothingOfWhatIsLeftOutBetween()
    {
        var kept = Kept(Enumerable.Range(0, 100).Select(i => At(i, i == 3 ? "anna" : null))).ToImmutableArray();
        kept.Length.ShouldBe(41);

        Seconds(EventRetention.WithoutGaps(kept)).ShouldBe(Enumerable.Range(60, 40));
        EventRetention.WithoutGaps(kept[..5]).Length.ShouldBe(5);
    }
}
