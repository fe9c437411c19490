using System.Collections.Frozen;

namespace Mysos.Dashboard.Presentation;

/// <summary>An event's kind → colour. Kinds are open: a new one is told by its last word, or is quiet.</summary>
public static class EventPresentation
{
    private static readonly FrozenDictionary<string, Tone> s_tones = new Dictionary<string, Tone>(StringComparer.Ordinal)
    {
        ["acker_changed"] = Tone.Change,
        ["backup_done"] = Tone.Good,
        ["backup_failed"] = Tone.Bad,
        ["backup_started"] = Tone.Progress,
        ["cluster_complete"] = Tone.Good,
        ["cluster_created"] = Tone.Progress,
        ["cluster_deleted"] = Tone.Quiet,
        ["cluster_failed"] = Tone.Bad,
        ["cluster_paused"] = Tone.Warning,
        ["cluster_resized"] = Tone.Progress,
        ["cluster_resumed"] = Tone.Good,
        ["gone"] = Tone.Quiet,
        ["data_loss_accepted"] = Tone.Bad,
        ["election_changed"] = Tone.Change,
        ["promotion_changed"] = Tone.Change,
        ["delay_changed"] = Tone.Change,
        ["master_alone"] = Tone.Bad,
        ["master_elected"] = Tone.Change,
        ["master_lost"] = Tone.Bad,
        ["master_named"] = Tone.Progress,
        ["master_serves"] = Tone.Good,
        ["failed_over"] = Tone.Good,
        ["acker_emptied"] = Tone.Bad,
        ["mysqld_ended"] = Tone.Bad,
        ["node_abandoned"] = Tone.Bad,
        ["node_launched"] = Tone.Progress,
        ["node_leaves"] = Tone.Quiet,
        ["node_reachable"] = Tone.Good,
        ["node_rebuilt"] = Tone.Warning,
        ["node_replaced"] = Tone.Warning,
        ["node_restarts"] = Tone.Progress,
        ["node_unreachable"] = Tone.Bad,
        ["password_changed"] = Tone.Change,
        ["repaired"] = Tone.Warning,
        ["restart_abandoned"] = Tone.Warning,
        ["restart_began"] = Tone.Progress,
        ["restart_done"] = Tone.Good,
        ["switched_over"] = Tone.Change,
        ["switchover_began"] = Tone.Progress,
        ["switchover_undone"] = Tone.Warning,
        ["task_ended"] = Tone.Warning,
        ["transactions_kept"] = Tone.Warning,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Those that are known, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. s_tones.Keys.Order(StringComparer.Ordinal)];

    public static Tone Of(string kind) => s_tones.TryGetValue(kind, out var tone) ? tone : kind.Split('_')[^1] switch
    {
        "failed" or "lost" => Tone.Bad,
        "elected" or "promoted" or "fenced" => Tone.Change,
        "done" or "complete" => Tone.Good,
        "created" or "launched" or "started" => Tone.Progress,
        _ => Tone.Quiet,
    };
}
