using MudBlazor;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;

namespace Mysos.Dashboard.Presentation;

/// <summary>One meaning of a colour, the same on every page. Never the only sign: text and icon say it too.</summary>
public enum Tone
{
    Good,
    Progress,
    Warning,
    Change,
    Bad,
    Quiet,
}

/// <summary>How a state is shown.</summary>
/// <param name="Text">One or two words.</param>
/// <param name="Icon">An SVG path.</param>
/// <param name="Severity">The higher, the more it needs someone; sorts states.</param>
public sealed record StatePresentation(string Text, string Icon, Tone Tone, int Severity)
{
    /// <summary>The CSS class that carries the colour.</summary>
    public string CssClass => "tone-" + Tone.ToString().ToLowerInvariant();
}

/// <summary>A cluster's condition → text, icon, colour.</summary>
public static class ConditionPresentation
{
    private static readonly StatePresentation s_healthy =
        new("Healthy", Icons.Material.Filled.CheckCircle, Tone.Good, 0);

    private static readonly StatePresentation s_deleting =
        new("Deleting", Icons.Material.Filled.DeleteSweep, Tone.Quiet, 1);

    private static readonly StatePresentation s_creating =
        new("Creating", Icons.Material.Filled.Pending, Tone.Progress, 2);

    private static readonly StatePresentation s_degraded =
        new("Degraded", Icons.Material.Filled.Warning, Tone.Warning, 3);

    private static readonly StatePresentation s_electing =
        new("Electing", Icons.Material.Filled.HowToVote, Tone.Change, 4);

    private static readonly StatePresentation s_failed =
        new("Failed", Icons.Material.Filled.Error, Tone.Bad, 5);

    /// <summary>Every condition, the most pressing first: the order of the filters.</summary>
    public static IReadOnlyList<ClusterCondition> BySeverity { get; } =
        [.. Enum.GetValues<ClusterCondition>().OrderByDescending(c => Of(c).Severity)];

    public static StatePresentation Of(ClusterCondition condition) => condition switch
    {
        ClusterCondition.Healthy => s_healthy,
        ClusterCondition.Creating => s_creating,
        ClusterCondition.Degraded => s_degraded,
        ClusterCondition.Electing => s_electing,
        ClusterCondition.Failed => s_failed,
        ClusterCondition.Deleting => s_deleting,
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "has no presentation"),
    };

    /// <summary>It needs someone, or will unless it mends itself: something that served does not.</summary>
    public static bool IsProblem(ClusterCondition condition) =>
        condition is ClusterCondition.Failed or ClusterCondition.Electing or ClusterCondition.Degraded;

    /// <summary>The word of a condition in a URL.</summary>
    public static string Slug(ClusterCondition condition) => Of(condition).Text.ToLowerInvariant();
}

/// <summary>A node's state → text, icon, colour.</summary>
public static class NodePresentation
{
    public static StatePresentation Of(NodeState state) => state switch
    {
        NodeState.Serving => new("Serving", Icons.Material.Filled.CheckCircle, Tone.Good, 0),
        NodeState.Stopping => new("Stopping", Icons.Material.Filled.StopCircle, Tone.Quiet, 1),
        NodeState.Joining => new("Joining", Icons.Material.Filled.Sync, Tone.Progress, 2),
        NodeState.Starting => new("Starting", Icons.Material.Filled.PlayCircle, Tone.Progress, 3),
        NodeState.Restoring => new("Restoring", Icons.Material.Filled.SettingsBackupRestore, Tone.Progress, 4),
        NodeState.Launching => new("Launching", Icons.Material.Filled.RocketLaunch, Tone.Progress, 5),
        NodeState.Waiting => new("Waiting", Icons.Material.Filled.HourglassTop, Tone.Warning, 6),
        NodeState.Unreachable => new("Unreachable", Icons.Material.Filled.LinkOff, Tone.Bad, 7),
        NodeState.Down => new("Down", Icons.Material.Filled.Error, Tone.Bad, 8),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "has no presentation"),
    };

    /// <summary>It follows its master, and can become the master.</summary>
    public static bool IsServingSlave(NodeView node) => node is { Role: NodeRole.Slave, State: NodeState.Serving };

    /// <summary>Why nodes are not started, moved or changed; null: nothing keeps them from it.</summary>
    public static string? WhyPaused(ClusterView cluster) => cluster.PausedSince is null ? null : "The cluster is paused; resume it first.";

    /// <summary>Null when there is nothing to say.</summary>
    public static (string Word, string Why)? Promotion(Promotion promotion) => promotion switch
    {
        Core.Clusters.Promotion.Prefer => ("preferred", "It is rather to be the master than others."),
        Core.Clusters.Promotion.Never => ("never master", "It is not to be the master, but by name."),
        _ => null,
    };

    /// <summary>As the master it is not late. Null when there is nothing to say.</summary>
    public static (string Word, string Why)? Delay(NodeView node) => node.DelaySeconds == 0 ? null
        : node.Role == NodeRole.Master
            ? ("delayed as a slave", $"It applies {Format.Delay(node.DelaySeconds)} late when it is a slave again.")
            : ($"applies {Format.Delay(node.DelaySeconds)} late", "Its owner wants it so: clients are not told of it, and it is not to be the master, but by name.");

    public static string Role(NodeRole role) => role switch
    {
        NodeRole.Master => "Master",
        NodeRole.Slave => "Slave",
        _ => "No role yet",
    };
}

/// <summary>A backup's state → text, icon, colour.</summary>
public static class BackupPresentation
{
    public static StatePresentation Of(BackupState state) => state switch
    {
        BackupState.Done => new("Done", Icons.Material.Filled.CheckCircle, Tone.Good, 0),
        BackupState.Running => new("Running", Icons.Material.Filled.Pending, Tone.Progress, 1),
        BackupState.Failed => new("Failed", Icons.Material.Filled.Error, Tone.Bad, 2),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "has no presentation"),
    };
}
