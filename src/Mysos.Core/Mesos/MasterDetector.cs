using System.Reactive.Linq;
using System.Text.Json;
using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Mesos;

/// <summary>Finds the leading Mesos master.</summary>
public interface IMasterDetector
{
    /// <summary>The master to try next; asked again after each lost connection.</summary>
    /// <exception cref="MesosException">None can be found now; the message says where was looked.</exception>
    Task<Uri> FindAsync(CancellationToken cancellation);

    /// <summary>
    /// The leader as soon as it is known, then each other that takes over. It tells nothing while it knows nothing, and
    /// does not end by itself.
    /// </summary>
    IObservable<Uri> Elected { get; }
}

/// <summary>The masters of <c>--mesos_master=host:port[,host:port]</c>, in turn; the leader's 307 does the rest.</summary>
public sealed class ListedMasters(IReadOnlyList<string> endpoints) : IMasterDetector
{
    private int _next;

    public IObservable<Uri> Elected => Observable.Never<Uri>();

    public Task<Uri> FindAsync(CancellationToken cancellation) =>
        Task.FromResult(new Uri($"http://{endpoints[_next++ % endpoints.Count]}"));
}

/// <summary>
/// <c>--mesos_master=zk://…</c>: of the group's <c>json.info_&lt;sequence&gt;</c> nodes the lowest is the leader's, and holds its MasterInfo.
/// </summary>
/// <param name="connect">The session that is open, or the next one.</param>
public sealed class ZooKeeperMasters(Func<CancellationToken, Task<IZooKeeper>> connect, string group, TimeProvider time) : IMasterDetector
{
    private const string Prefix = "json.info_";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>
    /// A lost connection tells nothing of the leader: it is silent about that, and with the next session it watches again.
    /// What is wrong is said by <see cref="FindAsync"/>.
    /// </summary>
    public IObservable<Uri> Elected => connect.ReadChildren(group, LeaderAsync, time)
        .Where(leader => leader is not null).Select(leader => leader!)
        .DistinctUntilChanged();

    public async Task<Uri> FindAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var session = await connect(either.Token).ConfigureAwait(false);
            var members = await session.ChildrenAsync(group).WaitAsync(either.Token).ConfigureAwait(false) ?? [];
            return await LeaderAsync(session, members).WaitAsync(either.Token).ConfigureAwait(false)
                ?? throw new MesosException(MesosOutcome.Unavailable, $"No Mesos master has announced itself in ZooKeeper under {group}.");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new MesosException(MesosOutcome.Unavailable,
                $"ZooKeeper has not told within {Patience.TotalSeconds:F0} s which Mesos master leads under {group}: {e.Message}", e);
        }
    }

    private async Task<Uri?> LeaderAsync(IZooKeeper session, IReadOnlyList<string> members)
    {
        var leader = members.Where(m => m.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();
        if (leader is null || await session.GetAsync($"{group}/{leader}").ConfigureAwait(false) is not { } node)
            return null;
        try
        {
            var info = JsonSerializer.Deserialize(node.Data, MesosJson.Default.MasterInfo);
            if ((info?.Address?.Ip ?? info?.Address?.Hostname ?? info?.Hostname) is { } host && (info?.Address?.Port ?? info?.Port) is { } port)
                return new UriBuilder("http", host, port).Uri;
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new MesosException(MesosOutcome.Unavailable, $"ZooKeeper's {group}/{leader} does not hold a MasterInfo in JSON with an address.");
    }
}
