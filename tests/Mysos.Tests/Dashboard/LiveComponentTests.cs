using Bunit;
using Mysos.Dashboard.Detail;
using Mysos.Dashboard.Live;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class LiveComponentTests : ComponentContext
{
    [Fact]
    public void LiveComponent_ManyViewsPushed_ShowsFourASecondAndTheLast()
    {
        var probe = Render<Probe>();
        LetQuietPass();
        var before = probe.Instance.Frames;

        for (var i = 1; i <= 100; i++)
        {
            Feed.Put(Views.Cluster("busy") with { Epoch = i });
            Time.Advance(TimeSpan.FromMilliseconds(10));
        }
        LetQuietPass();

        // 1 s: four, the one at its start, and the last one after it.
        (probe.Instance.Frames - before).ShouldBeInRange(4, 6);
        probe.Instance.Shown.View.Clusters["busy"].Epoch.ShouldBe(100);
    }

    [Fact]
    public void LiveComponent_Created_ShowsTheCurrentViewAtOnce() =>
        Render<Probe>().Instance.Shown.View.ShouldBe(Feed.Current);

    [Fact]
    public async Task LiveComponent_Disposed_LeavesTheFeed()
    {
        var probe = Render<Probe>().Instance;
        Feed.Watched.ShouldBeTrue();

        await DisposeComponentsAsync();
        Feed.Watched.ShouldBeFalse();
        var frames = probe.Frames;
        Time.Advance(TimeSpan.FromMinutes(1));

        probe.Frames.ShouldBe(frames);
    }

    [Fact]
    public void ClusterPage_FramesOfOtherClusters_RenderNothing_UntilItsAgesHaveGrown()
    {
        Feed.Put(Views.Detailed());
        var page = Render<ClusterPage>(p => p.Add(x => x.Name, "billing"));
        var before = page.RenderCount;

        LetQuietPass();
        Feed.Put(Views.Cluster("another", nodes: Views.Master()));
        LetQuietPass();
        page.RenderCount.ShouldBe(before);

        Time.Advance(TimeSpan.FromSeconds(1));
        Feed.Remove("another");
        page.WaitForAssertion(() => page.RenderCount.ShouldBeGreaterThan(before));
    }

    private sealed class Probe : LiveComponent
    {
        public int Frames { get; private set; }
        public DashboardFrame Shown => Frame;

        protected override void OnFrame() => Frames++;
    }
}
