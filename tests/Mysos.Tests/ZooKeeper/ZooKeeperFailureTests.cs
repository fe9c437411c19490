using System.Reactive;
using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.ZooKeeper;

/// <summary>A server that freezes, dies and comes back.</summary>
public sealed class ZooKeeperFailureTests : IAsyncLifetime
{
    private OwnServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await OwnServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Session_ServerRestarts_GoesOnWithItsEphemeralsAndWatches()
    {
        await using var zk = await ZooKeeperFixture.ConnectAsync(_server.Url);
        await zk.EnsurePathAsync("/mysos");
        await zk.CreateAsync("/mysos/e", default, CreateMode.Ephemeral);
        using var states = new Told<SessionState>(zk.States);
        using var children = new Told<IReadOnlyList<string>>(zk.WatchChildren("/mysos"));
        using var data = new Told<Unit>(zk.WatchData("/mysos/none"));
        await children.NextAsync();
        await data.NextAsync();

        await _server.KillAsync();
        (await states.NextAsync(s => s != SessionState.Connected)).ShouldBe(SessionState.Connecting);
        await _server.StartAgainAsync();
        (await states.NextAsync()).ShouldBe(SessionState.Connected);

        await children.NextAsync();
        await data.NextAsync();
        (await zk.GetAsync("/mysos/e")).ShouldNotBeNull();
        while (children.Count > 0)
            await children.NextAsync();
        await zk.CreateAsync("/mysos/none", default);
        await children.NextAsync();
        await data.NextAsync();
    }

    [Fact]
    public async Task Calls_ServerDown_FailWithConnectionLoss()
    {
        await using var zk = await ZooKeeperFixture.ConnectAsync(_server.Url, seconds: 2);
        await _server.KillAsync();
        var error = await Should.ThrowAsync<ZooKeeperException>(() => zk.GetAsync("/mysos").WaitAsync(ZooKeeperFixture.Deadline()));
        error.Error.ShouldBe(ZooKeeperError.ConnectionLoss);
        error.Message.ShouldContain("'/mysos'");
    }

    [Fact]
    public async Task Calls_ServerFrozen_FailAndGoOnLater()
    {
        await using var zk = await ZooKeeperFixture.ConnectAsync(_server.Url, seconds: 1);
        await zk.EnsurePathAsync("/mysos");
        using var states = new Told<SessionState>(zk.States);

        _server.Freeze();
        var lost = await Should.ThrowAsync<ZooKeeperException>(() => zk.SetAsync("/mysos", default).WaitAsync(ZooKeeperFixture.Deadline()));
        lost.Error.ShouldBeOneOf(ZooKeeperError.ConnectionLoss, ZooKeeperError.Timeout);
        var transaction = await Should.ThrowAsync<ZooKeeperException>(() =>
            zk.TransactAsync([new ZooKeeperOperation.Create("/mysos/x", default)]).WaitAsync(ZooKeeperFixture.Deadline()));
        transaction.Error.ShouldBeOneOf(ZooKeeperError.ConnectionLoss, ZooKeeperError.Timeout);
        transaction.FailedOperation.ShouldBe(-1);
        (await states.NextAsync(s => s != SessionState.Connected)).ShouldBe(SessionState.Connecting);

        _server.Thaw();
        // The server may have ended the session meanwhile, or let it live.
        await states.NextAsync(s => s is SessionState.Connected or SessionState.Expired);
    }

    [Fact]
    public async Task Session_EndedByTheServer_IsExpiredForGood()
    {
        await using var zk = await ZooKeeperFixture.ConnectAsync(_server.Url, seconds: 1);
        await zk.EnsurePathAsync("/mysos");
        using var states = new Told<SessionState>(zk.States);
        using var watch = new Told<Unit>(zk.WatchData("/mysos"));
        await watch.NextAsync();

        await ZooKeeperFixture.ExpireAsync(_server.Url, zk);
        await states.NextAsync(s => s == SessionState.Expired);
        zk.State.ShouldBe(SessionState.Expired);
        foreach (var call in (Func<Task>[])[
            () => zk.GetAsync("/"), () => zk.ChildrenAsync("/"), () => zk.CreateAsync("/x", default), () => zk.SetAsync("/x", default),
            () => zk.DeleteAsync("/x"), () => zk.TransactAsync([new ZooKeeperOperation.Delete("/x")])])
            (await Should.ThrowAsync<ZooKeeperException>(call)).Error.ShouldBe(ZooKeeperError.SessionExpired);
        (await Should.ThrowAsync<ZooKeeperException>(async () => await watch.NextAsync(_ => false))).Error.ShouldBe(ZooKeeperError.SessionExpired);
    }

    [Fact]
    public async Task Connect_ServerComesLater_IsConnectedThen()
    {
        await _server.KillAsync();
        var connecting = ZooKeeperFixture.ConnectAsync(_server.Url);
        await _server.StartAgainAsync();
        await using var zk = await connecting;
        zk.State.ShouldBe(SessionState.Connected);
    }
}
