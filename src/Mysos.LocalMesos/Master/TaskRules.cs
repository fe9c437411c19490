using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Master;

/// <summary>Why the master refuses a task (TASK_ERROR), in Mesos' words.</summary>
internal static class TaskRules
{
    /// <param name="framework">Whose task.</param>
    /// <param name="agent">The agent of the offers.</param>
    /// <param name="task">With allocation roles and the executor's framework id filled in.</param>
    /// <param name="role">The offers' role.</param>
    /// <param name="left">What is left of the offers.</param>
    /// <returns>The text; null: the task is good.</returns>
    public static string? Error(FrameworkEntry framework, AgentEntry agent, TaskInfo task, string role, ResourceBag left)
    {
        if (IdRules.Error(task.TaskId.Value) is { } wrongId)
            return wrongId;
        if (framework.Tasks.ContainsKey(task.TaskId))
            return $"Task has duplicate ID: {task.TaskId}";
        if (task.AgentId != agent.Id)
            return $"Task uses invalid agent {task.AgentId} while agent {agent.Id} is expected";
        if (task.Executor is null == task.Command is null)
            return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        if (task.Executor is { } executor && ExecutorError(framework, agent, executor) is { } wrongExecutor)
            return wrongExecutor;
        if (OtherAllocation(task.Resources, role) is { } other)
            return $"The allocated role of a resource ('{other}') does not match the role of the offers ('{role}')";
        return OverUse(framework, agent, task, role, left);
    }

    /// <summary>Why the tasks of a group are refused.</summary>
    public static string GroupError(Operation.LaunchGroupOperation group) =>
        ResourceBag.Of(group.Executor.Resources).MilliOf("disk") == 0
            ? $"Executor '{group.Executor.ExecutorId}' uses no disk"
            : "This stand-in for Mesos does not run task groups; launch the tasks with an executor of the framework's own";

    /// <summary>What the task takes from the offers: its resources and, where it is not running yet, its executor's.</summary>
    public static ResourceBag Needed(FrameworkEntry framework, AgentId agent, TaskInfo task)
    {
        var resources = ResourceBag.Of(task.Resources);
        return task.Executor is { } executor && !framework.Executors.ContainsKey((agent, executor.ExecutorId))
            ? resources.Plus(ResourceBag.Of(executor.Resources))
            : resources;
    }

    private static string? ExecutorError(FrameworkEntry framework, AgentEntry agent, ExecutorInfo executor)
    {
        if (IdRules.Error(executor.ExecutorId.Value) is { } wrongId)
            return wrongId;
        if (executor.FrameworkId != framework.Id)
            return $"ExecutorInfo has an invalid FrameworkID (Actual: {executor.FrameworkId} vs Expected: {framework.Id})";
        if (executor.Command is null)
            return "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
        if (!framework.Executors.TryGetValue((agent.Id, executor.ExecutorId), out var existing))
            return null;
        var (mine, theirs) = (ProtoText.Of(existing), ProtoText.Of(executor));
        if (mine == theirs)
            return null;
        const string Line = "------------------------------------------------------------\n";
        return "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n" +
            $"{Line}Existing ExecutorInfo:\n{mine}\n{Line}ExecutorInfo:\n{theirs}\n{Line}";
    }

    private static string? OtherAllocation(IEnumerable<Resource> resources, string role) =>
        resources.Select(resource => resource.AllocationInfo?.Role).FirstOrDefault(other => other is not null && other != role);

    private static string? OverUse(FrameworkEntry framework, AgentEntry agent, TaskInfo task, string role, ResourceBag left)
    {
        var needed = Needed(framework, agent.Id, task);
        return left.Contains(needed)
            ? null
            : $"Total resources {ResourceText.Of(needed, role)} required by task and its executor is more than available {ResourceText.Of(left, role)}";
    }
}
