using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Mysos.Core.ZooKeeper;
using Xunit;

[assembly: AssemblyFixture(typeof(Mysos.Tests.ZooKeeper.ZooKeeperFixture))]

namespace Mysos.Tests.ZooKeeper;

/// <summary>One real ZooKeeper server for all tests of a run, started by the first that asks. Each test takes a path of its own.</summary>
public sealed class ZooKeeperFixture : IAsyncDisposable
{
    /// <summary>Its tick is 100 ms, so sessions may be as short as 200 ms.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mysos-zk-");
    private readonly Lazy<Task<ZooKeeperServer>> _server;

    public ZooKeeperFixture() =>
        _server = new(() => ZooKeeperServer.StartAsync(_directory.FullName, 0, TimeProvider.System, CancellationToken.None, Tick));

    public Task<ZooKeeperServer> ServerAsync() => _server.Value;

    /// <summary>A url with a path that no other test uses and that is not there yet.</summary>
    public async Task<ZooKeeperUrl> NewUrlAsync(string? credentials = null)
    {
        var server = await ServerAsync();
        return ZooKeeperUrl.Parse($"zk://{(credentials is null ? "" : credentials + "@")}{server.ConnectString}/t{Guid.NewGuid():N}");
    }

    public static Task<ZooKeeperClient> ConnectAsync(ZooKeeperUrl url, double seconds = 10) =>
        ZooKeeperClient.ConnectAsync(url, TimeSpan.FromSeconds(seconds), TimeProvider.System, Deadline());

    /// <summary>Ends the session of a client as an expiry does: from outside, which the client hears of when it reconnects.</summary>
    public static async Task ExpireAsync(ZooKeeperUrl url, IZooKeeper client)
    {
        var session = ((ZooKeeperClient)client).Session;
        var deadline = Deadline();
        // The client takes its session back when it is taken over; one of the closes then comes too late to count.
        while (client.State is not (SessionState.Expired or SessionState.Closed))
        {
            try
            {
                await using (await ZooKeeperClient.ConnectAsync(url, client.SessionTimeout, session, TimeProvider.System, deadline))
                {
                }
                await client.States.FirstAsync(s => s is SessionState.Connected or SessionState.Expired).ToTask(deadline);
                await client.GetAsync("/");
            }
            catch (Exception e) when (e is ZooKeeperException or InvalidOperationException)
            {
                // Tells of its end, or of the fight for it; its owner may have closed it already.
            }
        }
    }

    /// <summary>Cancelled after a time that no test should need.</summary>
    public static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
