using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Scheduling;
using Mysos.Host.Scheduler;
using Mysos.Tests.Dashboard;

namespace Mysos.Tests.Scheduling;

public sealed class ViewChangeTests
{
    private static readonly SchedulerView Whole = Views.Fleet() with
    {
        Term = 4, Version = 17,
        Past = [new PastCluster("old", Views.Now, [new ClusterEvent(Views.Now, "gone", "It is.")])],
        Counters = new Counters { Started = Views.Now, TasksLaunched = 3, OffersUnused = 9 },
    };

    public static TheoryData<string, SchedulerView> Nexts() => new()
    {
        { "nothing", Whole with { Version = 18 } },
        { "changed", Whole with { Version = 18, Clusters = Whole.Clusters.SetItem(First, Whole.Clusters[First] with { Epoch = 99, Reason = "Because." }) } },
        { "added", Whole with { Version = 18, Clusters = Whole.Clusters.Add("zz-new", Views.Cluster("zz-new")) } },
        { "removed", Whole with { Version = 18, Clusters = Whole.Clusters.Remove(First) } },
        { "all gone", Whole with { Version = 18, Clusters = Whole.Clusters.Clear(), Agents = [] } },
        { "past", Whole with { Version = 18, Clusters = Whole.Clusters.Remove(First), Past = [Gone, Gone with { Name = "next" }] } },
        { "mesos", Whole with { Version = 18, Mesos = new MesosView { Master = "m:5050" }, ZooKeeper = new ZooKeeperView { Url = "zk://z" } } },
        { "counters", Whole with { Version = 18, Counters = Whole.Counters with { TasksLost = 1 } } },
        { "another leader", Views.Fleet() with { Term = 5, Version = 1 } },
    };

    private static PastCluster Gone => new(First, Views.Now, [new ClusterEvent(Views.Now, "cluster_deleted", "It was.") { By = "anna" }, new ClusterEvent(Views.Now, "gone", "It is.")]);

    private static string First => Whole.Clusters.Keys.First();

    [Theory]
    [MemberData(nameof(Nexts))]
    public void Between_AppliedAsJson_GivesTheNext(string _, SchedulerView next)
    {
        foreach (var size in (int[])[1, 2, 1000])
        {
            var told = Tell(SchedulerView.Empty, null, Whole, size);
            Json(told).ShouldBe(Json(Whole));
            Json(Tell(told, Whole, next, size)).ShouldBe(Json(next));
        }
    }

    [Fact]
    public void Between_OneClusterChanged_TellsThatOneAlone()
    {
        var next = Whole with { Version = 18, Clusters = Whole.Clusters.SetItem(First, Whole.Clusters[First] with { Epoch = 99 }) };
        var change = ViewChange.Between(Whole, next, 100).Single();
        change.Clusters.Select(c => c.Name).ShouldBe([First]);
        change.Removed.ShouldBeEmpty();
        (change.Mesos, change.ZooKeeper, change.Counters).ShouldBe((null, null, null));
        change.Agents.ShouldBeNull();
        change.Past.ShouldBeNull();
        change.Anew.ShouldBeFalse();
    }

    [Fact]
    public async Task Stream_LeaderChangesThings_ReaderSeesWholeViewsOnly()
    {
        using var model = new ReadModel();
        model.Follow(Whole);
        var pipe = new Pipe();
        var leads = true;
        using var reader = new Told();
        var writing = ViewStream.WriteAsync(pipe.Writer, model, () => leads, TimeProvider.System, CancellationToken.None);
        var reading = ViewStream.ReadAsync(pipe.Reader, reader.Hear, CancellationToken.None);

        Json(await reader.NextAsync()).ShouldBe(Json(Whole));
        var next = Whole with { Version = 18, Clusters = Whole.Clusters.Remove(First) };
        model.Follow(next);
        Json(await reader.NextAsync()).ShouldBe(Json(next));

        leads = false;
        model.MarkStale(new Staleness(Views.Now, "The term is over."));
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
        await pipe.Writer.CompleteAsync();
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Stream_NothingChanges_IsASignOfLifeEachSecond()
    {
        using var model = new ReadModel();
        model.Follow(Whole);
        var clock = new FakeTimeProvider();
        var pipe = new Pipe();
        using var stop = new CancellationTokenSource();
        using var reader = new Told();
        var writing = ViewStream.WriteAsync(pipe.Writer, model, () => true, clock, stop.Token);
        var reading = ViewStream.ReadAsync(pipe.Reader, reader.Hear, CancellationToken.None);
        await reader.NextAsync();
        var before = reader.Beats;
        await Stack.Eventually.IsAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(reader.Beats >= before + 3);
        }, TimeSpan.FromSeconds(30), () => "three signs of life");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => writing);
        await pipe.Writer.CompleteAsync();
        await reading;
    }

    [Theory]
    [InlineData("<html>\n")]
    [InlineData("{\"term\":1}\n")]
    [InlineData("null\n")]
    public async Task Stream_OfSomethingElse_IsRefused(string text)
    {
        var reader = PipeReader.Create(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));
        await Should.ThrowAsync<InvalidDataException>(() => ViewStream.ReadAsync(reader, _ => { }, CancellationToken.None));
    }

    /// <summary>As it goes over the wire.</summary>
    private static SchedulerView Tell(SchedulerView known, SchedulerView? before, SchedulerView next, int size)
    {
        var changes = ViewChange.Between(before, next, size).ToArray();
        changes.SkipLast(1).ShouldAllBe(c => c.More);
        changes[^1].More.ShouldBeFalse();
        return changes.Aggregate(known, (view, change) => ViewChange.FromJson(change.ToJson()).Apply(view));
    }

    private static string Json(SchedulerView view) => JsonSerializer.Serialize(view);

    private sealed class Told : IDisposable
    {
        private readonly System.Threading.Channels.Channel<SchedulerView> _views = System.Threading.Channels.Channel.CreateUnbounded<SchedulerView>();
        private readonly CancellationTokenSource _enough = new(TimeSpan.FromSeconds(30));
        private int _beats;

        public int Beats => Volatile.Read(ref _beats);

        public void Hear(SchedulerView? view)
        {
            if (view is null)
                Interlocked.Increment(ref _beats);
            else
                _views.Writer.TryWrite(view);
        }

        public async Task<SchedulerView> NextAsync() => await _views.Reader.ReadAsync(_enough.Token);

        public void Dispose() => _enough.Dispose();
    }
}
