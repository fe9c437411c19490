using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Tests.Dashboard;

namespace Mysos.Tests.Clusters;

/// <summary>What an event ends, and what has ended a moment ago.</summary>
public sealed class CourseTests
{
    [Theory]
    [InlineData("cluster_created", "cluster_complete", CourseKind.Create, false)]
    [InlineData("cluster_created", "cluster_failed", CourseKind.Create, true)]
    [InlineData("master_lost", "failed_over", CourseKind.Failover, false)]
    [InlineData("switchover_began", "switched_over", CourseKind.Switchover, false)]
    [InlineData("switchover_began", "switchover_undone", CourseKind.Switchover, true)]
    [InlineData("restart_began", "restart_done", CourseKind.Restart, false)]
    [InlineData("restart_began", "restart_abandoned", CourseKind.Restart, true)]
    [InlineData("backup_started", "backup_done", CourseKind.Backup, false)]
    [InlineData("backup_started", "backup_failed", CourseKind.Backup, true)]
    [InlineData("cluster_paused", "cluster_resumed", CourseKind.Pause, false)]
    public void EndedBy_ALastEvent_FindsTheFirst(string first, string last, CourseKind kind, bool failed)
    {
        var cluster = With(At(-900, first), At(-60, first), At(-50, "node_launched"), At(-20, last), At(-10, "repaired"));

        var course = Course.EndedBy(cluster, cluster.Events[3]).ShouldNotBeNull();

        (course.Kind, course.Failed, course.Duration).ShouldBe((kind, failed, TimeSpan.FromSeconds(40)));
        course.Steps.Select(s => s.Kind).ShouldBe(["node_launched", last]);
        Course.EndedBy(cluster, cluster.Events[2]).ShouldBeNull();
    }

    [Fact]
    public void EndedBy_ItsBeginningIsNoLongerKnown_OnlyACreationIsACourse()
    {
        var cluster = With(At(-20, "backup_done"), At(-10, "cluster_complete"));
        Course.EndedBy(cluster, cluster.Events[0]).ShouldBeNull();
        Course.EndedBy(cluster, cluster.Events[1])!.Began.ShouldBe(cluster.Created);
    }

    /// <summary>An old one that somebody asked for is kept; that of the one that ends here, which nobody asked for, is not.</summary>
    [Fact]
    public void EndedBy_OnlyTheBeginningOfAnEarlierOneIsKept_IsNone()
    {
        ClusterEvent[] newest = [.. Enumerable.Range(1, EventRetention.Newest - 1).Select(i => At(-i, "repaired")).Reverse(), At(0, "switched_over")];
        var cluster = With([At(-9000, "switchover_began") with { By = "anna" }, .. newest]);
        Course.EndedBy(cluster, cluster.Events[^1]).ShouldBeNull();
        Course.EndedBy(With([At(-90, "switchover_began"), .. newest[1..]]), newest[^1])!.Duration.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void EndedBy_AnEventOfACluster_ThatAnotherOneHasTheNameOf_IsNone()
    {
        var cluster = With(At(-60, "cluster_paused") with { By = "anna" }, At(-20, "cluster_resumed") with { By = "otto" });
        var view = SchedulerView.Empty with { Clusters = SchedulerView.Empty.Clusters.Add("c", cluster) };
        var resumed = new FleetEvent("1", "c", cluster.Events[1].Time, "cluster_resumed", cluster.Events[1].Text, "otto") { ClusterCreated = cluster.Created };

        Course.EndedBy(view, resumed)!.Duration.ShouldBe(TimeSpan.FromSeconds(40));
        Course.EndedBy(view, resumed with { ClusterCreated = cluster.Created.AddSeconds(-1) }).ShouldBeNull();
        Course.EndedBy(SchedulerView.Empty, resumed).ShouldBeNull();
    }

    [Fact]
    public void Outcome_IsToldForTenMinutes()
    {
        var cluster = With(At(-100, "switchover_began"), At(-60, "switchover_undone"), At(-10, "repaired"));

        var outcome = Outcome.Of(cluster, Views.Now).ShouldNotBeNull();

        (outcome.Text, outcome.Failed, outcome.End.Text, outcome.Took).ShouldBe(("the switchover was undone", true, "It was switchover_undone.", TimeSpan.FromSeconds(40)));
        Outcome.Of(cluster, Views.Now.AddSeconds(539)).ShouldNotBeNull();
        Outcome.Of(cluster, Views.Now.AddSeconds(540)).ShouldBeNull();
    }

    [Theory]
    [InlineData("the backup is done", "switched_over", "backup_done")]
    [InlineData("the switchover is done", "backup_done", "switched_over")]
    [InlineData("the switchover was undone", "switchover_undone", "backup_done")]
    [InlineData("the backup is done", "backup_failed", "backup_done")]
    [InlineData("the backup failed", "backup_done", "backup_failed")]
    [InlineData("the restart was given up", "switchover_undone", "restart_abandoned")]
    [InlineData("another node took over", "failed_over", "cluster_resumed")]
    public void Outcome_OfSeveral_IsAFailureUntilTheSameSucceeds_OrElseTheNewest(string told, string first, string second) =>
        Outcome.Of(With(At(-60, first), At(-30, second)), Views.Now)!.Text.ShouldBe(told);

    [Fact]
    public void Outcome_NothingHasEnded_IsNone() => Outcome.Of(With(At(-60, "backup_started"), At(-30, "cluster_failed")), Views.Now).ShouldBeNull();

    private static ClusterEvent At(double seconds, string kind) => new(Views.Now.AddSeconds(seconds), kind, $"It was {kind}.");

    private static ClusterView With(params ClusterEvent[] events) => Views.Cluster("c") with { Events = [.. events] };
}
