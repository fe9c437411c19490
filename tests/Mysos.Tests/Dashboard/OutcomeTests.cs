using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Detail;

namespace Mysos.Tests.Dashboard;

/// <summary>What has ended, on a cluster's page.</summary>
public sealed class OutcomeTests : ComponentContext
{
    [Fact]
    public void EventTimeline_OfWhatTookItsTime_SaysHowLong()
    {
        Feed.Put(WithEvents(At(-90, "restart_began"), At(-80, "node_restarts"), At(-60, "restart_done"), At(-9, "backup_done")));

        Open("told").FindAll(".ms-events li").Select(l => l.QuerySelector(".ms-took")?.TextContent).ShouldBe([null, "took 30 s", null, null]);
    }

    [Theory]
    [InlineData("switchover_undone", "The switchover was undone", "tone-bad", "alert")]
    [InlineData("switched_over", "The switchover is done", "tone-good", "status")]
    public void ClusterPage_WhatHasEnded_StandsInThePlaceOfWhatIsUnderWay(string kind, string title, string tone, string role)
    {
        var cluster = WithEvents(At(-121.2, "switchover_began"), At(-120, kind));
        Feed.Put(cluster);

        var card = Open("told").Find("[aria-labelledby=outcome-heading]");

        card.QuerySelector("h2")!.TextContent.ShouldBe(title);
        card.QuerySelector("small")!.TextContent.ShouldBe("2 min ago");
        var text = card.QuerySelector(".ms-outcome")!;
        text.ClassList.ShouldContain(tone);
        text.GetAttribute("role").ShouldBe(role);
        text.TextContent.ShouldContain($"It was {kind}. took 1.2 s");

        LetQuietPass();
        Feed.Put(cluster with { Operation = new OperationView("creation", Views.Now, [new("it serves", StepState.Current)]) });
        var page = Open("told");
        page.Find("#operation-heading").TextContent.ShouldBe("Under way: creation");
        page.FindAll("#outcome-heading").ShouldBeEmpty();
    }

    [Fact]
    public void ClusterPage_WhatEndedLongAgo_IsOnlyInTheTimeline()
    {
        Feed.Put(WithEvents(At(-700, "backup_started"), At(-600, "backup_failed")));

        Open("told").FindAll("#outcome-heading").ShouldBeEmpty();
    }

    private IRenderedComponent<ClusterPage> Open(string name) => Render<ClusterPage>(p => p.Add(x => x.Name, name));

    private static ClusterEvent At(double seconds, string kind) => new(Views.Now.AddSeconds(seconds), kind, $"It was {kind}.");

    private static ClusterView WithEvents(params ClusterEvent[] events) => Views.Cluster("told", nodes: [Views.Master()]) with { Events = [.. events] };
}
