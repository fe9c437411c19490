using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Commits that wait for an acknowledgement, and did a moment before.</summary>
/// <param name="Executed">Where the server stood then, as <see cref="ServerState.Executed"/>.</param>
/// <param name="Unended">As <see cref="ServerState.Unended"/>.</param>
internal sealed record Stall(string Executed, string Unended)
{
    /// <summary>Behind a commit that waits, few others come as far as the binary log; when it grows more often, they do not wait in vain.</summary>
    private const int MostChanges = 3;

    /// <summary>How often the server has moved on since.</summary>
    private int Changes { get; init; }

    public static Stall At(ServerState state) => new(state.Executed, state.Unended);

    /// <summary>Of the server now, while commits wait: the same where it stands still, another where it has moved on, null where it does so again and again.</summary>
    public Stall? Next(ServerState now)
    {
        var next = At(now) with { Changes = Changes };
        if (next == this)
            return this;
        return Changes < MostChanges ? next with { Changes = Changes + 1 } : null;
    }
}
