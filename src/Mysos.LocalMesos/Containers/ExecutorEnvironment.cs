using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Containers;

/// <summary>The whole environment of an executor. Nothing of the agent's own is passed on.</summary>
internal static class ExecutorEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static IReadOnlyDictionary<string, string> Of(
        FrameworkInfo framework, ExecutorInfo executor, ContainerOptions options, string sandbox)
    {
        var grace = executor.ShutdownGracePeriod is { } asked ? TimeSpan.FromTicks(asked.Nanoseconds / 100) : options.ShutdownGracePeriod;
        var variables = new Dictionary<string, string>
        {
            ["MESOS_FRAMEWORK_ID"] = framework.Id!.Value.Value,
            ["MESOS_EXECUTOR_ID"] = executor.ExecutorId.Value,
            ["MESOS_SLAVE_ID"] = options.AgentId.Value,
            ["MESOS_SLAVE_PID"] = $"slave(1)@{options.Endpoint}",
            ["MESOS_AGENT_ENDPOINT"] = options.Endpoint,
            ["MESOS_DIRECTORY"] = sandbox,
            ["MESOS_SANDBOX"] = sandbox,
            ["MESOS_CHECKPOINT"] = framework.Checkpoint == true ? "1" : "0",
            ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = MesosDuration.Text(grace),
            ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
            ["LIBPROCESS_PORT"] = "0",
            ["LIBPROCESS_IP"] = options.Ip,
            ["PATH"] = DefaultPath,
            ["PWD"] = sandbox,
        };
        if (framework.Checkpoint == true)
        {
            variables["MESOS_RECOVERY_TIMEOUT"] = MesosDuration.Text(options.RecoveryTimeout);
            variables["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = "2secs";
        }
        foreach (var variable in executor.Command?.Environment?.Variables ?? [])
            variables[variable.Name] = variable.Value ?? "";
        return variables;
    }
}

/// <summary>What containers are told about their agent.</summary>
internal sealed record ContainerOptions
{
    public required AgentId AgentId { get; init; }
    public required string Ip { get; init; }
    /// <summary>Host and port of the agent.</summary>
    public required string Endpoint { get; init; }
    /// <summary>The file of the network namespace that they run in; null: the agent's process's.</summary>
    public string? NetworkNamespace { get; init; }
    public required TimeSpan ShutdownGracePeriod { get; init; }
    public required TimeSpan RecoveryTimeout { get; init; }
    /// <summary>Between the preparation of a container and the start of its process.</summary>
    public TimeSpan LaunchTime { get; init; }
    /// <summary>Between the end of a container's processes and the news of it.</summary>
    public TimeSpan CleanUpTime { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
