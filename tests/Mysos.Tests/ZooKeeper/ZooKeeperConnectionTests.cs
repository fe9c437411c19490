using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.ZooKeeper;

public sealed class ZooKeeperConnectionTests(ZooKeeperFixture fixture)
{
    private static CancellationToken Deadline => ZooKeeperFixture.Deadline();

    [Fact]
    public async Task Session_Expires_IsReplaced()
    {
        await using var connection = new ZooKeeperConnection(await fixture.NewUrlAsync(), TimeSpan.FromSeconds(10), TimeProvider.System);
        using var confirmed = new Told<bool>(connection.Confirmed);
        await confirmed.NextAsync(value => value);
        var first = await connection.SessionAsync(Deadline);
        await ZooKeeperFixture.ExpireAsync(connection.Url, first);
        await confirmed.NextAsync(value => !value);
        await confirmed.NextAsync(value => value);
        (await connection.SessionAsync(Deadline)).ShouldNotBeSameAs(first);
        connection.IsConfirmed.ShouldBeTrue();
        connection.IsConfirmedFor(first).ShouldBeFalse();
    }

    [Fact]
    public async Task Connected_ServerGoesAndComes_IsTold()
    {
        await using var server = await OwnServer.StartAsync();
        await using var connection = new ZooKeeperConnection(server.Url, TimeSpan.FromSeconds(5), TimeProvider.System);
        using var connected = new Told<bool>(connection.Connected);
        await connected.NextAsync(value => value);
        await server.KillAsync();
        await connected.NextAsync(value => !value);
        var retried = connection.RetryAsync(zk => zk.CreateAsync("/retried", default), Deadline);
        await server.StartAgainAsync();
        await connected.NextAsync(value => value);
        (await retried).ShouldBe("/retried");
    }

    [Fact]
    public async Task Retry_Cancelled_Ends()
    {
        await using var connection = new ZooKeeperConnection(ZooKeeperUrl.Parse("zk://127.0.0.1:1"), TimeSpan.FromSeconds(5), TimeProvider.System);
        connection.IsConfirmed.ShouldBeFalse();
        connection.LastConfirmed.ShouldBeNull();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.RetryAsync(zk => zk.GetAsync("/"), cancellation.Token));
    }

    [Fact]
    public async Task Retry_Disposed_SaysSo()
    {
        var connection = new ZooKeeperConnection(await fixture.NewUrlAsync(), TimeSpan.FromSeconds(10), TimeProvider.System);
        await connection.SessionAsync(Deadline);
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => connection.RetryAsync(zk => zk.GetAsync("/"), Deadline));
    }

    [Fact]
    public async Task LastConfirmed_WhileItLives_MovesOn()
    {
        await using var connection = new ZooKeeperConnection(await fixture.NewUrlAsync(), TimeSpan.FromSeconds(0.6), TimeProvider.System);
        using var confirmed = new Told<bool>(connection.Confirmed);
        await confirmed.NextAsync(value => value);
        var first = connection.LastConfirmed;
        SpinWait.SpinUntil(() => connection.LastConfirmed > first, TimeSpan.FromSeconds(30)).ShouldBeTrue();
    }
}
