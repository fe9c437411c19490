using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <param name="Failures">Launches that failed, one after the other.</param>
public sealed record AgentTrouble(int Failures, DateTimeOffset AvoidedUntil);

/// <summary>An agent on which launches fail repeatedly is avoided, for longer each time.</summary>
internal static class AgentTroubles
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static void Failed(Turn turn, AgentId agent)
    {
        var failures = (turn.State.Troubles.GetValueOrDefault(agent.Value)?.Failures ?? 0) + 1;
        // Once may be the node's own fault.
        var wait = failures < 2 ? TimeSpan.Zero : First * Math.Pow(2, Math.Min(failures - 2, 10));
        var until = turn.Now + (wait < Longest ? wait : Longest);
        turn.State = turn.State with { Troubles = turn.State.Troubles.SetItem(agent.Value, new AgentTrouble(failures, until)) };
    }

    public static void Launched(Turn turn, AgentId agent)
    {
        if (turn.State.Troubles.ContainsKey(agent.Value))
            turn.State = turn.State with { Troubles = turn.State.Troubles.Remove(agent.Value) };
    }

    public static string? WhyAvoided(Turn turn, AgentId agent) =>
        turn.State.Troubles.GetValueOrDefault(agent.Value) is { } trouble && trouble.AvoidedUntil > turn.Now
            ? "launches on the agent failed repeatedly"
            : null;
}
