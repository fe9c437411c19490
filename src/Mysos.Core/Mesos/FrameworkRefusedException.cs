namespace Mysos.Core.Mesos;

/// <summary>
/// Mesos' ERROR event, or a SUBSCRIBE that it will refuse every time: it does not serve this framework as it is, and
/// nothing must be done in its name until that has been corrected.
/// </summary>
public class FrameworkRefusedException(string message) : Exception(message)
{
    /// <summary>What an ERROR event means. (Texts of Mesos 1.12.)</summary>
    public static FrameworkRefusedException FromError(string error) => error switch
    {
        "Framework failed over" => new FrameworkFailedOverException(),
        "Framework has been removed" => new FrameworkRemovedException(),
        _ => new FrameworkRefusedException($"Mesos refuses the framework: {error}"),
    };
}

/// <summary>Another scheduler has subscribed as this framework: this one acts no longer.</summary>
public sealed class FrameworkFailedOverException()
    : FrameworkRefusedException("Another scheduler has subscribed to Mesos as this framework; this one acts no longer.");

/// <summary>
/// Mesos has shut the framework's executors down and forgotten its id: it was torn down, or away for longer than its
/// failover timeout.
/// </summary>
public sealed class FrameworkRemovedException() : FrameworkRefusedException(
    "Mesos has removed the framework, with all its tasks: it was torn down, or away for longer than its failover timeout.");
