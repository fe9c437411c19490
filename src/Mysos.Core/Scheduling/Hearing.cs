namespace Mysos.Core.Scheduling;

/// <param name="Ticked">When the last tick that was decided on had been posted; null: there was none yet.</param>
/// <param name="Since">From when on silence counts.</param>
public readonly record struct HearingState(DateTimeOffset? Ticked, DateTimeOffset Since);

/// <summary>
/// Whether what executors say is heard in time. Their silence tells of them only then: a scheduler that was stopped for a
/// while, or is behind with what it was told, hears nobody, and what it does hear may be over.
/// </summary>
internal static class Hearing
{
    // Ticks are due each half second.
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(0.75);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    public static void Tick(Turn turn, DateTimeOffset posted) => turn.State = turn.State with
    {
        Hearing = new HearingState(posted, IsLate(turn) ? turn.Now : turn.State.Hearing.Since),
    };

    public static bool IsLate(Turn turn) => turn.Now - turn.State.Hearing.Ticked > Late;

    /// <summary>More than a tick's time is needed for what was said in it: what can wait, is to.</summary>
    public static bool IsBehind(Turn turn) => turn.Now - turn.State.Hearing.Ticked > Behind;

    /// <summary>For how long something could have been heard and was not.</summary>
    /// <param name="last">When something was.</param>
    public static TimeSpan Silence(Turn turn, DateTimeOffset last)
    {
        if (!turn.State.Mesos.Connected || IsLate(turn))
            return TimeSpan.Zero;
        var since = turn.State.Demand.SubscribedAt > turn.State.Hearing.Since ? turn.State.Demand.SubscribedAt : turn.State.Hearing.Since;
        return turn.Now - (last > since ? last : since);
    }
}
