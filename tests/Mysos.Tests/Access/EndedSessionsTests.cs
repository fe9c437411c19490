using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Access.Files;
using Mysos.Host.Access.Sessions;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Access;

/// <summary>Logouts of several schedulers, on a real ZooKeeper.</summary>
public sealed class EndedSessionsTests(ZooKeeperFixture fixture) : IAsyncLifetime
{
    private readonly AuthFile _file = new(People.Yaml);
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private AccessDirectory _directory = null!;
    private ZooKeeperConnection _connection = null!;
    private ZooKeeperUrl _url = null!;

    public async ValueTask InitializeAsync()
    {
        _url = await fixture.NewUrlAsync();
        _directory = new AccessDirectory(_file.Settings, _time, NullLogger<AccessDirectory>.Instance);
        _connection = new ZooKeeperConnection(_url, TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.RetryAsync(zk => zk.DeleteTreeAsync(_url.Path), TestContext.Current.CancellationToken);
        await _connection.DisposeAsync();
        _directory.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task LogOut_OfOneScheduler_CountsOnTheOthers_AndOnThoseThatStartLater_UntilTheSessionWouldHaveEndedAnyway()
    {
        using var here = new Scheduler(this);
        using var there = new Scheduler(this);
        var (ended, other) = (NewSession(), NewSession());
        here.Rules.End(ended);

        await there.UntilAsync(rules => rules.ActorOf(ended, "127.0.0.1") is null);
        there.Rules.ActorOf(other, "127.0.0.1").ShouldNotBeNull();
        using var later = new Scheduler(this);
        await later.UntilAsync(rules => rules.ActorOf(ended, "127.0.0.1") is null);
        using var nodes = new Told<IReadOnlyList<string>>((await _connection.SessionAsync(TestContext.Current.CancellationToken)).WatchChildren(_url.At("sessions")));
        (await nodes.NextAsync()).ShouldBe([ended.Id]);

        _time.Advance(SessionRules.Longest);
        var next = NewSession();
        here.Rules.End(next);
        await there.UntilAsync(rules => rules.ActorOf(next, "127.0.0.1") is null);
        await nodes.NextAsync(ids => ids.SequenceEqual([next.Id]));
    }

    private Session NewSession() => Session.Of(_directory.Current.Users["vera"], _time.GetUtcNow());

    private sealed class Scheduler : IDisposable
    {
        private readonly EndedSessions _ended;

        public Scheduler(EndedSessionsTests test)
        {
            Rules = new SessionRules(test._directory, test._time);
            _ended = new EndedSessions(test._connection, test._url.At("sessions"), Rules, NullLogger.Instance, test._time);
        }

        public SessionRules Rules { get; }

        public async Task UntilAsync(Func<SessionRules, bool> holds)
        {
            using var changed = new SemaphoreSlim(0);
            using var watching = Rules.Changes.Subscribe(_ => changed.Release());
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!holds(Rules))
                await changed.WaitAsync(deadline.Token);
        }

        public void Dispose()
        {
            _ended.Dispose();
            Rules.Dispose();
        }
    }
}
