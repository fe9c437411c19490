using System.Text.Json;
using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Mesos;

/// <summary>Finds the leading Mesos master.</summary>
public interface IMasterDetector
{
    /// <summary>The master to try next; asked again after each lost connection.</summary>
    /// <exception cref="MesosException">None can be found now; the message says where was looked.</exception>
    Task<Uri> FindAsync(CancellationToken cancellation);
}

/// <summary>The masters of <c>--mesos_master=host:port[,host:port]</c>, in turn; the leader's 307 does the rest.</summary>
public sealed class ListedMasters(IReadOnlyList<string> endpoints) : IMasterDetector
{
    private int _next;

    public Task<Uri> FindAsync(CancellationToken cancellation) =>
        Task.FromResult(new Uri($"http://{endpoints[_next++ % endpoints.Count]}"));
}

/// <summary>
/// <c>--mesos_master=zk://…</c>: of the group's <c>json.info_&lt;sequence&gt;</c> nodes the lowest is the leader's, and holds its MasterInfo.
/// </summary>
public sealed class ZooKeeperMasters(Func<CancellationToken, Task<IZooKeeper>> connect, string group) : IMasterDetector
{
    private const string Prefix = "json.info_";

    public async Task<Uri> FindAsync(CancellationToken cancellation)
    {
        var zooKeeper = await connect(cancellation).ConfigureAwait(false);
        var members = await zooKeeper.ChildrenAsync(group).ConfigureAwait(false) ?? [];
        var leader = members.Where(m => m.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
        var node = leader is null ? null : await zooKeeper.GetAsync($"{group}/{leader}").ConfigureAwait(false);
        var info = node is null ? null : JsonSerializer.Deserialize(node.Data, MesosJson.Default.MasterInfo);
        return info?.Address is { } address
            ? new Uri($"http://{address.Ip ?? address.Hostname}:{address.Port}")
            : throw new MesosException(0, null, $"No Mesos master has announced itself in ZooKeeper under {group}.");
    }
}
