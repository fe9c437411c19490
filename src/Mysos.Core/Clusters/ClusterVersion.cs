using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mysos.Core.Protocol;

namespace Mysos.Core.Clusters;

/// <summary>
/// Names what a decision about a cluster rests on: what its owner wants, who is its master, and what is under way. It changes
/// with these and with nothing else: not with a node's lag, its host or its reason.
/// </summary>
public static class ClusterVersion
{
    /// <summary>16 hexadecimal digits; the same for the same state, whoever computes it.</summary>
    public static string Of(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var backup = cluster.Backups.FindLast(b => b.State == BackupState.Running)?.BackupId;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"{cluster.Incarnation} {cluster.NumNodes} {cluster.AccountsVersion} {cluster.ElectionPolicy} {cluster.ElectionTimeout} {cluster.SyncReplicas} {cluster.Epoch} {cluster.Master}")
            .Append(CultureInfo.InvariantCulture,
            $" {cluster.Election?.Epoch} {cluster.Handover?.To} {cluster.Restart is not null} {cluster.PausedSince is not null} {cluster.Deleting} {cluster.Failure is not null} {backup}");
        foreach (var node in cluster.Nodes.Values)
            text.Append(CultureInfo.InvariantCulture, $" {node.Number}/{node.Promotion}/{node.DelaySeconds}/{node.Retiring}/{node.Rebuild}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
