namespace Mysos.LocalMesos;

/// <summary>Names of Mesos' <c>TaskStatus.Source</c> and <c>TaskStatus.Reason</c> that are used here.</summary>
internal static class StatusSource
{
    public const string Master = "SOURCE_MASTER";
    public const string Agent = "SOURCE_AGENT";
    public const string Executor = "SOURCE_EXECUTOR";
}

internal static class StatusReason
{
    public const string InvalidOffers = "REASON_INVALID_OFFERS";
    public const string TaskInvalid = "REASON_TASK_INVALID";
    public const string Reconciliation = "REASON_RECONCILIATION";
    public const string ExecutorTerminated = "REASON_EXECUTOR_TERMINATED";
    public const string ExecutorRegistrationTimeout = "REASON_EXECUTOR_REGISTRATION_TIMEOUT";
    public const string ExecutorReregistrationTimeout = "REASON_EXECUTOR_REREGISTRATION_TIMEOUT";
    public const string ContainerLaunchFailed = "REASON_CONTAINER_LAUNCH_FAILED";
    public const string TaskKilledDuringLaunch = "REASON_TASK_KILLED_DURING_LAUNCH";
    public const string AgentRestarted = "REASON_AGENT_RESTARTED";
    public const string AgentDisconnected = "REASON_AGENT_DISCONNECTED";
    public const string AgentRemoved = "REASON_AGENT_REMOVED";
    public const string AgentRemovedByOperator = "REASON_AGENT_REMOVED_BY_OPERATOR";
    public const string AgentDraining = "REASON_AGENT_DRAINING";
    public const string TaskGroupInvalid = "REASON_TASK_GROUP_INVALID";
    public const string AgentReregistered = "REASON_AGENT_REREGISTERED";
}
