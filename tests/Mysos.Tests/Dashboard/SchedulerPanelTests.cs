using AngleSharp.Dom;
using Bunit;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Fleet;

namespace Mysos.Tests.Dashboard;

/// <summary>What Mysos stands on: Mesos and ZooKeeper.</summary>
public sealed class SchedulerPanelTests : ComponentContext
{
    private IRenderedComponent<SchedulerPanel> Panel(SchedulerView view) => Render<SchedulerPanel>(p => p.Add(x => x.View, view).Add(x => x.Now, Views.Now));

    private static IElement Card(IRenderedComponent<SchedulerPanel> panel, string heading) => panel.Find($"[aria-labelledby={heading}]");

    private static string[] Facts(IRenderedComponent<SchedulerPanel> panel) =>
        [.. Card(panel, "mesos-heading").QuerySelectorAll("dd").Select(d => string.Join(' ', d.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))];

    [Fact]
    public void Mesos_Connected_ShowsMasterVersionFrameworkAndHeartbeat()
    {
        var panel = Panel(Views.Of());

        Facts(panel).ShouldBe(["10.0.0.2:5050", "1.12.0", "0c4a2f1e…9a11-0000", "4 s ago"]);
        Card(panel, "mesos-heading").QuerySelector("[data-copy]")!.GetAttribute("data-copy").ShouldBe("0c4a2f1e-6a52-4c0e-9a3d-2f4f0c1c9a11-0000");
        Card(panel, "mesos-heading").QuerySelector(".ms-chip")!.TextContent.ShouldBe("Connected");
        panel.FindAll("[role=alert]").ShouldBeEmpty();
    }

    [Fact]
    public void Mesos_NothingKnownAndAProblem_SaysSo()
    {
        var panel = Panel(Views.Of() with { Mesos = new MesosView { Problem = "The framework was removed." } });

        Facts(panel).ShouldAllBe(f => f == "–");
        Card(panel, "mesos-heading").QuerySelector(".ms-chip")!.TextContent.ShouldBe("Not connected");
        panel.Find("[role=alert]").TextContent.ShouldBe("The framework was removed.");
    }

    [Fact]
    public void ZooKeeper_Address_IsShownOnceItIsKnown()
    {
        Card(Panel(Views.Of()), "zookeeper-heading").QuerySelector("[data-copy]")!.GetAttribute("data-copy").ShouldBe("zk://10.0.0.2:2181/mysos");

        var away = Card(Panel(Views.Of() with { ZooKeeper = new ZooKeeperView() }), "zookeeper-heading");
        away.QuerySelector("[data-copy]").ShouldBeNull();
        away.QuerySelector(".ms-chip")!.TextContent.ShouldBe("Not connected");
    }
}
