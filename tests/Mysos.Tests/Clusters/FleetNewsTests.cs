using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Tests.Dashboard;

namespace Mysos.Tests.Clusters;

/// <summary>Each event is told once, whatever becomes of its cluster.</summary>
public sealed class FleetNewsTests
{
    private readonly FleetNews _news = new();

    private static ClusterEvent At(int minute, string kind) => new(Views.Now.AddMinutes(minute), kind, $"It was {kind}.");

    private static ClusterView Cluster(int created, params ClusterEvent[] events) => Views.Cluster("a") with { Created = Views.Now.AddMinutes(created), Events = [.. events] };

    private static PastCluster Past(int created, params ClusterEvent[] events) => new("a", Views.Now.AddMinutes(created), [.. events]);

    private static SchedulerView View(ClusterView? cluster, params PastCluster[] past) => Views.Of(cluster is null ? [] : [cluster]) with { Past = [.. past] };

    private string[] Kinds(SchedulerView view) => [.. _news.Next(view).Events.Select(e => e.Kind)];

    [Fact]
    public void ClusterThatGoes_OnlyItsEndIsNew()
    {
        Kinds(View(Cluster(0, At(0, "one"), At(1, "two")))).ShouldBe(["one", "two"]);
        var next = _news.Next(View(null, Past(0, At(0, "one"), At(1, "two"), At(2, "gone"))));

        next.Events.Select(e => e.Kind).ShouldBe(["gone"]);
        next.Gone.ShouldBe(["a"]);
        // As a follower has it: another object, and less of it.
        Kinds(View(null, Past(0, At(1, "two"), At(2, "gone")))).ShouldBeEmpty();
    }

    [Fact]
    public void ClusterOfTheSameName_MadeAnewBetweenTwoViews_DoesNotMix()
    {
        Kinds(View(Cluster(0, At(0, "one")))).ShouldBe(["one"]);

        // The new one was asked for before the old one was gone.
        var next = _news.Next(View(Cluster(3, At(5, "four")), Past(0, At(0, "one"), At(1, "two"), At(4, "gone"))));

        next.Events.Select(e => (e.Kind, e.ClusterCreated)).ShouldBe(
            [("two", Views.Now), ("gone", Views.Now), ("four", Views.Now.AddMinutes(3))]);
        next.Gone.ShouldBeEmpty();
    }

    [Fact]
    public void Scheduler_CrashedBetweenTheNoteAndTheEnd_EachEventIsToldOnce()
    {
        var noted = Past(0, At(0, "one"), At(2, "gone"));
        Kinds(View(Cluster(0, At(0, "one")), noted)).ShouldBe(["one"]);
        Kinds(View(null, noted)).ShouldBe(["gone"]);
        // The next scheduler begins before that, and comes to the same end.
        Kinds(View(Cluster(0, At(0, "one")))).ShouldBeEmpty();
        Kinds(View(null, noted)).ShouldBeEmpty();
    }

    [Fact]
    public void ClustersThatAreNotWanted_AreNotToldOfWhenTheyAreGone()
    {
        var news = new FleetNews(name => name != "a");
        news.Next(View(null, Past(0, At(0, "one"), At(2, "gone")))).Events.ShouldBeEmpty();
    }
}
