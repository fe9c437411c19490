using MudBlazor;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Agents;

/// <summary>The most pressing of what can be said of an agent.</summary>
public enum AgentState
{
    Serving,
    Maintenance,
    Draining,
    Unreachable,
}

/// <summary>An agent's state → text, icon, colour.</summary>
public static class AgentPresentation
{
    private static readonly StatePresentation s_serving = new("In service", Icons.Material.Filled.CheckCircle, Tone.Good, 0);
    private static readonly StatePresentation s_maintenance = new("Maintenance", Icons.Material.Filled.Build, Tone.Warning, 1);
    private static readonly StatePresentation s_draining = new("Draining", Icons.Material.Filled.MoveDown, Tone.Warning, 2);
    private static readonly StatePresentation s_unreachable = new("Unreachable", Icons.Material.Filled.LinkOff, Tone.Bad, 3);

    /// <summary>Every state, the most pressing first.</summary>
    public static IReadOnlyList<AgentState> BySeverity { get; } = [.. Enum.GetValues<AgentState>().OrderByDescending(s => Of(s).Severity)];

    public static AgentState StateOf(AgentView agent) =>
        !agent.Reachable ? AgentState.Unreachable
        : agent.Draining ? AgentState.Draining
        : agent.MaintenanceStart is not null ? AgentState.Maintenance
        : AgentState.Serving;

    public static StatePresentation Of(AgentState state) => state switch
    {
        AgentState.Serving => s_serving,
        AgentState.Maintenance => s_maintenance,
        AgentState.Draining => s_draining,
        AgentState.Unreachable => s_unreachable,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "has no presentation"),
    };

    /// <summary>When its maintenance begins or began; empty without one.</summary>
    public static string Maintenance(AgentView agent, DateTimeOffset now) => agent.MaintenanceStart is not { } start ? ""
        : start > now ? $"maintenance in {Format.Age(start - now)}"
        : $"maintenance for {Format.Age(now - start)}";
}
