using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

public sealed class HearingTests
{
    private readonly World _world = World.Healthy(3);
    private readonly int _master;
    private readonly int _acker;

    public HearingTests()
    {
        _master = Durable.Master!.Value;
        _acker = Durable.Ackers.ShouldHaveSingleItem();
    }

    private Cluster Durable => _world.State.Clusters["c"].Durable;

    private int Other => Durable.Nodes.Keys.Single(n => n != _master && n != _acker);

    private void Say(int node)
    {
        _world.Post(_world.NodeOf("c", node).Say());
        _world.Settle();
    }

    private void Tick(double late)
    {
        _world.Post(new Ticked(_world.Now.AddSeconds(-late)));
        _world.Settle();
    }

    [Fact]
    public void SchedulerWasStopped_WhoIsNotYetHeardAgain_IsNotSilent()
    {
        var before = Durable.Events.Count;
        // What it says is yet to be read.
        _world.NodeOf("c", _acker).Deaf = true;
        _world.Freeze(20);
        Say(_master);
        Say(Other);
        Durable.AckChange.ShouldBeNull();
        Tick(late: 0);
        Say(_master);
        Durable.AckChange.ShouldBeNull("its words wait behind the first tick as well");
        _world.Freeze(0.5);
        _world.NodeOf("c", _acker).Deaf = false;
        Say(_acker);
        _world.Run(5);
        Durable.Ackers.ShouldBe([_acker]);
        Durable.Events.Count.ShouldBe(before);
    }

    [Fact]
    public void SchedulerWasStopped_WhoStaysSilent_IsReplaced()
    {
        _world.NodeOf("c", _acker).Deaf = true;
        _world.Freeze(20);
        _world.Run(2.5);
        Durable.Ackers.ShouldBe([_acker]);
        _world.Run(4);
        Durable.Ackers.ShouldBe([Other]);
    }

    [Fact]
    public void SchedulerIsBehind_NobodyIsSilent_HoweverLongItLasts()
    {
        for (var i = 0; i < 40; i++)
        {
            _world.Freeze(0.5);
            Tick(late: 4);
            Say(_master);
            Say(Other);
        }
        Durable.ShouldSatisfyAllConditions(d => d.AckChange.ShouldBeNull(), d => d.Ackers.ShouldBe([_acker]), d => d.Master.ShouldBe(_master));
    }

    [Fact]
    public void SchedulerIsBehind_NobodyIsToldAgain_WhoseAnswerMayWaitToBeRead()
    {
        _world.NodeOf("c", Other).Deaf = true;
        _world.Ask(id => new SwitchoverRequested(id, "c", Durable.Incarnation, _acker));
        _world.Settle();
        int Told() => _world.Performed.OfType<SendDirective>().Count(s => s.Directive.TaskId == _world.NodeOf("c", Other).TaskId);
        var before = Told();
        for (var i = 0; i < 10; i++)
        {
            _world.Freeze(0.5);
            Tick(late: 1);
        }
        Told().ShouldBe(before);
        _world.Run(2);
        Told().ShouldBeGreaterThan(before);
    }

    [Fact]
    public void SchedulerIsBehind_LaunchesWait()
    {
        var mind = new Mind();
        mind.Create("c", 1);
        mind.Happen(new Ticked(mind.Now.AddSeconds(-1)));
        mind.Offer(OfferOf.Roomy("S1"));
        mind.AgentOf("c", 1).ShouldBeNull();
        mind.Refusals("c").Keys.ShouldHaveSingleItem().ShouldContain("the scheduler is behind");
        mind.Happen(new Ticked(mind.Now));
        mind.Offer(OfferOf.Roomy("S1"));
        mind.AgentOf("c", 1).ShouldBe("S1");
    }
}
