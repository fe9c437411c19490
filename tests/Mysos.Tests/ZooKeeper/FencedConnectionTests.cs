using Mysos.Core.Discovery;
using Mysos.Core.Protocol;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;

namespace Mysos.Tests.ZooKeeper;

/// <summary>A leader's writes, while it leads and after another has taken over.</summary>
public sealed class FencedConnectionTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private static readonly ServerSet First = new(new(1, new Endpoint("h1", 31001)), [new(2, new Endpoint("h2", 31002))]);
    private static readonly ServerSet Other = new(new(2, new Endpoint("h2", 31002)), []);

    private ZooKeeperConnection _connection = null!;
    private FencedConnection _fenced = null!;
    private ZooKeeperStateStore _store = null!;
    private ZooKeeperServerSets _sets = null!;
    private string _node = null!;

    public async ValueTask InitializeAsync()
    {
        _connection = new ZooKeeperConnection(await fixture.NewUrlAsync(), TimeSpan.FromSeconds(10), TimeProvider.System);
        await _connection.RetryAsync(zk => zk.EnsurePathAsync(_connection.Url.At("leader")), Deadline);
        _node = await _connection.RetryAsync(zk => zk.CreateAsync(_connection.Url.At("leader/a-"), default, CreateMode.EphemeralSequential), Deadline);
        _fenced = new FencedConnection(_connection, _node);
        (_store, _sets) = (new ZooKeeperStateStore(_fenced), new ZooKeeperServerSets(_fenced));
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.RetryAsync(zk => zk.DeleteTreeAsync(_connection.Url.Path), Deadline);
        await _connection.DisposeAsync();
    }

    private static CancellationToken Deadline => ZooKeeperFixture.Deadline();

    [Fact]
    public async Task Leader_WritesAsEver()
    {
        (await _store.WriteAsync("clusters/a", "1"u8.ToArray(), -1, Deadline)).ShouldBe(0);
        (await _store.WriteAsync("clusters/a", "2"u8.ToArray(), 0, Deadline)).ShouldBe(1);
        await Should.ThrowAsync<ConflictException>(() => _store.WriteAsync("clusters/a", "3"u8.ToArray(), 0, Deadline));
        (await _store.LoadAsync(Deadline))["clusters/a"].Version.ShouldBe(1);
        await Should.ThrowAsync<ConflictException>(() => _store.DeleteAsync("clusters/a", 0, Deadline));
        await _store.DeleteAsync("clusters/a", 1, Deadline);
        (await _store.LoadAsync(Deadline)).ShouldBeEmpty();

        await _sets.PublishAsync("a", First, Deadline);
        await _sets.PublishAsync("a", Other, Deadline);
        await _sets.RemoveAsync("a", Deadline);
        (await _connection.RetryAsync(zk => zk.GetAsync(_connection.Url.At("discover/a")), Deadline)).ShouldBeNull();
    }

    [Fact]
    public async Task Leader_AnotherHasTakenOver_ChangesNothingAndReadsNothing()
    {
        await _store.WriteAsync("clusters/a", "1"u8.ToArray(), -1, Deadline);
        await _sets.PublishAsync("a", First, Deadline);
        await _connection.RetryAsync(zk => zk.DeleteAsync(_node), Deadline);
        var before = await TreeAsync();

        await Refused(() => _store.WriteAsync("clusters/a", "2"u8.ToArray(), 0, Deadline));
        await Refused(() => _store.WriteAsync("clusters/new", "2"u8.ToArray(), -1, Deadline));
        await Refused(() => _store.WriteAsync("group/new", "2"u8.ToArray(), -1, Deadline));
        await Refused(() => _store.DeleteAsync("clusters/a", 0, Deadline));
        await Refused(() => _store.LoadAsync(Deadline));
        await Refused(() => _sets.PublishAsync("a", Other, Deadline));
        await Refused(() => _sets.PublishAsync("new", Other, Deadline));
        await Refused(() => new ZooKeeperServerSets(_fenced).PublishAsync("a", ServerSet.Empty, Deadline));
        await Refused(() => _sets.RemoveAsync("a", Deadline));

        (await TreeAsync()).ShouldBe(before);
    }

    private static Task<NotLeadingException> Refused(Func<Task> write) => Should.ThrowAsync<NotLeadingException>(write);

    /// <summary>All nodes with their versions and data.</summary>
    private Task<List<string>> TreeAsync() => _connection.RetryAsync(async zk =>
    {
        var found = new List<string>();
        await AddAsync(_connection.Url.Path);
        return found;

        async Task AddAsync(string path)
        {
            var node = (await zk.GetAsync(path))!;
            found.Add($"{path} {node.Version} {Convert.ToHexString(node.Data)}");
            foreach (var child in (await zk.ChildrenAsync(path))!)
                await AddAsync($"{path}/{child}");
        }
    }, Deadline);
}
