using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Mesos;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;

namespace Mysos.Tests.Executor;

/// <summary>What an executor with a running server does when its agent says so, says it twice, restarts or goes.</summary>
public abstract class NodeExecutorTests(string flavor)
{
    public sealed class OnMariaDb() : NodeExecutorTests(Servers.MariaDb);

    public sealed class OnMySql() : NodeExecutorTests(Servers.MySql);

    private static readonly string[] WholeLife = [TaskState.Starting, TaskState.Running, TaskState.Killing, TaskState.Killed];

    [Fact]
    public async Task Launch_SameTaskAgain_ChangesNothing()
    {
        await using var node = await RunningAsync();
        var server = Server(node);
        node.Agent.Send(node.Agent.Greeting[1]);
        node.Agent.Send(Kill(node));
        await EndedAsync(node, server, 0);
        States(node).ShouldBe(WholeLife);
    }

    [Fact]
    public async Task Launch_SecondTask_IsRefusedAndTheFirstRunsOn()
    {
        await using var node = await RunningAsync();
        var server = Server(node);
        var first = node.Agent.Greeting[1].Launch!.Task;
        node.Agent.Send(new ExecutorEvent { Type = "LAUNCH", Launch = new(first with { TaskId = new("second") }) });
        var refused = await node.Agent.WaitForAsync(a => a.Updates.FirstOrDefault(u => u.TaskId.Value == "second"), what: "update of the second task");
        (refused.State, refused.Message).ShouldBe((TaskState.Failed, $"This executor runs task {node.TaskId}, and never a second one."));
        server.HasExited.ShouldBeFalse();
        node.Agent.Send(Kill(node));
        await EndedAsync(node, server, 0);
        States(node).ShouldBe(WholeLife);
    }

    [Fact]
    public async Task Kill_OfAnotherTaskAndTwice_EndsItsOwnOnceAndOrderly()
    {
        await using var node = await RunningAsync();
        var server = Server(node);
        node.Agent.Send(new ExecutorEvent { Type = "KILL", Kill = new(new("another")) });
        node.Agent.Send(Kill(node));
        node.Agent.Send(Kill(node));
        await EndedAsync(node, server, 0);
        States(node).ShouldBe(WholeLife);
        node.Output.ToString().ShouldContain("KILL of task another, which is not here.");
        ShouldHaveEndedOrderly(node);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_ServerDoesNotEnd_IsKilledWhenItsGraceIsOver(bool policyInKill)
    {
        var grace = new KillPolicy(new DurationInfo(400_000_000));
        await using var node = await RunningAsync(policyInKill ? new KillPolicy(new DurationInfo(3600_000_000_000)) : grace);
        var server = Server(node);
        ChildProcesses.Signal(server, UnixSignal.Stop);
        node.Agent.Send(Kill(node, policyInKill ? grace : null));
        await EndedAsync(node, server, 0);
        States(node).ShouldBe(WholeLife);
    }

    [Fact]
    public async Task Shutdown_ServerEndsOrderly()
    {
        await using var node = await RunningAsync();
        var server = Server(node);
        node.Agent.Send(new ExecutorEvent { Type = "SHUTDOWN" });
        node.Agent.Send(new ExecutorEvent { Type = "SHUTDOWN" });
        await EndedAsync(node, server, 0);
        States(node).ShouldBe(WholeLife);
        ShouldHaveEndedOrderly(node);
    }

    [Fact]
    public async Task AgentRestarts_ServerRunsOnAndNothingIsLost()
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Agent.Acknowledges = false;
        node.Launch(Servers.Mysqld(flavor), checkpoint: true);
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        await node.Agent.WaitForAsync(a => a.Updates.FirstOrDefault(u => u.State == TaskState.Running), what: "TASK_RUNNING");
        var server = Server(node);

        // A restarted agent may launch what it finds in its checkpoint; it is the same task.
        node.Agent.Acknowledges = true;
        node.Agent.EndStream();
        var again = await node.Agent.WaitForAsync(a => a.Calls.Where(c => c.Type == "SUBSCRIBE").Skip(1).FirstOrDefault(), what: "second SUBSCRIBE");
        again.Subscribe!.UnacknowledgedTasks.Select(t => t.TaskId.Value).ShouldBe([node.TaskId]);
        again.Subscribe.UnacknowledgedUpdates.Select(u => u.Status.State).ShouldBe([TaskState.Starting, TaskState.Running]);
        var reported = node.Last!.Sequence;
        await node.WaitForAsync(r => r.Sequence > reported, "a report to the restarted agent");
        server.HasExited.ShouldBeFalse();

        foreach (var update in again.Subscribe.UnacknowledgedUpdates)
            node.Agent.Send(new ExecutorEvent { Type = "ACKNOWLEDGED", Acknowledged = new(update.Status.TaskId, update.Status.Uuid!) });
        node.Agent.Send(Kill(node));
        await EndedAsync(node, server, 0);
        States(node).Distinct().ShouldBe(WholeLife);
    }

    /// <summary>While there is no mysqld, nothing else would tell.</summary>
    [Fact]
    public async Task AgentRestarts_WhatTheNodeIsIsSaidAgain()
    {
        await using var node = await TestNode.CreateAsync(TestNode.TaskOf(1), givesAccounts: false);
        node.Launch(Servers.Mysqld(flavor), checkpoint: true);
        var before = await node.WaitForAsync(r => r.Phase == NodePhase.Preparing, "preparing");
        node.Agent.EndStream();
        (await node.WaitForAsync(r => r.Sequence > before.Sequence, "the same again")).Phase.ShouldBe(NodePhase.Preparing);
    }

    [Fact]
    public async Task AgentGoes_WithoutCheckpoint_ServerEndsOrderly()
    {
        await using var node = await RunningAsync();
        var server = Server(node);
        node.Agent.EndStream();
        await EndedAsync(node, server, 0);
        ShouldHaveEndedOrderly(node);
    }

    [Fact]
    public async Task AgentHasForgottenTheExecutor_ServerEndsOrderlyAndItSaysWhy()
    {
        await using var node = await RunningAsync(checkpoint: true);
        var server = Server(node);
        node.Agent.HasForgotten = true;
        node.Agent.EndStream();
        await EndedAsync(node, server, 1);
        ShouldHaveEndedOrderly(node);
        node.Output.ToString().ShouldContain("answered 400 to SUBSCRIBE: Framework cannot be found");
    }

    private async Task<TestNode> RunningAsync(KillPolicy? killPolicy = null, bool checkpoint = false)
    {
        var node = await TestNode.CreateAsync(TestNode.TaskOf(1));
        node.Launch(Servers.Mysqld(flavor), checkpoint: checkpoint, killPolicy: killPolicy);
        await node.WaitForAsync(r => r.Phase == NodePhase.Running, "running");
        await node.Agent.WaitForAsync(a => a.Updates.FirstOrDefault(u => u.State == TaskState.Running), what: "TASK_RUNNING");
        return node;
    }

    private static ExecutorEvent Kill(TestNode node, KillPolicy? policy = null) => new() { Type = "KILL", Kill = new(new(node.TaskId), policy) };

    private static IEnumerable<string> States(TestNode node) =>
        node.Agent.Updates.Where(u => u.TaskId.Value == node.TaskId).Select(u => u.State);

    private static Process Server(TestNode node) => Process.GetProcessById(
        int.Parse(File.ReadAllText(Path.Combine(node.Sandbox, "mysqld.pid")), CultureInfo.InvariantCulture));

    private static async Task EndedAsync(TestNode node, Process server, int code)
    {
        (await node.ExitCodeAsync()).ShouldBe(code);
        server.HasExited.ShouldBeTrue();
        server.Dispose();
    }

    private static void ShouldHaveEndedOrderly(TestNode node) =>
        File.ReadAllText(Path.Combine(node.Sandbox, "mysqld.err")).ShouldContain("Shutdown complete");
}
