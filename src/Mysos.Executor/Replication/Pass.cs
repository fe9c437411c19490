using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>What became of one attempt to make a directive hold.</summary>
/// <param name="State">The server's state after it.</param>
/// <param name="Reason">What it waits for; null when it holds.</param>
/// <param name="Diverged">This server has what its master lacks, or cannot apply what its master has.</param>
/// <param name="Again">When to try again without being asked; null: only when something changed.</param>
internal sealed record Pass(ServerState State, bool Holds, string? Reason, bool Diverged, TimeSpan? Again)
{
    /// <summary>What was found to be otherwise than the directive, which held before; null: nothing.</summary>
    public string? Repaired { get; init; }

    /// <summary>As <see cref="Core.Protocol.Report.Stalled"/>.</summary>
    public bool Stalled { get; init; }

    /// <summary>The binary log from which on this server has what its master lacks; null: it lacks nothing, or it cannot be told.</summary>
    public string? ErrantFrom { get; init; }
}
