using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What is said to be under way, step by step.</summary>
public sealed class OperationsTests : PromotionTestBase
{
    private OperationView? Operation => World.View("c").Operation;

    private string Current => Operation!.Steps.Single(s => s.State == StepState.Current).Text;

    [Fact]
    public void Healthy_NothingIsUnderWay()
    {
        Healthy();
        Operation.ShouldBeNull();
    }

    [Fact]
    public void Switchover_CatchesUp_ThenTakesOver()
    {
        Healthy();
        var (master, heir) = (Master, Acker);
        World.NodeOf("c", heir).Stuck = true;
        World.NodeOf("c", master).Rows = 5;
        World.Run(1);
        SwitchTo(heir);
        Operation!.Name.ShouldBe($"switchover to node {heir}");
        Operation.Since.ShouldBe(Durable.Handover!.Since);
        World.Run(0.5);
        Current.ShouldBe($"node {master} takes no more writes, and node {heir} gets its last ones");
        Operation!.Steps.Select(s => s.State).ShouldBe([StepState.Done, StepState.Current, StepState.Next, StepState.Next]);
    }

    [Fact]
    public void Election_TellsWhoHasStopped()
    {
        Healthy();
        World.NodeOf("c", Acker).Deaf = true;
        LoseMaster();
        World.Run(0.5);
        Operation!.Name.ShouldBe("election of epoch 2");
        Current.ShouldBe("the slaves stop receiving (1 of 2 have)");
        World.NodeOf("c", Durable.Ackers[0]).Deaf = false;
        World.Run(5);
        Operation?.Name.ShouldNotBe("election of epoch 2");
    }

    [Fact]
    public void Restart_GoesFromNodeToNode_TheMasterLast()
    {
        Healthy();
        var order = NodeRestarts.Order(Durable);
        World.HoldOffers = true;
        Ask((r, c) => new RestartRequested(r, "c", c));
        World.Run(5);
        Operation!.Name.ShouldBe("restart of all nodes");
        Operation.Steps.Select(s => s.Text).ShouldBe(order.Select(n => $"node {n} stops, starts and follows the master again"));
        Current.ShouldStartWith($"node {order[0]} ");
        World.HoldOffers = false;
        World.Run(60);
        Operation.ShouldBeNull();
    }

    [Fact]
    public void AckerEnds_TheChangeIsTold()
    {
        Healthy();
        var other = Other;
        World.NodeOf("c", other).Stuck = true;
        World.NodeOf("c", Master).Rows = 5;
        World.Post(World.NodeOf("c", Acker).Crash());
        World.Run(1);
        Operation!.Name.ShouldBe($"writes are to be acknowledged by node {other}");
        Current.ShouldBe("whoever is to acknowledge gets all of that");
        World.NodeOf("c", other).Stuck = false;
        World.Run(3);
        Operation.ShouldBeNull();
    }
}
