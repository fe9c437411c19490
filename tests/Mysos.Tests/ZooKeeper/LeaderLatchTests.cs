using System.Reactive.Linq;
using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.ZooKeeper;

public sealed class LeaderLatchTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private readonly List<Contender> _contenders = [];
    private ZooKeeperUrl _url = null!;

    public async ValueTask InitializeAsync() => _url = await fixture.NewUrlAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var contender in _contenders)
            await contender.DisposeAsync();
        await using var zk = await ZooKeeperFixture.ConnectAsync(_url);
        await zk.DeleteTreeAsync(_url.Path);
    }

    [Fact]
    public async Task Three_LeadersGoOneByOne_TheNextLeadsAndAllKnowWhere()
    {
        var (a, b, c) = (await JoinAsync("a"), await JoinAsync("b"), await JoinAsync("c"));
        await a.Leads();
        await b.Follows("a");
        await c.Follows("a");

        await a.Latch.ReleaseAsync();
        a.Latch.IsLeading.ShouldBeFalse();
        await b.Leads();
        await c.Follows("b");

        await b.Connection.DisposeAsync();
        b.Latch.IsLeading.ShouldBeFalse();
        await c.Leads();
    }

    [Fact]
    public async Task Middle_Goes_LeaderStays()
    {
        var (a, b, c) = (await JoinAsync("a"), await JoinAsync("b"), await JoinAsync("c"));
        await a.Leads();
        await c.Follows("a");
        await b.Latch.ReleaseAsync();
        await a.Latch.ReleaseAsync();
        await c.Leads();
    }

    [Fact]
    public async Task Leader_SessionExpires_NextLeadsAndItRejoinsBehind()
    {
        var (a, b) = (await JoinAsync("a"), await JoinAsync("b"));
        await a.Leads();
        await b.Follows("a");
        await ZooKeeperFixture.ExpireAsync(_url, await a.Connection.SessionAsync(ZooKeeperFixture.Deadline()));
        a.Latch.IsLeading.ShouldBeFalse();
        await b.Leads();
        await a.Follows("b");
    }

    [Fact]
    public async Task Leader_ItsNodeIsDeleted_JoinsAnew()
    {
        var (a, b) = (await JoinAsync("a"), await JoinAsync("b"));
        var node = (await a.Leads()).Node;
        await b.Follows("a");
        await using var zk = await ZooKeeperFixture.ConnectAsync(_url);
        await zk.DeleteAsync(node);
        await b.Leads();
        await a.Follows("b");
    }

    [Fact]
    public async Task Leader_ServerSilent_StopsBeforeItsSessionCanEndAndComesBack()
    {
        await using var server = await OwnServer.StartAsync();
        _url = server.Url;
        var a = await JoinAsync("a", seconds: 3);
        var node = (await a.Leads()).Node;
        server.Freeze();
        await a.States.NextAsync(state => state is LatchState.Unknown);
        a.Latch.IsLeading.ShouldBeFalse();
        (TimeProvider.System.GetUtcNow() - a.Connection.LastConfirmed!.Value).ShouldBeInRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(3));
        server.Thaw();
        await a.Leads();
        node.ShouldNotBeNull();
        await a.DisposeAsync();
        _contenders.Clear();
        _url = await fixture.NewUrlAsync();
    }

    [Fact]
    public async Task Release_BeforeAnyServerAnswered_Ends()
    {
        _url = ZooKeeperUrl.Parse("zk://127.0.0.1:1/x");
        var a = await JoinAsync("a");
        await a.Latch.ReleaseAsync();
        await a.Latch.ReleaseAsync();
        a.Latch.State.ShouldBeOfType<LatchState.Unknown>();
        await a.DisposeAsync();
        _contenders.Clear();
        _url = await fixture.NewUrlAsync();
    }

    /// <summary>Joined before the next can, so that the order is known.</summary>
    private async Task<Contender> JoinAsync(string id, double seconds = 10)
    {
        var contender = new Contender(_url, id, seconds);
        _contenders.Add(contender);
        if (!_url.ConnectString.EndsWith(":1", StringComparison.Ordinal))
            await contender.Latch.States.FirstAsync(state => state is not LatchState.Unknown).Timeout(TimeSpan.FromSeconds(30));
        return contender;
    }

    private sealed class Contender : IAsyncDisposable
    {
        public Contender(ZooKeeperUrl url, string id, double seconds)
        {
            Connection = new ZooKeeperConnection(url, TimeSpan.FromSeconds(seconds), TimeProvider.System);
            Latch = new LeaderLatch(Connection, url.At("leader"), new LeaderData($"host-{id}", 5055, id));
            States = new Told<LatchState>(Latch.States);
        }

        public ZooKeeperConnection Connection { get; }

        public LeaderLatch Latch { get; }

        public Told<LatchState> States { get; }

        public async Task<LatchState.Leading> Leads()
        {
            var state = (LatchState.Leading)await States.NextAsync(state => state is LatchState.Leading);
            Latch.IsLeading.ShouldBeTrue();
            return state;
        }

        public Task Follows(string id) => States.NextAsync(state => state == new LatchState.Following(new LeaderData($"host-{id}", 5055, id)));

        public async ValueTask DisposeAsync()
        {
            await Latch.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
