using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Dashboard.Presentation;

namespace Mysos.Dashboard.Fleet;

/// <summary>What needs someone although the cluster's state does not say so.</summary>
/// <param name="Word">One or two words: <c>lagging</c>.</param>
/// <param name="Text">A clause that says why.</param>
public sealed record ClusterProblem(string Word, string Text)
{
    /// <summary>A creation that takes longer waits for something that does not come by itself.</summary>
    public static readonly TimeSpan CreatedWithin = TimeSpan.FromMinutes(10);

    /// <summary>The first that there is.</summary>
    public static ClusterProblem? Of(ClusterView cluster, DateTimeOffset now) => cluster.State switch
    {
        ClusterCondition.Creating when now >= LateFrom(cluster) => new("slow to create", $"its creation takes more than {Format.Age(CreatedWithin)}"),
        ClusterCondition.Healthy or ClusterCondition.Creating => Lag(cluster) ?? Backup(cluster),
        _ => null,
    };

    /// <summary>When the cluster becomes a problem by the clock alone; null: it does not.</summary>
    public static DateTimeOffset? LateFrom(ClusterView cluster) => cluster.State == ClusterCondition.Creating ? cluster.Created + CreatedWithin : null;

    private static ClusterProblem? Lag(ClusterView cluster) =>
        cluster.Nodes.Where(n => n.Role == NodeRole.Slave).MaxBy(n => n.LagSeconds) is { } worst && Format.LagTone(worst.LagSeconds) == Tone.Bad
            ? new("lagging", $"node {worst.ServerId} is {Format.Lag(worst.LagSeconds)} behind the master") : null;

    private static ClusterProblem? Backup(ClusterView cluster) =>
        cluster.Backups is [.., { State: BackupState.Failed } last]
            ? new("without its last backup", $"its last backup failed{(last.Error is { Length: > 0 } error ? $": {error}" : "")}") : null;
}
