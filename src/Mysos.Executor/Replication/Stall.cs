using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>Commits that wait for an acknowledgement, and did a moment before.</summary>
/// <param name="Executed">Where the server stood then, as <see cref="ServerState.Executed"/>.</param>
/// <param name="Unended">As <see cref="ServerState.Unended"/>.</param>
internal sealed record Stall(string Executed, string Unended)
{
    /// <summary>Behind a commit that waits, few others come as far as the binary log; when it grows more often, they do not wait in vain.</summary>
    public const int MostChanges = 3;

    /// <summary>How often the server has moved on since.</summary>
    public int Changes { get; init; }

    public static Stall At(ServerState state) => new(state.Executed, state.Unended);
}
