using System.Collections.Concurrent;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Scheduling;

/// <summary>What the loop promises about order: durable first, performed after, and nothing once another leader writes.</summary>
public sealed class SchedulerLoopTests : IAsyncDisposable
{
    private readonly GatedStore _store = new();
    private readonly Recorder _performed = new();
    private readonly ReadModel _readModel = new();
    private readonly Subject<LoopEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulerLoop _loop;
    private readonly Task _running;
    private readonly SchedulerSettings _settings = new()
    {
        Role = "mysos", PublicZooKeeperUrl = "zk://z:2181/mysos", ExecutorCommand = new CommandInfo { Value = "x" },
    };
    private Func<bool> _leads = () => true;

    public SchedulerLoopTests()
    {
        _loop = new SchedulerLoop(_store, _performed, _readModel, _settings, new Lease(7, () => _leads()), TimeProvider.System);
        _running = _loop.RunAsync(_events, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _readModel.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Create_IsAnsweredOnlyOnceItIsDurable()
    {
        await _loop.Recovered;
        _store.Close();
        var asked = _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        await _store.Waiting.ReadAsync();
        asked.IsCompleted.ShouldBeFalse();
        _store.Open();
        await asked.WaitAsync(TimeSpan.FromSeconds(10));
        _store.Documents.ShouldContainKey("clusters/a");
    }

    [Fact]
    public async Task Waited_OfATick_IsItsTimeInTheQueue()
    {
        var time = new FakeTimeProvider();
        var waited = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = new SchedulerLoop(new GatedStore(), _performed, _readModel, _settings, new Lease(7, () => true), time) { Waited = t => waited.TrySetResult(t) };
        using var stop = new CancellationTokenSource();
        loop.Post(new Ticked(time.GetUtcNow()));
        time.Advance(TimeSpan.FromSeconds(3));

        var running = loop.RunAsync(Observable.Never<LoopEvent>(), stop.Token);

        (await waited.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(TimeSpan.FromSeconds(3));
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Request_WaitsBehindEventsThatCameAfterIt()
    {
        const int events = 10;
        using var blocked = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim(initialState: true);
        var there = new ConcurrentQueue<bool>();
        SchedulerLoop? loop = null;
        bool Leads()
        {
            if (!go.IsSet)
                blocked.Set();
            go.Wait();
            there.Enqueue(loop!.State.Clusters.ContainsKey("b"));
            return true;
        }
        // The clock stands still, so that no request is let in because it waited for long.
        loop = new SchedulerLoop(new GatedStore(), _performed, _readModel, _settings, new Lease(7, Leads), new FakeTimeProvider());
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(Observable.Never<LoopEvent>(), stop.Token);
        await loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        go.Reset();
        loop.Post(new MesosHeartbeat());
        blocked.Wait(TimeSpan.FromSeconds(10), CancellationToken.None).ShouldBeTrue();
        there.Clear();
        var asked = loop.AskAsync(id => new CreateRequested(id, Wanted("b")), CancellationToken.None);
        for (var i = 0; i < events; i++)
            loop.Post(new MesosHeartbeat());
        go.Set();
        await asked.WaitAsync(TimeSpan.FromSeconds(10));
        there.Take(events).ShouldAllBe(found => !found);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Requests_MoreThanMayBeAtOnce_AreSpreadOut()
    {
        var time = new FakeTimeProvider();
        var loop = new SchedulerLoop(new GatedStore(), _performed, _readModel, _settings, new Lease(7, () => true), time);
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(Observable.Never<LoopEvent>(), stop.Token);
        var asked = Enumerable.Range(0, Pace.Requests.AtOnce + 1)
            .Select(i => loop.AskAsync(id => new CreateRequested(id, Wanted($"c{i:D3}")), CancellationToken.None)).ToArray();
        await Task.WhenAll(asked[..^1]).WaitAsync(TimeSpan.FromSeconds(10));
        asked[^1].IsCompleted.ShouldBeFalse();
        // The timer may not be there yet.
        await Eventually.IsAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return Task.FromResult(asked[^1].IsCompleted);
        }, TimeSpan.FromSeconds(10), () => "the last request to be taken");
        time.GetUtcNow().ShouldBeInRange(time.Start + TimeSpan.FromMilliseconds(1), time.Start + TimeSpan.FromSeconds(5));
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task Events_AnotherSchedulerTookOver_NothingIsDoneAnyLonger()
    {
        await _loop.Recovered;
        _events.OnError(FrameworkRefusedException.FromError("Framework failed over"));
        await Should.ThrowAsync<FrameworkFailedOverException>(_running);
        var refusal = await Should.ThrowAsync<RequestException>(_loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None));
        refusal.Status.ShouldBe(503);
        _performed.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task Launch_IsAcceptedOnlyOnceTheTaskIsDurable_AndOtherClustersDoNotWait()
    {
        await HoldUpLaunchAsync();
        _performed.Effects.OfType<AcceptOffer>().ShouldBeEmpty();

        await _loop.AskAsync(id => new CreateRequested(id, Wanted("b")), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        _performed.Effects.OfType<AcceptOffer>().ShouldBeEmpty();
        _store.Open();
        await Stack.Eventually.IsAsync(() => Task.FromResult(_performed.Effects.OfType<AcceptOffer>().Any()), TimeSpan.FromSeconds(10), () => "the ACCEPT");
        StateJson.ReadCluster("a", _store.Documents["clusters/a"]).Nodes[1].Task.ShouldNotBeNull();
    }

    [Fact]
    public async Task Launch_IsAcceptedOnlyOnceTheFrameworkIdIsDurable()
    {
        await _loop.Recovered;
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        _store.Close("scheduler");
        _events.OnNext(new MesosSubscribed(new FrameworkId("F"), null));
        await _store.Waiting.ReadAsync();
        _events.OnNext(new OffersReceived([Offer("S1")]));
        await Stack.Eventually.IsAsync(() => Task.FromResult(_store.Documents.TryGetValue("clusters/a", out var json)
            && StateJson.ReadCluster("a", json).Nodes[1].Task is not null), TimeSpan.FromSeconds(10), () => "the launch in the state");
        _performed.Effects.OfType<AcceptOffer>().ShouldBeEmpty();
        _store.Open();
        await Stack.Eventually.IsAsync(() => Task.FromResult(_performed.Effects.OfType<AcceptOffer>().Any()), TimeSpan.FromSeconds(10), () => "the ACCEPT");
        StateJson.ReadScheduler("scheduler", _store.Documents["scheduler"]).FrameworkId.ShouldBe(new FrameworkId("F"));
    }

    [Fact]
    public async Task WriteConflicts_TheLoopEndsAndPerformsNothing()
    {
        await _loop.Recovered;
        _store.Conflict = true;
        var refused = await Should.ThrowAsync<RequestException>(
            () => _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None));
        refused.Status.ShouldBe(503);
        await Should.ThrowAsync<ConflictException>(() => _running);
        _performed.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task LeaseIsOverByTheClock_NothingIsWrittenPerformedOrAnswered()
    {
        await _loop.Recovered;
        _events.OnNext(new MesosSubscribed(new FrameworkId("F"), null));
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        var clock = new FakeTimeProvider();
        var end = clock.GetUtcNow() + TimeSpan.FromSeconds(6);
        _leads = () => clock.GetUtcNow() < end;
        _store.Close("clusters/b");
        var waiting = _loop.AskAsync(id => new CreateRequested(id, Wanted("b")), CancellationToken.None);
        await _store.Waiting.ReadAsync();
        var performed = _performed.Effects.Count;

        clock.Advance(TimeSpan.FromSeconds(6));
        var late = _loop.AskAsync(id => new CreateRequested(id, Wanted("c")), CancellationToken.None);
        _events.OnNext(new OffersReceived([Offer("S1")]));
        _store.Open();

        (await Should.ThrowAsync<RequestException>(() => late)).Status.ShouldBe(503);
        (await Should.ThrowAsync<RequestException>(() => waiting)).Status.ShouldBe(503);
        await Should.ThrowAsync<NotLeadingException>(() => _running);
        _performed.Effects.Count.ShouldBe(performed);
        _store.Documents.ShouldNotContainKey("clusters/c");
        StateJson.ReadCluster("a", _store.Documents["clusters/a"]).Nodes.ShouldAllBe(n => n.Value.Task == null);
    }

    [Fact]
    public async Task LeaseIsOver_WhatWaitsForADurableDocument_IsNotPerformed()
    {
        await HoldUpLaunchAsync();
        _leads = () => false;
        _store.Open();
        await Should.ThrowAsync<NotLeadingException>(() => _running);
        _performed.Effects.OfType<AcceptOffer>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Answer_Comes_WhenTheViewHasIt()
    {
        await _loop.Recovered;
        for (var i = 0; i < 200; i++)
        {
            await _loop.AskAsync(id => new CreateRequested(id, Wanted($"c{i}")), CancellationToken.None);
            _readModel.Current.Clusters.ShouldContainKey($"c{i}");
        }
        _readModel.Current.Term.ShouldBe(7);
    }

    [Fact]
    public async Task Views_ShowEachChange()
    {
        await _loop.Recovered;
        var seen = _readModel.Views.FirstAsync(v => v.Clusters.ContainsKey("a"));
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        var view = await seen;
        view.Clusters["a"].State.ShouldBe(ClusterCondition.Creating);
        view.Clusters["a"].ClusterUrl.ShouldBe("zk://z:2181/mysos/discover/a");
    }

    /// <summary>A node of cluster a has its agent, and the document that says so is held up.</summary>
    private async Task HoldUpLaunchAsync()
    {
        await _loop.Recovered;
        _events.OnNext(new MesosSubscribed(new FrameworkId("F"), null));
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        _store.Close("clusters/a");
        _events.OnNext(new OffersReceived([Offer("S1")]));
        await _store.Waiting.ReadAsync();
    }

    private static Cluster Wanted(string name) => new()
    {
        Name = name, User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = DateTimeOffset.UnixEpoch,
        SealedPassword = "x", SealedReplicationPassword = "y",
    };

    private static Offer Offer(string agent) => new()
    {
        Id = new OfferId("O-" + agent), FrameworkId = new FrameworkId("F"), AgentId = new AgentId(agent), Hostname = agent,
        Resources =
        [
            ResourcePool.Scalar("cpus", 8, "mysos"), ResourcePool.Scalar("mem", 8000, "mysos"), ResourcePool.Scalar("disk", 9000, "mysos"),
            new Resource { Name = "ports", Type = "RANGES", Ranges = new Ranges([new PortRange(31000, 31009)]) },
        ],
    };

    private sealed class Recorder : IEffectPerformer
    {
        public ConcurrentQueue<Effect> Effects { get; } = new();

        public void Perform(Effect effect, Action<LoopEvent> report) => Effects.Enqueue(effect);
    }
}
