using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Wire;

/// <summary>What makes a well-formed executor call valid, apart from the agent's state.</summary>
internal static class ExecutorCallRules
{
    /// <summary>The text behind <c>Failed to validate Executor::Call: </c>; null: valid.</summary>
    public static string? Error(ExecutorCall call)
    {
        switch (call.Type)
        {
            case "SUBSCRIBE":
                return call.Subscribe is null ? "Expecting 'subscribe' to be present" : null;
            case "UPDATE":
                return call.Update is null ? "Expecting 'update' to be present" : UpdateError(call, call.Update.Status);
            case "MESSAGE":
                return call.Message is null ? "Expecting 'message' to be present" : null;
            case "HEARTBEAT" or "UNKNOWN":
                return null;
            default:
                return "Expecting 'type' to be present";
        }
    }

    private static string? UpdateError(ExecutorCall call, TaskStatus status)
    {
        if (status.Uuid is null)
            return "Expecting 'uuid' to be present";
        if (!SchedulerCallRules.IsUuid(status.Uuid))
            return "Not a valid UUID";
        if (status.ExecutorId is { } other && other != call.ExecutorId)
            return $"ExecutorID in Call: {call.ExecutorId} does not match ExecutorID in TaskStatus: {other}";
        if (status.Source != "SOURCE_EXECUTOR")
            return $"Received Call from executor {call.ExecutorId} of framework {call.FrameworkId} with invalid source, expecting 'SOURCE_EXECUTOR'";
        return status.State == TaskState.Staging
            ? $"Received TASK_STAGING from executor {call.ExecutorId} of framework {call.FrameworkId} which is not allowed"
            : null;
    }
}
