using System.Globalization;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos;

/// <summary>
/// Tasks that are a command without an executor. Mesos runs them under an executor of its own, which is named after the
/// task; here the agent itself says what that would.
/// </summary>
internal static class CommandTasks
{
    private const int SignalBase = 128;

    public static ExecutorId ExecutorOf(TaskInfo task) => task.Executor?.ExecutorId ?? new ExecutorId(task.TaskId.Value);

    public static ExecutorInfo Executor(TaskInfo task, FrameworkId framework) => new()
    {
        ExecutorId = ExecutorOf(task),
        FrameworkId = framework,
        Command = task.Command,
        Name = $"Command Executor (Task: {task.TaskId}) (Command: sh -c '{task.Command?.Value}')",
        Source = task.TaskId.Value,
    };

    /// <summary>State and message of a command that has ended by itself.</summary>
    /// <param name="status">The raw wait status of its container's first process.</param>
    public static (string State, string Message) Outcome(int status)
    {
        var code = status >> 8;
        if (code > SignalBase)
            return (TaskState.Failed, string.Create(CultureInfo.InvariantCulture, $"Command terminated with signal {code - SignalBase}"));
        return (code == 0 ? TaskState.Finished : TaskState.Failed, string.Create(CultureInfo.InvariantCulture, $"Command exited with status {code}"));
    }
}
