using System.Globalization;
using Mysos.Core.Elections;

namespace Mysos.Core.Clusters.Rules;

/// <summary>A cluster's own election policy and timeout, and number of ackers, as users write them; <c>default</c> is the scheduler's.</summary>
public static class ElectionText
{
    public const string Default = "default";

    /// <exception cref="RequestException">400, field <c>election_policy</c>.</exception>
    public static Setting<ElectionPolicy> ParsePolicy(string text) =>
        new(text == Default ? null : EnumWords.Parse<ElectionPolicy>("election_policy", text, Default));

    /// <summary>Limits are checked elsewhere (<see cref="ClusterRules.CheckElectionTimeout"/>).</summary>
    /// <exception cref="RequestException">400, field <c>election_timeout</c>.</exception>
    public static Setting<TimeSpan> ParseTimeout(string text) =>
        text == Default ? new(null)
        : Durations.TryParse(text, out var timeout) ? new(timeout)
        : throw new RequestException(400, "election_timeout",
            $"election_timeout is {ClusterRules.Shown(text)}; it must be a length of time such as 10s, 500ms or 1m30s, or {Default}.");

    /// <summary>Limits are checked elsewhere (<see cref="ClusterRules.CheckSyncReplicas"/>).</summary>
    /// <exception cref="RequestException">400, field <c>sync_replicas</c>.</exception>
    public static Setting<int> ParseSyncReplicas(string text) =>
        text == Default ? new(null)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? new(count)
        : throw new RequestException(400, "sync_replicas",
            $"sync_replicas is {ClusterRules.Shown(text)}; it must be a whole number from 1 to {ClusterRules.MaxSyncReplicas}, or {Default}.");

    public static string Of(int? own) => own?.ToString(CultureInfo.InvariantCulture) ?? Default;

    public static string Of(ElectionPolicy? own) => own is { } policy ? EnumWords.Of(policy) : Default;

    public static string Of(TimeSpan? own) => own is { } timeout ? Durations.Format(timeout) : Default;
}
