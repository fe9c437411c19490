namespace Mysos.LocalMesos.Master;

/// <summary>The master's flags that its decisions depend on.</summary>
/// <param name="AllocationInterval">Time between two cycles of offers.</param>
/// <param name="Pings">When an agent counts as unreachable.</param>
/// <param name="Recovery">Time between the election and the first call that is served.</param>
/// <param name="FirstRecovery">The same without a registry.</param>
internal sealed record MasterSettings(
    TimeSpan AllocationInterval, PingSettings Pings, TimeSpan Recovery = default, TimeSpan FirstRecovery = default);

/// <param name="Timeout">Time between two pings, and the time that one may take.</param>
/// <param name="MaxTimeouts">So many unanswered ones make an agent unreachable.</param>
internal sealed record PingSettings(TimeSpan Timeout, int MaxTimeouts)
{
    /// <summary>Mesos' defaults.</summary>
    public static readonly PingSettings Default = new(TimeSpan.FromSeconds(15), 5);
}
