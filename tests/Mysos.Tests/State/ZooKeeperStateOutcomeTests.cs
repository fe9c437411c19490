using System.Reactive;
using System.Text;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.State;

/// <summary>Writes whose outcome is not known at first: the server is real, what fails is the way to it and back.</summary>
public sealed class ZooKeeperStateOutcomeTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private readonly Losses _losses = new();
    private ZooKeeperConnection _connection = null!;
    private ZooKeeperStateStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        var url = await fixture.NewUrlAsync();
        _connection = new ZooKeeperConnection(url, async _ => new LossyZooKeeper(await ZooKeeperFixture.ConnectAsync(url), _losses), TimeProvider.System);
        _store = new ZooKeeperStateStore(_connection);
        await _store.WriteAsync("clusters/a", Json("0"), -1, Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.RetryAsync(zk => zk.DeleteTreeAsync(_connection.Url.Path), Deadline);
        await _connection.DisposeAsync();
    }

    private static CancellationToken Deadline => ZooKeeperFixture.Deadline();

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    [InlineData(2, 3)]
    public async Task Write_RequestsOrAnswersLost_IsDoneOnce(int requests, int answers)
    {
        (_losses.Requests, _losses.Answers) = (requests, answers);
        (await _store.WriteAsync("clusters/a", Json("1"), 0, Deadline)).ShouldBe(1);
        (_losses.Requests, _losses.Answers) = (requests, answers);
        (await _store.WriteAsync("clusters/new", Json("1"), -1, Deadline)).ShouldBe(0);
        var documents = await _store.LoadAsync(Deadline);
        documents["clusters/a"].Version.ShouldBe(1);
        documents["clusters/new"].Version.ShouldBe(0);
    }

    [Fact]
    public async Task Write_AnswerLostAndAnotherLeaderWrote_IsAConflict()
    {
        _losses.Requests = 1;
        _losses.BeforeNext = zk => zk.SetAsync(_connection.Url.At("state/clusters/a"), Json("other"), 0);
        await Should.ThrowAsync<ConflictException>(() => _store.WriteAsync("clusters/a", Json("mine"), 0, Deadline));
    }

    [Fact]
    public async Task Write_WithoutALoss_NeverTakesAnothersWriteForItsOwn()
    {
        await _store.WriteAsync("clusters/a", Json("same"), 0, Deadline);
        await Should.ThrowAsync<ConflictException>(() => _store.WriteAsync("clusters/a", Json("same"), 0, Deadline));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task Delete_RequestOrAnswerLost_IsGone(int requests, int answers)
    {
        (_losses.Requests, _losses.Answers) = (requests, answers);
        await _store.DeleteAsync("clusters/a", 0, Deadline);
        (await _store.LoadAsync(Deadline)).ShouldBeEmpty();
    }

    private static byte[] Json(string json) => Encoding.UTF8.GetBytes(json);

    private sealed class Losses
    {
        public int Requests { get; set; }

        public int Answers { get; set; }

        public Func<IZooKeeper, Task>? BeforeNext { get; set; }
    }

    /// <summary>Loses writes before or after the server has done them.</summary>
    private sealed class LossyZooKeeper(IZooKeeper inner, Losses losses) : IZooKeeper
    {
        public IObservable<SessionState> States => inner.States;

        public SessionState State => inner.State;

        public TimeSpan SessionTimeout => inner.SessionTimeout;

        public Task<string> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateMode mode) =>
            LoseAsync(path, () => inner.CreateAsync(path, data, mode));

        public Task<ZNode?> GetAsync(string path) => inner.GetAsync(path);

        public Task<IReadOnlyList<string>?> ChildrenAsync(string path) => inner.ChildrenAsync(path);

        public Task<int> SetAsync(string path, ReadOnlyMemory<byte> data, int version) => LoseAsync(path, () => inner.SetAsync(path, data, version));

        public Task DeleteAsync(string path, int version) => LoseAsync(path, async () =>
        {
            await inner.DeleteAsync(path, version);
            return true;
        });

        public Task TransactAsync(IReadOnlyList<ZooKeeperOperation> operations) => inner.TransactAsync(operations);

        public IObservable<IReadOnlyList<string>> WatchChildren(string path) => inner.WatchChildren(path);

        public IObservable<Unit> WatchData(string path) => inner.WatchData(path);

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private async Task<T> LoseAsync<T>(string path, Func<Task<T>> write)
        {
            if (losses.Requests > 0)
            {
                losses.Requests--;
                if (losses.BeforeNext is { } before)
                    await before(inner);
                throw new ZooKeeperException(ZooKeeperError.ConnectionLoss, path, "The request was lost.");
            }
            if (losses.Answers == 0)
                return await write();
            losses.Answers--;
            try
            {
                await write();
            }
            catch (ZooKeeperException)
            {
                // Also a refusal can be lost.
            }
            throw new ZooKeeperException(ZooKeeperError.ConnectionLoss, path, "The answer was lost.");
        }
    }
}
