using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Scheduling;
using Mysos.Core.State;

namespace Mysos.Tests.Scheduling;

/// <summary>What happened in a cluster outlives it.</summary>
public sealed class PastEventsTests
{
    private const string Anna = "anna from 10.0.0.7";

    private static void Delete(World world)
    {
        var incarnation = world.State.Clusters["c"].Durable.Incarnation;
        world.Ask(id => new DeleteRequested(id, "c", incarnation) { By = Anna });
        world.Run(10);
        world.State.Clusters.ShouldNotContainKey("c");
    }

    [Fact]
    public void Delete_WhenItIsDone_KeepsTheEventsAndWhoAskedForIt()
    {
        var world = World.Healthy(2);
        var before = world.State.Clusters["c"].Durable;
        Delete(world);
        world.Restart();

        var past = world.State.Past.Clusters.ShouldHaveSingleItem();
        (past.Name, past.Created).ShouldBe(("c", before.Created));
        past.Events.Take(before.Events.Count).ShouldBe(before.Events);
        past.Events.Single(e => e.By is not null).ShouldBe(new ClusterEvent(past.Events[before.Events.Count].Time, "cluster_deleted", "Its owner asked for the cluster to be deleted.") { By = Anna });
        past.Events[^1].Kind.ShouldBe("gone");
    }

    [Fact]
    public void Delete_OfTheNextClusterOfThatName_IsKeptBesideTheFirst()
    {
        var world = World.Healthy(1);
        Delete(world);
        world.Create("c", 1);
        world.Run(5);
        world.State.Clusters["c"].Durable.Events.ShouldNotContain(e => e.Kind == "gone");
        Delete(world);

        world.State.Past.Clusters.Select(p => p.Events.Count(e => e.Kind == "cluster_created")).ShouldBe([1, 1]);
        world.State.Past.Clusters.Select(p => p.Created).ShouldBeUnique();
    }

    [Fact]
    public void Scheduler_CrashesAtAnyStepOfADeletion_TheNextNotesItOnce()
    {
        for (var step = 0; step < 8; step++)
        {
            var world = World.Healthy(2);
            world.CrashAfter = step;
            Delete(world);
            world.Restart();

            var past = world.State.Past.Clusters.ShouldHaveSingleItem($"crash after {step} effects");
            past.Events.Count(e => e.Kind is "gone").ShouldBe(1);
            past.Events.Count(e => e.By == Anna).ShouldBe(1);
        }
    }

    [Fact]
    public void Scheduler_CrashesBetweenTheNoteAndTheEndOfTheRecord_TheNextLeavesTheNoteAsItIs()
    {
        var world = World.Healthy(1);
        var last = world.State.Clusters["c"].Durable with { Deleting = true };
        Delete(world);
        var noted = world.State.Past.Clusters.Single().Events.ToArray();
        world.Durable[StateJson.KeyOf("c")] = StateJson.Write(last with { Nodes = last.Nodes.Clear() });
        world.Restart();
        world.Run(5);

        world.Performed.OfType<RemoveServerSet>().Count().ShouldBe(2);
        world.State.Clusters.ShouldNotContainKey("c");
        world.Durable.Keys.ShouldNotContain(StateJson.KeyOf("c"));
        world.State.Past.Clusters.Single().Events.ShouldBe(noted);
    }

    [Fact]
    public void Tick_AfterThirtyDays_ForgetsThem()
    {
        var world = World.Healthy(1);
        Delete(world);
        world.Freeze(PastClusters.Kept.TotalSeconds);
        world.Run(1);

        world.State.Past.Clusters.ShouldBeEmpty();
        StateJson.ReadPast(new Dictionary<string, StoredDocument> { [StateJson.PastKey] = new(world.Durable[StateJson.PastKey], 0) }).Clusters.ShouldBeEmpty();
    }

    [Fact]
    public void Events_ThatNobodyAskedFor_DoNotPushOutWhatPeopleDid()
    {
        var world = World.Healthy(2);
        world.Ask(id => new ResizeRequested(id, "c", world.State.Clusters["c"].Durable.Incarnation, 3) { By = Anna });
        world.Run(5);
        for (var i = 0; i < 30; i++)
        {
            world.End(world.NodeOf("c", 2), Core.Mesos.TaskState.Failed);
            world.Run(4);
        }

        var events = world.State.Clusters["c"].Durable.Events;
        events[0].Kind.ShouldBe("cluster_resized");
        events.Count.ShouldBe(EventRetention.Newest + 1);
    }
}
