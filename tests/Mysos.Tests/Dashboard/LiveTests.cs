using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Clusters;
using Mysos.Dashboard.Live;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class CoalescingTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly FakeTimeProvider _time = new(Views.Now);
    private readonly Subject<int> _source = new();
    private readonly List<int> _seen = [];
    private readonly IDisposable _subscription;

    public CoalescingTests() =>
        _subscription = _source.Coalesce(s_interval, new TimeProviderScheduler(_time)).Subscribe(_seen.Add);

    public void Dispose()
    {
        _subscription.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void Coalesce_ValueAfterQuiet_PassesAtOnce()
    {
        _source.OnNext(1);

        _seen.ShouldBe([1]);
    }

    [Fact]
    public void Coalesce_Burst_PassesFirstAndNewest()
    {
        for (var i = 1; i <= 100; i++)
        {
            _source.OnNext(i);
        }
        _seen.ShouldBe([1]);

        _time.Advance(s_interval);

        _seen.ShouldBe([1, 100]);
    }

    [Fact]
    public void Coalesce_SteadyStream_PassesFourASecond()
    {
        for (var i = 0; i < 1000; i++)
        {
            _source.OnNext(i);
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        // 10 s.
        _seen.Count.ShouldBeInRange(39, 41);
    }

    [Fact]
    public void Coalesce_Disposed_PassesNothingMore()
    {
        _source.OnNext(1);
        _source.OnNext(2);

        _subscription.Dispose();
        _time.Advance(s_interval);

        _seen.ShouldBe([1]);
        _source.HasObservers.ShouldBeFalse();
    }
}

public sealed class DashboardSessionTests : IDisposable
{
    private readonly BrowserPresence _browser = new();

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task Frames_BrowserIsGone_NoneUntilItIsBack_ThenTheNewestAtOnce()
    {
        var time = new FakeTimeProvider(Views.Now);
        using var feed = new Feed(SchedulerView.Empty);
        var seen = new List<DashboardFrame>();
        using var subscription = new DashboardSession(feed, _browser, time).Frames.Subscribe(seen.Add);
        seen.Count.ShouldBe(1);

        await _browser.OnConnectionDownAsync(null!, TestContext.Current.CancellationToken);
        feed.Push(Views.Fleet());
        time.Advance(TimeSpan.FromMinutes(1));
        seen.Count.ShouldBe(1);
        feed.Watched.ShouldBeFalse();

        await _browser.OnConnectionUpAsync(null!, TestContext.Current.CancellationToken);
        seen.Count.ShouldBe(2);
        seen[^1].View.ShouldBe(feed.Current);
        seen[^1].View.Clusters.ShouldNotBeEmpty();
    }

    [Fact]
    public void Frames_NothingChanges_AgesStillGrow()
    {
        var time = new FakeTimeProvider(Views.Now);
        using var feed = new Feed(Views.Fleet());
        var seen = new List<DashboardFrame>();
        using var subscription = new DashboardSession(feed, _browser, time).Frames.Subscribe(seen.Add);

        for (var i = 0; i < 30; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        seen.Count.ShouldBe(7);
        seen[^1].Now.ShouldBe(Views.Now.AddSeconds(30));
        seen.ShouldAllBe(f => f.View == feed.Current);
    }

    [Fact]
    public void Frames_SeveralComponents_ShareOneSubscription()
    {
        using var feed = new Feed(SchedulerView.Empty);
        var session = new DashboardSession(feed, _browser, new FakeTimeProvider(Views.Now));

        var one = session.Frames.Subscribe();
        var two = session.Frames.Subscribe();
        one.Dispose();
        feed.Watched.ShouldBeTrue();
        two.Dispose();

        feed.Watched.ShouldBeFalse();
    }
}
