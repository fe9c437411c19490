using System.Globalization;

namespace Mysos.Core.Mesos;

/// <summary>What an agent tells an executor in its environment (<c>MESOS_…</c>).</summary>
public sealed record ExecutorEnvironment
{
    /// <summary>The variable of <see cref="AuthenticationToken"/>; a program takes it out of its environment, for its children to not inherit it.</summary>
    public const string TokenVariable = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN";

    public required FrameworkId FrameworkId { get; init; }
    public required ExecutorId ExecutorId { get; init; }
    /// <summary><c>ip:port</c> of the agent.</summary>
    public required string AgentEndpoint { get; init; }
    public required string Sandbox { get; init; }
    /// <summary>The executor outlives its agent's restarts, for <see cref="RecoveryTimeout"/>.</summary>
    public bool Checkpoint { get; init; }
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromMinutes(15);
    /// <summary>The longest wait between two attempts to subscribe.</summary>
    public TimeSpan SubscriptionBackoffMax { get; init; } = TimeSpan.FromSeconds(2);
    /// <summary>A secret: what an agent that authenticates its executors wants to see in their calls.</summary>
    public string? AuthenticationToken { get; init; }
    public TimeSpan ShutdownGracePeriod { get; init; } = TimeSpan.FromSeconds(5);
    /// <summary>The address that the agent wants its tasks to listen at; null: any.</summary>
    public string? BindAddress { get; init; }

    /// <exception cref="InvalidDataException">Variables are missing or wrong; all of them are named.</exception>
    public static ExecutorEnvironment Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var errors = new List<string>();
        string Required(string name)
        {
            if (variable(name) is { Length: > 0 } value)
                return value;
            errors.Add($"{name} is not set");
            return "";
        }
        TimeSpan Duration(string name, TimeSpan otherwise)
        {
            if (variable(name) is not { Length: > 0 } value)
                return otherwise;
            if (TryParseDuration(value, out var duration))
                return duration;
            errors.Add($"{name} is '{value}', not a duration such as 5secs");
            return otherwise;
        }
        var read = new ExecutorEnvironment
        {
            FrameworkId = new(Required("MESOS_FRAMEWORK_ID")),
            ExecutorId = new(Required("MESOS_EXECUTOR_ID")),
            AgentEndpoint = Required("MESOS_AGENT_ENDPOINT"),
            Sandbox = variable("MESOS_SANDBOX") is { Length: > 0 } sandbox ? sandbox : Required("MESOS_DIRECTORY"),
            Checkpoint = variable("MESOS_CHECKPOINT") == "1",
            RecoveryTimeout = Duration("MESOS_RECOVERY_TIMEOUT", TimeSpan.FromMinutes(15)),
            SubscriptionBackoffMax = Duration("MESOS_SUBSCRIPTION_BACKOFF_MAX", TimeSpan.FromSeconds(2)),
            AuthenticationToken = variable(TokenVariable) is { Length: > 0 } token ? token : null,
            ShutdownGracePeriod = Duration("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", TimeSpan.FromSeconds(5)),
            BindAddress = variable("LIBPROCESS_IP") is { Length: > 0 } ip ? ip : null,
        };
        return errors.Count == 0
            ? read
            : throw new InvalidDataException($"An executor is started by a Mesos agent, which sets its environment: {string.Join("; ", errors)}.");
    }

    /// <summary>Without the secret in it.</summary>
    public override string ToString() => $"executor {ExecutorId} of framework {FrameworkId} at {AgentEndpoint}";

    /// <summary>A duration as stout prints it: <c>15mins</c>, <c>2.5secs</c>, <c>500ms</c>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(text);
        duration = default;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        double? seconds = text[digits..] switch
        {
            "ns" => 1e-9,
            "us" => 1e-6,
            "ms" => 1e-3,
            "secs" => 1,
            "mins" => 60,
            "hrs" => 3600,
            "days" => 86400,
            "weeks" => 7 * 86400,
            _ => null,
        };
        if (seconds is not { } unit
            || !double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count * unit > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(count * unit);
        return true;
    }
}
