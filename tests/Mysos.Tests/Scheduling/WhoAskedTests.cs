using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Core.State;

namespace Mysos.Tests.Scheduling;

/// <summary>The history says who asked for what, and for nothing else.</summary>
public sealed class WhoAskedTests
{
    private const string Anna = "anna from 10.0.0.7";

    [Fact]
    public void Events_OfARequest_NameWhoAsked_ThoseThatFollowDoNot()
    {
        var world = new World();
        world.Create("c", 2);
        world.Run(3);
        world.Ask(id => new SwitchoverRequested(id, "c", world.State.Clusters["c"].Durable.Incarnation, 2) { By = Anna });
        world.Run(3);

        var events = world.State.Clusters["c"].Durable.Events;
        events.Where(e => e.By is not null).Select(e => (e.Kind, e.By)).ShouldBe([("switchover_began", Anna)]);
        events.ShouldContain(e => e.Kind == "switched_over");
    }

    [Fact]
    public void State_OfBefore_IsRead_AndWhoAskedIsKept()
    {
        var world = new World();
        world.Create("c", 1);
        world.Run(1);
        var durable = world.State.Clusters["c"].Durable;
        var old = System.Text.Encoding.UTF8.GetString(StateJson.Write(durable));
        old.ShouldNotContain("\"by\"");

        StateJson.ReadCluster("clusters/c", System.Text.Encoding.UTF8.GetBytes(old)).Events.ShouldBe(durable.Events);

        var named = durable with { Events = [new ClusterEvent(durable.Created, "x", "X.") { By = Anna }] };
        StateJson.ReadCluster("clusters/c", StateJson.Write(named)).Events.Single().By.ShouldBe(Anna);
    }
}
