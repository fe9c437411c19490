using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Elections;

namespace Mysos.Dashboard.Actions;

/// <summary>What someone chooses for a cluster's elections, as text; empty, and at first: as the scheduler's flags say.</summary>
public sealed class ElectionForm
{
    public const string PolicyField = "election_policy";
    public const string TimeoutField = "election_timeout";
    public const string CountField = "sync_replicas";

    public static string[] Fields { get; } = [PolicyField, TimeoutField, CountField];

    public string Policy { get; set; } = ElectionText.Default;
    public string Timeout { get; set; } = "";
    public string Count { get; set; } = "";

    /// <summary>The terms that a cluster has of its own.</summary>
    public static ElectionForm Of(ElectionView election)
    {
        ArgumentNullException.ThrowIfNull(election);
        return new ElectionForm
        {
            Policy = ElectionText.Of(election.OwnPolicy ? election.Policy : null),
            Timeout = election.OwnTimeout ? election.Timeout : "",
            Count = election.OwnSyncReplicas ? ElectionText.Of(election.SyncReplicas) : "",
        };
    }

    /// <summary>What is wrong with one field, or null; also null for a field that is none of these.</summary>
    public string? Check(string field)
    {
        try
        {
            return field switch
            {
                TimeoutField => ClusterRules.CheckElectionTimeout(ToTimeout().Own)?.Detail,
                CountField => ClusterRules.CheckSyncReplicas(ToCount().Own)?.Detail,
                _ => null,
            };
        }
        catch (RequestException e)
        {
            return e.Message;
        }
    }

    public Setting<ElectionPolicy> ToPolicy() => ElectionText.ParsePolicy(Policy);

    public Setting<TimeSpan> ToTimeout() => ElectionText.ParseTimeout(Given(Timeout));

    public Setting<int> ToCount() => ElectionText.ParseSyncReplicas(Given(Count));

    private static string Given(string text) => text.Trim() is { Length: > 0 } given ? given : ElectionText.Default;
}
