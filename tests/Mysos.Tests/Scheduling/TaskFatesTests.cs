using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;

namespace Mysos.Tests.Scheduling;

/// <summary>Every TaskState of Mesos 1.12 with every reason.</summary>
public sealed class TaskFatesTests
{
    /// <summary>A new name stands for what a later Mesos may say.</summary>
    private static readonly string[] States =
    [
        "STAGING", "STARTING", "RUNNING", "KILLING", "UNREACHABLE", "FINISHED", "FAILED", "KILLED", "ERROR", "LOST", "DROPPED", "GONE", "GONE_BY_OPERATOR", "UNKNOWN", "(new)",
    ];

    /// <summary>
    /// + lives, ? out of sight, x ended, X ended with its data, = nothing known; against whom it counts: a the agent, n the
    /// node, . nobody. Columns as in <see cref="States"/>.
    /// </summary>
    private const string Table = """
        COMMAND_EXECUTOR_FAILED          +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        CONTAINER_LAUNCH_FAILED          +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        CONTAINER_LIMITATION             +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        CONTAINER_LIMITATION_DISK        +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        CONTAINER_LIMITATION_MEMORY      +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        CONTAINER_PREEMPTED              +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        CONTAINER_UPDATE_FAILED          +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        MAX_COMPLETION_TIME_REACHED      +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        EXECUTOR_REGISTRATION_TIMEOUT    +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        EXECUTOR_REREGISTRATION_TIMEOUT  +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        EXECUTOR_TERMINATED              +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        EXECUTOR_UNREGISTERED            +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        FRAMEWORK_REMOVED                +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        GC_ERROR                         +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        INVALID_FRAMEWORKID              +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        INVALID_OFFERS                   +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        IO_SWITCHBOARD_EXITED            +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        MASTER_DISCONNECTED              +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        RECONCILIATION                   +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        RESOURCES_UNKNOWN                +. +. +. +. ?. xa xa x. xa xa xa xa X. xa =.
        AGENT_DISCONNECTED               +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        AGENT_DRAINING                   +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        AGENT_REMOVED                    +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        AGENT_REMOVED_BY_OPERATOR        +. +. +. +. ?. x. x. x. x. X. x. x. X. x. =.
        AGENT_REREGISTERED               +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        AGENT_RESTARTED                  +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        AGENT_UNKNOWN                    +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        TASK_CHECK_STATUS_UPDATED        +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_HEALTH_CHECK_STATUS_UPDATED +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_GROUP_INVALID               +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_GROUP_UNAUTHORIZED          +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_INVALID                     +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_KILLED_DURING_LAUNCH        +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        TASK_UNAUTHORIZED                +. +. +. +. ?. xn xn x. xn xn xn xn X. xn =.
        TASK_UNKNOWN                     +. +. +. +. ?. x. x. x. x. x. x. x. X. x. =.
        (none)                           +. +. +. +. ?. xn xn x. xn x. xa x. X. x. =.
        (new)                            +. +. +. +. ?. xn xn x. xn x. xa x. X. x. =.
        """;

    public static IEnumerable<TheoryDataRow<string, string?, string>> Cells() =>
        from line in Table.Split('\n')
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        from column in Enumerable.Range(0, States.Length)
        select new TheoryDataRow<string, string?, string>(
            States[column] == "(new)" ? "TASK_PAUSED" : "TASK_" + States[column],
            fields[0] switch { "(none)" => null, "(new)" => "REASON_SOLAR_FLARE", var reason => "REASON_" + reason }, fields[column + 1]);

    [Fact]
    public void Table_HasEveryReasonOnce_AndEveryState()
    {
        var reasons = Cells().Select(c => c.Data.Item2).Distinct().ToArray();
        reasons.Length.ShouldBe(35 + 2);
        Cells().Count().ShouldBe(reasons.Length * (14 + 1));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Status_OfARunningTask_HasTheConsequenceOfTheTable(string state, string? reason, string cell)
    {
        TaskFates.Of(state, reason).ShouldBe(cell[0] switch
        {
            '+' => Fate.Lives, '?' => Fate.OutOfSight, 'x' => Fate.Ended, 'X' => Fate.EndedWithItsData, _ => Fate.Unchanged,
        });
        TaskFates.BlameFor(state, reason).ShouldBe(cell[1] switch { 'a' => Blame.Agent, 'n' => Blame.Node, _ => Blame.Nobody });

        var world = new World(agents: 4);
        world.Create("c", 3);
        world.Run(3);
        world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        var task = world.NodeOf("c", 2);
        var performed = world.Performed.Count;
        world.HoldOffers = true;
        if (cell[0] is 'x' or 'X')
            world.End(task, state, reason: reason);
        else
            world.Say(task.TaskId, state, reason, task.Agent);
        world.Settle();
        // The same once more, as Mesos repeats it when the acknowledgement got lost.
        world.Say(task.TaskId, state, reason, task.Agent);
        world.Settle();

        world.Performed.Skip(performed).OfType<AcknowledgeUpdate>().Select(a => a.After.Single()).ShouldBe(["c", "c"]);
        world.State.Troubles.ContainsKey(task.Agent).ShouldBe(cell[1] == 'a');
        world.HoldOffers = false;
        world.Performed.Skip(performed).OfType<KillTask>().ShouldBeEmpty();
        var node = world.State.Clusters["c"].Durable.Nodes.GetValueOrDefault(2);
        switch (cell[0])
        {
            case '+' or '=':
                node!.Task!.Id.Value.ShouldBe(task.TaskId);
                node.Task.Unreachable.ShouldBeFalse();
                break;
            case '?':
                node!.Task!.Id.Value.ShouldBe(task.TaskId);
                node.Task.Unreachable.ShouldBeTrue();
                break;
            case 'x':
                node!.Volume!.Id.ShouldBe(task.Volume!.Id);
                node.Failures.ShouldBe(cell[1] == '.' ? 0 : 1);
                world.Run(3);
                world.NodeOf("c", 2).Volume.ShouldBeSameAs(task.Volume);
                break;
            case 'X':
                node.ShouldBeNull();
                world.Run(3);
                break;
        }
        if (cell[0] is not '?')
            world.View("c").State.ShouldBe(ClusterCondition.Healthy, world.View("c").Reason);
        world.State.Clusters["c"].Durable.Nodes.Count.ShouldBe(3);
    }
}
