using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>What is said of nodes that come, go, or get other data, and of what their owner asked for.</summary>
public sealed class NodeOperationsTests : PromotionTestBase
{
    private OperationView? Operation => World.View("c").Operation;

    private ClusterState State => World.State.Clusters["c"];

    [Fact]
    public void Creation_NodesWithoutAgents_WaitForOffers()
    {
        var created = World.Now;
        World.HoldOffers = true;
        World.Create("c", 3);
        World.Run(1);
        Operation!.Name.ShouldBe("creation");
        Operation.Since.ShouldBe(created);
        Current(Operation).ShouldBe("its nodes wait for agents that offer enough (0 of 3)");
        World.HoldOffers = false;
        World.Run(5);
        Operation.ShouldBeNull();
    }

    [Fact]
    public void Creation_NodeByNode_TellsHowManyAreHowFar()
    {
        Healthy();
        var state = State with { Durable = Durable with { Completed = false } };
        Current(Operations.Of(state)).ShouldBe("slaves get all writes, to acknowledge those that follow");
        Current(Operations.Of(Saying(state, Other, r => r with { Serving = false }))).ShouldBe("they serve (2 of 3)");
        var starting = Saying(state, Other, r => r with { Serving = false, Phase = NodePhase.Starting });
        Current(Operations.Of(starting)).ShouldBe("their servers start (2 of 3)");
        Current(Operations.Of(starting with { Durable = starting.Durable with { BackupId = "c:1" } })).ShouldBe("their servers start (2 of 3)");
        var restoring = Saying(starting, Other, r => r with { Phase = NodePhase.Restoring });
        Current(Operations.Of(restoring)).ShouldBe("their servers start (2 of 3)");
        Current(Operations.Of(restoring with { Durable = restoring.Durable with { BackupId = "c:1" } })).ShouldBe("they restore the backup c:1 (2 of 3)");
    }

    [Fact]
    public void Creation_OfOneNode_EndsWhenItServes()
    {
        Healthy(1);
        var state = Saying(State with { Durable = Durable with { Completed = false } }, 1, r => r with { Serving = false });
        Operations.Of(state)!.Steps.Select(s => s.Text).ShouldBe(["its node waits for an agent that offers enough", "its server starts", "it serves"]);
        Current(Operations.Of(state)).ShouldBe("it serves");
    }

    [Fact]
    public void Resize_ToMore_FollowsTheNewNode()
    {
        Healthy();
        World.HoldOffers = true;
        Ask((r, c) => new ResizeRequested(r, "c", c, 4));
        var asked = World.Now;
        World.Run(5);
        Operation!.Name.ShouldBe("node 4 is added");
        Operation.Since.ShouldBe(asked);
        Current(Operation).ShouldBe("node 4 waits for an agent that offers enough");
        World.HoldOffers = false;
        World.Run(5);
        Operation.ShouldBeNull();

        var state = State with { Durable = Durable with { Nodes = Durable.Nodes.SetItem(4, Durable.Nodes[4] with { DataMade = null }) } };
        Operations.Of(state).ShouldBeNull();
        state = Saying(state, 4, r => r with { Serving = false });
        Current(Operations.Of(state)).ShouldBe("it follows the master");
        Current(Operations.Of(Saying(state, 4, r => r with { Phase = NodePhase.Starting }))).ShouldBe("its server starts");
    }

    [Fact]
    public void Resize_ToFewer_FollowsTheNodesThatLeave()
    {
        Healthy();
        var leaves = Other;
        var state = Retiring(State, leaves);
        state = state with { Durable = state.Durable with { Events = state.Durable.Events.Add(new(World.Now.AddSeconds(3), "node_leaves", "It leaves.")) } };
        Operations.Of(state)!.Name.ShouldBe($"node {leaves} leaves");
        Operations.Of(state)!.Since.ShouldBe(World.Now.AddSeconds(3));
        Current(Operations.Of(state)).ShouldBe($"clients are told of node {leaves} no more");
        Current(Operations.Of(state with { Announced = ServerSet.Empty })).ShouldBe($"node {leaves} stops");
    }

    [Fact]
    public void Replace_FollowsWhoGoes_ThenWhoComes()
    {
        Healthy();
        var goes = Other;
        World.HoldOffers = true;
        Ask((r, c) => new ReplaceRequested(r, "c", c, goes, false));
        World.Run(2);
        Operation!.Name.ShouldBe("node 4 is added");

        var state = State with { Durable = Durable with { Nodes = Durable.Nodes.Add(goes, new Node { Number = goes, Retiring = true }) }, Announced = ServerSet.Empty };
        Operations.Of(state)!.Name.ShouldBe($"node 4 takes the place of node {goes}");
        Operations.Of(state)!.Steps.Length.ShouldBe(5);
        Current(Operations.Of(state)).ShouldBe($"node {goes} stops");
    }

    [Fact]
    public void Rebuild_TellsHowFarTheCopyIs()
    {
        Healthy();
        var (rebuilt, donor) = (Other, Acker);
        var node = World.NodeOf("c", rebuilt);
        node.Diverge();
        World.Run(2);
        Operation!.Name.ShouldBe($"rebuild of node {rebuilt}");
        Operation.Since.ShouldBe(Durable.Events.Single(e => e.Kind == "node_rebuilt").Time);
        Current(Operation).ShouldBe("its data are removed");

        World.NodeOf("c", donor).Report = World.NodeOf("c", donor).Report with { DataMb = 130.4 };
        node.Report = node.Report with { Rebuild = 1, Phase = NodePhase.Restoring, Diverged = false, DataMade = null, Reason = $"copying the data of node {donor}: 12 MB" };
        World.Run(1);
        Current(Operation).ShouldBe($"copying the data of node {donor}: 12 MB, of about 130 MB");

        node.Deaf = true;
        node.Report = node.Report with { Phase = NodePhase.Running, DataMade = World.Now, Reason = null };
        World.Post(node.Say());
        World.Settle();
        Current(Operation).ShouldBe("its server starts, and follows the master");
        node.Deaf = false;
        World.Run(3);
        Operation.ShouldBeNull();
    }

    [Fact]
    public void Restart_OfANodeThatWasRebuiltOnce_IsNoRebuild()
    {
        Healthy();
        var node = Durable.Nodes[Other] with { Rebuild = 1 };
        var state = State with { Durable = Durable with { Nodes = Durable.Nodes.SetItem(node.Number, node) } };
        Operations.Of(Saying(state, node.Number, r => r with { Rebuild = 1, Serving = false })).ShouldBeNull();
        Operations.Of(Saying(state, node.Number, r => r with { Rebuild = 1, Serving = false, Phase = NodePhase.Preparing, DataMade = null })).ShouldBeNull();
        Operations.Of(Saying(state, node.Number, r => r with { Rebuild = 1, Serving = false, Phase = NodePhase.Restoring, DataMade = null })).ShouldNotBeNull();
    }

    [Fact]
    public void Password_UntilEachNodeKnowsIt_IsBeingChanged()
    {
        Healthy();
        var (master, slave) = (World.NodeOf("c", Master), World.NodeOf("c", Other));
        (master.Deaf, slave.Deaf) = (true, true);
        Ask((r, c) => new PasswordRequested(r, "c", c, "sealed"));
        Operation!.Name.ShouldBe("change of the password");
        Operation.Since.ShouldBe(World.Now);
        Current(Operation).ShouldBe($"node {Master} gives u the new password");
        master.Deaf = false;
        World.Run(1);
        Current(Operation).ShouldBe("the other nodes are told of it (1 of 2 are)");
        slave.Deaf = false;
        World.Run(1);
        Operation.ShouldBeNull();
    }

    [Fact]
    public void Backup_TellsHowMuchIsThere()
    {
        Healthy();
        Ask((r, c) => new BackupRequested(r, "c", c, "c:202601010000"));
        Operation!.Name.ShouldBe("backup c:202601010000");
        Operation.Since.ShouldBe(Durable.Backups.Single().Started);
        var from = Durable.Backups.Single().Node;
        Current(Operation).ShouldBe($"node {from} copies its data into the backup store");
        var node = World.NodeOf("c", from);
        node.Report = node.Report with { DataMb = 130.4, Backup = new BackupReport { BackupId = "c:202601010000", State = BackupState.Running, SizeBytes = 5 << 20 } };
        World.Run(1);
        Current(Operation).ShouldBe($"node {from} copies its data into the backup store: 5 MB of about 130 MB");
        node.Report = node.Report with { Backup = node.Report.Backup! with { State = BackupState.Done } };
        World.Run(1);
        Operation.ShouldBeNull();
    }

    [Fact]
    public void Deletion_CountsTheNodesThatHaveStopped()
    {
        Healthy();
        var deleted = new ClusterEvent(World.Now.AddSeconds(2), "cluster_deleted", "Its owner asked for it.");
        var state = State with { Durable = Durable with { Deleting = true, Nodes = Durable.Nodes.Remove(Other), Events = Durable.Events.Add(deleted) } };
        Operations.Of(state)!.Name.ShouldBe("deletion");
        Operations.Of(state)!.Since.ShouldBe(deleted.Time);
        Current(Operations.Of(state)).ShouldBe("its nodes stop (1 of 3)");
        Current(Operations.Of(state with { Durable = state.Durable with { Nodes = Durable.Nodes.Clear() } })).ShouldBe("its ServerSet is removed");
    }

    private static string Current(OperationView? operation) => operation.ShouldNotBeNull().Steps.Single(s => s.State == StepState.Current).Text;

    private static ClusterState Saying(ClusterState state, int node, Func<Report, Report> change) =>
        state with { Observed = state.Observed.SetItem(node, state.Of(node) with { Report = change(state.Of(node).Report!) }) };

    private static ClusterState Retiring(ClusterState state, int node) =>
        state with { Durable = state.Durable with { Nodes = state.Durable.Nodes.SetItem(node, state.Durable.Nodes[node] with { Retiring = true }) } };
}
