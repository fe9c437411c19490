using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Security;

/// <summary>Seals passwords into a cluster's document, and out of it to the executors of its nodes.</summary>
public sealed class Vault(SchedulerKey key, Account admin) : IVault
{
    private const string ReplicationUser = "mysos_replication";

    /// <summary>The account that operators and executors have on every instance.</summary>
    public string AdminUser => admin.User;

    public string SealPassword(string cluster, string password) => key.Seal(password, $"cluster {cluster}");

    public string SealReplicationPassword(string cluster, string password) => key.Seal(password, $"replication {cluster}");

    public string PasswordOf(Cluster cluster) => OpenPassword(cluster.Name, cluster.SealedPassword);

    /// <summary>Opens what <see cref="SealPassword"/> made for the same cluster.</summary>
    public string OpenPassword(string cluster, string box) => key.Open(box, $"cluster {cluster}");

    public SealedAccounts AccountsFor(Cluster cluster, Hello hello) => AccountBox.Seal(
        new Accounts
        {
            Admin = admin,
            Replication = new Account(ReplicationUser, key.Open(cluster.SealedReplicationPassword, $"replication {cluster.Name}")),
            Cluster = new Account(cluster.User, PasswordOf(cluster)),
            Version = cluster.AccountsVersion,
        },
        hello);
}
