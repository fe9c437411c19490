using System.Text;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Core.State;

namespace Mysos.Tests.Scheduling;

/// <summary>Clusters whose master waits for more than one slave.</summary>
public sealed class SeveralAckersTests
{
    private readonly World _world = World.Healthy(3, syncReplicas: 2);

    private Cluster Durable => _world.State.Clusters["c"].Durable;

    private int Master => Durable.Master!.Value;

    private SimulatedNode NodeOf(int node) => _world.NodeOf("c", node);

    private List<Directive> SentTo(int node, int since = 0) => [.. _world.Performed.Skip(since).OfType<SendDirective>()
        .Select(s => s.Directive).Where(d => d.TaskId == NodeOf(node).TaskId)];

    /// <summary>An acker that ended is to be one again, and has not got all that the other has.</summary>
    private (int Added, int Stays) OneIsAdded()
    {
        var (added, stays) = (Durable.Ackers[0], Durable.Ackers[1]);
        _world.Post(NodeOf(added).Crash());
        _world.Run(3);
        NodeOf(Master).Rows += 5;
        NodeOf(added).Stuck = true;
        _world.Post(NodeOf(added).ComeBack());
        _world.Run(2);
        return (added, stays);
    }

    [Fact]
    public void Healthy_BothSlavesAcknowledge_AndTheMasterWaitsForBoth()
    {
        Durable.Ackers.Count.ShouldBe(2);
        Durable.Ackers.ShouldAllBe(n => NodeOf(n).Obeyed!.Ackers == 1);
        NodeOf(Master).Obeyed!.Ackers.ShouldBe(2);
    }

    /// <summary>As after a switchover, when the master of before is an acker and follows only in a moment.</summary>
    [Fact]
    public void OneIsAdded_WhileAnAckerDoesNotServeForAMoment_ThatOneStays()
    {
        var (acker, added) = (Durable.Ackers[0], Durable.Ackers[1]);
        _world.Post(NodeOf(added).Crash());
        _world.Run(5);
        Durable.Ackers.ShouldBe([acker]);

        NodeOf(acker).Suffer(null, serves: false);
        _world.Post(NodeOf(acker).Say());
        _world.Post(NodeOf(added).ComeBack());
        _world.Run(1.5);
        Durable.Ackers.ShouldBe([acker]);
        Durable.AckChange!.To.ShouldBe([acker, added], ignoreOrder: true);

        NodeOf(acker).Report = NodeOf(acker).Report with { Serving = true };
        _world.Run(3);
        Durable.Ackers.ShouldBe([acker, added], ignoreOrder: true);
    }

    [Fact]
    public void MoreThanThereAreSlaves_AllAcknowledge_AndItIsHealthy()
    {
        var world = World.Healthy(3, syncReplicas: 5);
        world.State.Clusters["c"].Durable.Ackers.Count.ShouldBe(2);
    }

    [Fact]
    public void ThreeOfFive_TheOthersDoNotAcknowledge()
    {
        var world = World.Healthy(5, syncReplicas: 3);
        var durable = world.State.Clusters["c"].Durable;
        durable.Ackers.Count.ShouldBe(3);
        durable.Nodes.Keys.Where(n => n != durable.Master && !durable.Ackers.Contains(n)).ShouldAllBe(n => world.NodeOf("c", n).Obeyed!.Ackers == 0);
    }

    [Fact]
    public void MariaDb_HasOneAcker_WhateverTheFlagSays()
    {
        var world = new World(agents: 3);
        world.Settings = world.Settings with { SyncReplicas = 2 };
        world.Create("c", 3);
        world.Settle();
        foreach (var node in world.Tasks.Values)
            node.Report = node.Report with { Server = "MariaDB 10.11.6" };
        world.Run(5);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy);
        world.State.Clusters["c"].Durable.Ackers.Count.ShouldBe(1);
        world.View("c").Nodes.Count(n => n.Acker).ShouldBe(1);
    }

    [Fact]
    public void OneEnds_TheMasterWaitsForTwo_UntilTheOtherOneIsKnownToHaveAll()
    {
        var (gone, stays) = (Durable.Ackers[0], Durable.Ackers[1]);
        NodeOf(stays).Stuck = true;
        NodeOf(Master).Rows += 5;
        var before = _world.Performed.Count;
        _world.Post(NodeOf(gone).Crash());
        _world.Run(5);
        Durable.AckChange!.To.ShouldBe([stays]);
        SentTo(Master, before).ShouldAllBe(d => d.Ackers == 2);

        NodeOf(stays).Stuck = false;
        _world.Run(3);
        Durable.Ackers.ShouldBe([stays]);
        NodeOf(Master).Obeyed!.Ackers.ShouldBe(1);
        _world.View("c").State.ShouldBe(ClusterCondition.Degraded);
    }

    [Fact]
    public void OneIsAdded_TheMasterWaitsForTwo_BeforeItsSideIsOn_AndItsGtidsAreNotedAfterThat()
    {
        var added = Durable.Ackers[0];
        _world.Post(NodeOf(added).Crash());
        _world.Run(3);
        Durable.Ackers.ShouldNotContain(added);
        var before = _world.Performed.Count;
        NodeOf(Master).Deaf = true;
        _world.Post(NodeOf(added).ComeBack());
        _world.Run(1);
        SentTo(added, before).ShouldAllBe(d => d.Ackers == 0, "the master has not said that it waits for two");
        NodeOf(Master).Deaf = false;
        _world.Run(3);

        Durable.Ackers.Count.ShouldBe(2);
        var sent = _world.Performed.Skip(before).OfType<SendDirective>().Select(s => s.Directive).ToList();
        var waits = sent.FindIndex(d => d is { Role: DirectedRole.Master, Ackers: 2 });
        var side = sent.FindIndex(d => d is { Role: DirectedRole.Slave, Ackers: 1 } && d.TaskId == NodeOf(added).TaskId);
        var notes = sent.FindIndex(d => d is { Role: DirectedRole.Master, Note: not 0 });
        waits.ShouldBeGreaterThanOrEqualTo(0);
        side.ShouldBeGreaterThan(waits);
        notes.ShouldBeGreaterThan(side);
    }

    [Fact]
    public void OneThatIsAddedFails_TheMasterWaitsForTwo_UntilItIsLockedOut()
    {
        var (added, stays) = OneIsAdded();
        Durable.AckChange!.ShouldSatisfyAllConditions(c => c.To.Count.ShouldBe(2), c => c.MasterAt.ShouldNotBeNull());
        NodeOf(added).Deaf = true;
        NodeOf(Master).Deaf = true;
        var before = _world.Performed.Count;
        _world.Run(2.5);
        NodeOf(Master).Deaf = false;
        NodeOf(stays).Stuck = true;
        NodeOf(Master).Rows += 5;
        _world.Run(4);
        Durable.AckChange!.To.ShouldBe([stays]);
        Durable.Barred.ShouldBe([added]);
        SentTo(Master, before).ShouldAllBe(d => d.Ackers == 2, "whoever acknowledged only to the one that is given up must not count for the other");
        NodeOf(stays).Stuck = false;
        _world.Run(3);
        Durable.ShouldSatisfyAllConditions(d => d.Ackers.ShouldBe([stays]), d => d.AckChange.ShouldBeNull());
        NodeOf(Master).Obeyed!.Ackers.ShouldBe(1);
        SentTo(Master, before).First(d => d.Note != 0).Barred.ShouldContain(added);
    }

    [Fact]
    public void OneThatIsAddedFails_AndThenTheOther_TheMasterWaitsForTwo_UntilItIsAlone()
    {
        var (added, stays) = OneIsAdded();
        Durable.AckChange!.To.Count.ShouldBe(2);
        var before = _world.Performed.Count;
        NodeOf(stays).Stuck = true;
        NodeOf(Master).Rows += 5;
        _world.Post(NodeOf(added).Crash());
        _world.Run(1);
        Durable.ShouldSatisfyAllConditions(d => d.Ackers.ShouldBe([stays]), d => d.AckChange!.To.ShouldBe([stays]));
        NodeOf(Master).Deaf = true;
        _world.Post(NodeOf(stays).Crash());
        _world.Run(1);
        Durable.AckChange!.To.ShouldBeEmpty();
        NodeOf(Master).Deaf = false;
        _world.Run(5);
        Durable.Ackers.ShouldBeEmpty();
        SentTo(Master, before).TakeWhile(d => d.Ackers > 0).ShouldAllBe(d => d.Ackers == 2, "what only the one that was to be added acknowledged is on no acker");
    }

    [Fact]
    public void Noted_IncludesWhatIsInTheBinaryLogAndNotCommitted()
    {
        var gone = Durable.Ackers[0];
        NodeOf(Durable.Ackers[1]).Stuck = true;
        NodeOf(Master).Report = NodeOf(Master).Report with { Unended = "0-1-9" };
        _world.Post(NodeOf(gone).Crash());
        _world.Run(3);
        Durable.AckChange!.MasterAt!.Split(',').ShouldContain("0-1-9");
    }

    [Fact]
    public void AckersDataAreMadeAnew_TheOtherHoldsAll_AndTheMasterGoesOnWaitingForTwoAtFirst()
    {
        var (emptied, stays) = (Durable.Ackers[0], Durable.Ackers[1]);
        NodeOf(stays).Stuck = true;
        NodeOf(Master).Rows += 3;
        var before = _world.Performed.Count;
        NodeOf(emptied).Empty(_world.Now);
        _world.Post(NodeOf(emptied).Say());
        _world.Settle();
        Durable.Ackers.ShouldBe([stays]);
        _world.Run(1);
        SentTo(Master, before).ShouldAllBe(d => d.Ackers == 2);
        NodeOf(stays).Stuck = false;
        _world.Run(4);
        Durable.Ackers.Count.ShouldBe(2);
    }

    [Fact]
    public void MasterAndOneAckerAreLost_TheOtherOneIsElected()
    {
        var (lost, heir) = (Durable.Ackers[0], Durable.Ackers[1]);
        NodeOf(lost).Deaf = true;
        _world.Post(NodeOf(Master).Crash());
        _world.Run(4);
        Durable.Master.ShouldBe(heir);
    }

    [Fact]
    public void Elected_WhoHasAllThatItHas_AcknowledgesFromTheStart()
    {
        var old = Master;
        _world.Post(NodeOf(old).Crash());
        _world.Settle();
        _world.Run(0.2);
        Durable.Master.ShouldNotBe(old);
        Durable.Ackers.ShouldBe([.. Durable.Nodes.Keys.Where(n => n != old && n != Master)]);
    }

    [Fact]
    public void ClustersOwnNumber_IsChanged_AndRules()
    {
        var id = _world.Ask(r => new ElectionRequested(r, "c", Durable.Incarnation, null, null) { SyncReplicas = new(1) });
        _world.Run(3);
        _world.Answers[id].ShouldBeOfType<RequestOutcome.Accepted>().Result.ShouldBe("default default 1");
        Durable.Ackers.Count.ShouldBe(1);
        Durable.Events[^1].Kind.ShouldBe("acker_changed");
        _world.View("c").ShouldSatisfyAllConditions(c => c.State.ShouldBe(ClusterCondition.Healthy), c => c.Election.SyncReplicas.ShouldBe(1), c => c.Election.OwnSyncReplicas.ShouldBeTrue());
    }

    [Theory]
    [InlineData(",\"to\":3", 3)]
    [InlineData("", null)]
    public void StateOfAnOlderFormat_WithAChangeUnderWay_IsRead(string to, int? acker)
    {
        var changing = Durable with { AckChange = new AckChange([3], _world.Now) };
        var json = Encoding.UTF8.GetString(StateJson.Write(changing));
        var older = json.Replace("\"format\":2", "\"format\":1").Replace(",\"to\":[3]", to).Replace("\"to\":[3],", to.Length > 0 ? to[1..] + "," : "").Replace(",\"count\":1", "");
        older.ShouldNotContain("[3]");
        var read = StateJson.ReadCluster("c", Encoding.UTF8.GetBytes(older)).AckChange!;
        read.To.ShouldBe(acker is { } one ? [one] : []);
        read.Count.ShouldBe(1);
        StateJson.ReadCluster("c", Encoding.UTF8.GetBytes(json)).AckChange!.To.ShouldBe([3]);
    }
}
