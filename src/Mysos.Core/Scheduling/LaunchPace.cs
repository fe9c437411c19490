namespace Mysos.Core.Scheduling;

/// <summary>
/// Launches are spread out, so that thousands of nodes that are wanted at once keep neither offers nor running clusters
/// waiting: a bucket of launches that fills again steadily.
/// </summary>
internal static class LaunchPace
{
    public const int AtOnce = 60;
    public const int PerSecond = 150;

    /// <summary>False: what is left to launch waits for the next offers.</summary>
    public static bool Take(Turn turn)
    {
        var demand = turn.State.Demand;
        var left = Math.Min(AtOnce, demand.LaunchesLeft + (turn.Now - demand.LaunchesCountedAt).TotalSeconds * PerSecond);
        var may = left >= 1;
        turn.State = turn.State with { Demand = demand with { LaunchesLeft = may ? left - 1 : left, LaunchesCountedAt = turn.Now } };
        return may;
    }
}
