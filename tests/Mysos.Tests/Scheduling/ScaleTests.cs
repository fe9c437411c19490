using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>No event costs more because there are more clusters. Bytes are counted, for they are the same each time.</summary>
public sealed class ScaleTests
{
    private static World Of(int clusters)
    {
        var world = new World(agents: 3, memMb: 1_000_000);
        foreach (var i in Enumerable.Range(0, clusters))
            world.Create($"c{i:D4}", 1);
        for (var i = 0; i < 60 && world.State.Clusters.Values.Count(Agenda.Calm) < clusters; i++)
            world.Run(1);
        world.State.Clusters.Values.Count(Agenda.Calm).ShouldBe(clusters);
        return world;
    }

    private static long BytesOf(World world, LoopEvent happened, double secondsLater = 0)
    {
        // Once for what is made only once.
        Decider.Decide(world.State, happened, world.Now.AddSeconds(secondsLater), world.Settings);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Decider.Decide(world.State, happened, world.Now.AddSeconds(secondsLater), world.Settings);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    [Fact]
    public void Events_TenTimesTheClusters_CostTheSame()
    {
        var (few, many) = (Of(50), Of(500));
        foreach (var (name, happened) in new (string, Func<World, LoopEvent>)[]
        {
            ("a tick", world => new Ticked(world.Now)),
            ("a heartbeat", _ => new MesosHeartbeat()),
            ("an executor's report", world => world.NodeOf("c0007", 1).Say()),
            ("an update", world => new TaskUpdated(new Core.Mesos.TaskStatus
            {
                TaskId = new TaskId(world.NodeOf("c0007", 1).TaskId), State = TaskState.Running, AgentId = new AgentId("S1"), Uuid = new byte[16],
            })),
            ("offers", _ => new OffersReceived([OfferOf.Roomy("S1"), OfferOf.Roomy("S2")])),
            ("maintenance where no node is", _ => new OffersReceived([OfferOf.Roomy("S9").Unavailable(DateTimeOffset.UnixEpoch)])),
            ("an agent's failure", _ => new AgentFailed(new AgentId("S1"))),
        })
        {
            // Trees grow by their logarithm.
            BytesOf(many, happened(many)).ShouldBeLessThan(BytesOf(few, happened(few)) * 2 + 1000, name);
        }
    }

    [Fact]
    public void Tick_AllIsQuietForLong_EachClusterIsLookedAtOnceInAWhile()
    {
        var world = Of(50);
        var silent = world.Now.AddSeconds(10);
        world.State.Agenda.Due(silent).Count().ShouldBe(50);
        var after = Decider.Decide(world.State, new Ticked(silent), silent, world.Settings).State;
        after.Agenda.Due(silent.AddSeconds(1)).ShouldBeEmpty();
    }

    [Fact]
    public void Index_AfterEverythingThatHappens_IsWhatTheClustersSay()
    {
        var world = new World(agents: 3);
        world.Create("c", 3);
        world.Create("d", 2);
        world.Run(4);
        world.End(world.NodeOf("c", 2), TaskState.Failed);
        world.End(world.NodeOf("d", 1), TaskState.Failed);
        for (var i = 0; i < 30; i++)
        {
            world.Run(0.5);
            Check(world.State, world.Now);
            if (i == 10)
                world.Ask(r => new ResizeRequested(r, "c", world.State.Clusters["c"].Durable.Incarnation, 1));
            if (i == 15)
                world.HoldOffers = true;
            if (i == 16)
                world.Create("e", 2);
            if (i == 20)
                world.Ask(r => new DeleteRequested(r, "d", world.State.Clusters["d"].Durable.Incarnation));
        }
        world.State.Index.Waiting.Count.ShouldBe(2);
    }

    private static void Check(SchedulerState state, DateTimeOffset now)
    {
        var nodes = state.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values.Select(n => (Key: new NodeKey(c.Durable.Name, n.Number), Node: n))).ToArray();
        state.Index.Waiting.Select(w => w.Node).Concat(state.Index.Delayed.Select(d => d.Node)).Order()
            .ShouldBe(nodes.Where(n => n.Node is { Task: null, Retiring: false }).Select(n => n.Key).Order());
        state.Index.Delayed.ShouldAllBe(d => d.At > now);
        state.Index.ByAgent.SelectMany(a => a.Value.Select(key => (a.Key, Node: key))).OrderBy(n => n.Node)
            .ShouldBe(nodes.Where(n => n.Node.Task is not null).Select(n => (n.Node.Task!.Agent.Value, n.Key)).OrderBy(n => n.Key));
    }
}
