using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using System.Text;
using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;
using static Mysos.Core.ZooKeeper.ZooKeeperOperation;

namespace Mysos.Tests.ZooKeeper;

public sealed class ZooKeeperClientTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private ZooKeeperUrl _url = null!;
    private ZooKeeperClient _zk = null!;

    public async ValueTask InitializeAsync()
    {
        _url = await fixture.NewUrlAsync();
        _zk = await ZooKeeperFixture.ConnectAsync(_url);
        await _zk.EnsurePathAsync(_url.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _zk.DeleteTreeAsync(_url.Path);
        await _zk.DisposeAsync();
    }

    [Fact]
    public async Task Connect_Session_IsConnectedWithTheNegotiatedTimeout()
    {
        _zk.State.ShouldBe(SessionState.Connected);
        (await _zk.States.FirstAsync()).ShouldBe(SessionState.Connected);
        _zk.SessionTimeout.ShouldBe(TimeSpan.FromSeconds(10));
        await using var shortest = await ZooKeeperFixture.ConnectAsync(_url, seconds: 0.1);
        shortest.SessionTimeout.ShouldBe(2 * ZooKeeperFixture.Tick);
    }

    [Fact]
    public async Task Node_ItsWholeLife_HasDataAndVersions()
    {
        var path = _url.At("node");
        (await _zk.GetAsync(path)).ShouldBeNull();
        (await _zk.ChildrenAsync(path)).ShouldBeNull();
        (await _zk.CreateAsync(path, "one"u8.ToArray())).ShouldBe(path);
        var node = (await _zk.GetAsync(path)).ShouldNotBeNull();
        (Encoding.UTF8.GetString(node.Data), node.Version).ShouldBe(("one", 0));
        (await _zk.SetAsync(path, "two"u8.ToArray(), 0)).ShouldBe(1);
        (await _zk.SetAsync(path, default)).ShouldBe(2);
        (await _zk.GetAsync(path))!.Data.ShouldBeEmpty();
        (await _zk.ChildrenAsync(path)).ShouldBe([]);
        await _zk.CreateAsync(path + "/b", default);
        await _zk.CreateAsync(path + "/a", default);
        (await _zk.ChildrenAsync(path)).ShouldBe(["a", "b"]);
        await _zk.DeleteTreeAsync(path);
        (await _zk.GetAsync(path)).ShouldBeNull();
    }

    [Fact]
    public async Task Errors_EachKind_NamesThePath()
    {
        var path = _url.At("node");
        await _zk.CreateAsync(path, default);
        await _zk.CreateAsync(path + "/child", default);
        await Fails(ZooKeeperError.NodeExists, path, _zk.CreateAsync(path, default));
        await Fails(ZooKeeperError.BadVersion, path, _zk.SetAsync(path, default, 7));
        await Fails(ZooKeeperError.BadVersion, path + "/child", _zk.DeleteAsync(path + "/child", 7));
        await Fails(ZooKeeperError.NotEmpty, path, _zk.DeleteAsync(path));
        await Fails(ZooKeeperError.NoNode, path + "/none", _zk.DeleteAsync(path + "/none"));
        await Fails(ZooKeeperError.NoNode, path + "/none", _zk.SetAsync(path + "/none", default));
        await Fails(ZooKeeperError.NoNode, path + "/none/x", _zk.CreateAsync(path + "/none/x", default));
        await Fails(ZooKeeperError.Other, "no/path", _zk.CreateAsync("no/path", default));
    }

    [Fact]
    public async Task Create_ThousandPipelined_AreDoneInOrder()
    {
        var created = await Task.WhenAll(Enumerable.Range(0, 1000)
            .Select(i => _zk.CreateAsync(_url.At("s"), BitConverter.GetBytes(i), CreateMode.Sequential)));
        created.ShouldBe(Enumerable.Range(0, 1000).Select(i => _url.At($"s{i:D10}")));
        var read = await Task.WhenAll(created.Select(_zk.GetAsync));
        read.Select(node => BitConverter.ToInt32(node!.Data)).ShouldBe(Enumerable.Range(0, 1000));
    }

    [Fact]
    public async Task Create_Ephemeral_GoesWithTheSession()
    {
        var other = await ZooKeeperFixture.ConnectAsync(_url);
        await other.CreateAsync(_url.At("e"), default, CreateMode.Ephemeral);
        (await _zk.GetAsync(_url.At("e"))).ShouldNotBeNull();
        await other.DisposeAsync();
        (await _zk.GetAsync(_url.At("e"))).ShouldBeNull();
    }

    [Fact]
    public async Task Transact_AllFit_AreDoneTogether()
    {
        var (a, b) = (_url.At("a"), _url.At("b"));
        await _zk.CreateAsync(a, "1"u8.ToArray());
        await _zk.TransactAsync([
            new Check(a, 0), new Set(a, "2"u8.ToArray(), 0), new Create(b, "new"u8.ToArray()), new Create(b + "/c", default),
            new Delete(b + "/c", 0), new Create(b + "/seq", default, CreateMode.Sequential)]);
        (await _zk.GetAsync(a))!.Version.ShouldBe(1);
        (await _zk.ChildrenAsync(b)).ShouldBe(["seq0000000001"]);
        await _zk.TransactAsync([]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Transact_OneFails_NothingIsDoneAndItIsNamed(int position)
    {
        var operations = Enumerable.Range(0, 2).Select(ZooKeeperOperation (i) => new Create(_url.At($"n{i}"), default)).ToList();
        operations.Insert(position, new Delete(_url.At("missing")));
        var error = await Fails(ZooKeeperError.NoNode, _url.At("missing"), _zk.TransactAsync(operations));
        error.FailedOperation.ShouldBe(position);
        (await _zk.ChildrenAsync(_url.Path)).ShouldBe([]);
    }

    [Fact]
    public async Task WatchChildren_AnyChange_IsTold()
    {
        var path = _url.At("group");
        using var told = new Told<IReadOnlyList<string>>(_zk.WatchChildren(path));
        (await told.NextAsync()).ShouldBeEmpty();
        await _zk.CreateAsync(path, default);
        await told.NextAsync();
        await _zk.CreateAsync(path + "/a", default);
        (await told.NextAsync()).ShouldBe(["a"]);
        await _zk.DeleteAsync(path + "/a");
        await told.NextAsync();
        await _zk.DeleteAsync(path);
        await told.NextAsync();
        await _zk.CreateAsync(path, default);
        await told.NextAsync();
    }

    [Fact]
    public async Task WatchData_AnyChange_IsTold()
    {
        var path = _url.At("data");
        using var told = new Told<Unit>(_zk.WatchData(path));
        await told.NextAsync();
        await _zk.CreateAsync(path, default);
        await told.NextAsync();
        await _zk.SetAsync(path, default);
        await told.NextAsync();
        await _zk.DeleteAsync(path);
        await told.NextAsync();
    }

    [Fact]
    public async Task Watch_TwoOnOnePath_AreIndependent()
    {
        using var first = new Told<IReadOnlyList<string>>(_zk.WatchChildren(_url.Path));
        using var second = new Told<IReadOnlyList<string>>(_zk.WatchChildren(_url.Path));
        await first.NextAsync();
        await second.NextAsync();
        first.Dispose();
        await _zk.CreateAsync(_url.At("x"), default);
        await second.NextAsync();
        first.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Watch_ReadAfterEachNotice_MissesNothing()
    {
        await using var writer = await ZooKeeperFixture.ConnectAsync(_url);
        var all = _zk.WatchChildren(_url.Path)
            .Select(_ => _zk.ChildrenAsync(_url.Path).ToObservable()).Concat()
            .FirstAsync(children => children!.Count == 200).ToTask(ZooKeeperFixture.Deadline());
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => writer.CreateAsync(_url.At($"w{i}"), default)));
        await all;
    }

    [Fact]
    public async Task Dispose_Client_EndsWatchesAndCalls()
    {
        var other = await ZooKeeperFixture.ConnectAsync(_url);
        var watch = other.WatchData(_url.Path).ToList().ToTask();
        var states = other.States.ToList().ToTask();
        await other.DisposeAsync();
        await watch.WaitAsync(ZooKeeperFixture.Deadline());
        (await states).ShouldBe([SessionState.Connected, SessionState.Closed]);
        await Should.ThrowAsync<ObjectDisposedException>(() => other.GetAsync("/"));
        await other.DisposeAsync();
    }

    [Fact]
    public async Task Credentials_OfTheUrl_ProtectTheNodes()
    {
        var url = await fixture.NewUrlAsync("mysos:secret");
        await using var owner = await ZooKeeperFixture.ConnectAsync(url);
        await owner.EnsurePathAsync(url.At("deep/down"));
        await owner.TransactAsync([new Create(url.At("t"), "x"u8.ToArray())]);
        await owner.EnsurePathAsync(url.At("deep/down"));
        foreach (var path in (string[])[url.Path, url.At("deep"), url.At("t")])
        {
            await Fails(ZooKeeperError.NoAuth, path, _zk.GetAsync(path));
            await Fails(ZooKeeperError.NoAuth, path, _zk.SetAsync(path, default));
        }
        await Fails(ZooKeeperError.NoAuth, url.At("x"), _zk.CreateAsync(url.At("x"), default));
        await using var wrong = await ZooKeeperFixture.ConnectAsync(ZooKeeperUrl.Parse(url.ToString().Replace("zk://", "zk://mysos:wrong@", StringComparison.Ordinal)));
        await Fails(ZooKeeperError.NoAuth, url.Path, wrong.GetAsync(url.Path));
        await using var again = await ZooKeeperFixture.ConnectAsync(url);
        (await again.GetAsync(url.At("t"))).ShouldNotBeNull();
        await owner.DeleteTreeAsync(url.Path);
    }

    [Fact]
    public async Task DeleteTree_WhileOthersAdd_EndsEmpty()
    {
        var path = _url.At("tree");
        await _zk.EnsurePathAsync(path + "/a/b");
        await using var other = await ZooKeeperFixture.ConnectAsync(_url);
        var adding = Task.WhenAll(Enumerable.Range(0, 200).Select(i => other.CreateAsync($"{path}/n{i}", default)));
        await _zk.DeleteTreeAsync(path);
        await Should.NotThrowAsync(async () =>
        {
            try
            {
                await adding;
            }
            catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoNode)
            {
            }
        });
        await _zk.DeleteTreeAsync(path);
        (await _zk.GetAsync(path)).ShouldBeNull();
    }

    [Fact]
    public async Task Connect_NobodyThere_TriesUntilCancelledAndNamesTheHosts()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ZooKeeperClient.ConnectAsync(
            ZooKeeperUrl.Parse("zk://user:secret@127.0.0.1:1,no-such-host.invalid:2181/x"), TimeSpan.FromSeconds(1), TimeProvider.System, cancellation.Token));
        error.Message.ShouldContain("127.0.0.1:1,no-such-host.invalid:2181");
        error.Message.ShouldNotContain("secret");
    }

    private static async Task<ZooKeeperException> Fails(ZooKeeperError kind, string path, Task task)
    {
        var error = await Should.ThrowAsync<ZooKeeperException>(() => task);
        error.Error.ShouldBe(kind);
        error.Path.ShouldBe(path);
        error.Message.ShouldContain($"'{path}'");
        return error;
    }
}
