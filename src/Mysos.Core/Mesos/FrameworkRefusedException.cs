namespace Mysos.Core.Mesos;

/// <summary>
/// Mesos' ERROR event, or a SUBSCRIBE that it will refuse every time: it does not serve this framework as it is, and
/// nothing must be done in its name until that has been corrected.
/// </summary>
public class FrameworkRefusedException(string message) : Exception(message)
{
    /// <summary>What an ERROR event means. (Texts of Mesos 1.12.)</summary>
    public static FrameworkRefusedException FromError(string error)
    {
        var refused = $"Mesos refuses the framework: {error}";
        return error switch
        {
            "Framework failed over" => new FrameworkFailedOverException(
                $"{refused}: another scheduler has subscribed as this framework; this one acts no longer."),
            "Framework has been removed" => new FrameworkRemovedException(
                $"{refused}: it was torn down, or away for longer than its failover timeout, and its tasks were ended."),
            _ => new FrameworkRefusedException(refused),
        };
    }
}

/// <summary>Another scheduler has subscribed as this framework: this one acts no longer.</summary>
public sealed class FrameworkFailedOverException(string message) : FrameworkRefusedException(message);

/// <summary>Mesos has ended the framework's tasks and forgotten it; its id will not be taken again.</summary>
public sealed class FrameworkRemovedException(string message) : FrameworkRefusedException(message);
