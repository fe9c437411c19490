using System.Collections.Immutable;
using System.Reactive.Linq;
using Mysos.Core.ZooKeeper;

namespace Mysos.Tests.ZooKeeper;

public sealed class LatchContendersTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private ZooKeeperUrl _url = null!;

    public async ValueTask InitializeAsync() => _url = await fixture.NewUrlAsync();

    public async ValueTask DisposeAsync()
    {
        await using var zk = await ZooKeeperFixture.ConnectAsync(_url);
        await zk.DeleteTreeAsync(_url.Path);
    }

    [Fact]
    public async Task Watch_ContendersComeAndGo_TellsWhoIsThereTheLeaderFirst()
    {
        await using var connection = new ZooKeeperConnection(_url, TimeSpan.FromSeconds(10), TimeProvider.System);
        await using var other = new ZooKeeperConnection(_url, TimeSpan.FromSeconds(10), TimeProvider.System);
        using var told = new Told<ImmutableArray<LeaderData>>(LatchContenders.Watch(connection, _url.At("leader")));
        var (a, b) = (new LeaderData("a", 1, "a") { Version = "1.0" }, new LeaderData("b", 2, "b"));

        await using var first = new LeaderLatch(connection, _url.At("leader"), a);
        await told.NextAsync(found => found.SequenceEqual([a]));
        await using var second = new LeaderLatch(other, _url.At("leader"), b);
        await told.NextAsync(found => found.SequenceEqual([a, b]));
        await first.ReleaseAsync();
        await told.NextAsync(found => found.SequenceEqual([b]));
    }

    [Fact]
    public async Task Watch_SessionExpires_GoesOnWithTheNext()
    {
        await using var connection = new ZooKeeperConnection(_url, TimeSpan.FromSeconds(10), TimeProvider.System);
        await using var other = new ZooKeeperConnection(_url, TimeSpan.FromSeconds(10), TimeProvider.System);
        using var told = new Told<ImmutableArray<LeaderData>>(LatchContenders.Watch(connection, _url.At("leader")));
        var (a, b) = (new LeaderData("a", 1, "a"), new LeaderData("b", 2, "b"));
        await using var first = new LeaderLatch(other, _url.At("leader"), a);
        await told.NextAsync(found => found.SequenceEqual([a]));

        await ZooKeeperFixture.ExpireAsync(_url, await connection.SessionAsync(ZooKeeperFixture.Deadline()));
        await using var second = new LeaderLatch(connection, _url.At("leader"), b);

        await told.NextAsync(found => found.SequenceEqual([a, b]));
    }
}
