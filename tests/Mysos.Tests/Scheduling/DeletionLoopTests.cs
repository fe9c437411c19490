using System.Reactive.Linq;
using System.Reactive.Subjects;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Tests.Stack;

namespace Mysos.Tests.Scheduling;

/// <summary>The end of a cluster's record, and what is noted of the cluster before it.</summary>
public sealed class DeletionLoopTests : IAsyncDisposable
{
    private static readonly SchedulerSettings s_settings = new()
    {
        Role = "mysos", PublicZooKeeperUrl = "zk://z:2181/mysos", ExecutorCommand = new CommandInfo { Value = "x" },
    };

    private readonly GatedStore _store = new();
    private readonly ReadModel _readModel = new();
    private readonly Subject<LoopEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulerLoop _loop;
    private readonly Task _running;

    public DeletionLoopTests()
    {
        _loop = new SchedulerLoop(_store, new Nothing(), _readModel, s_settings, new Lease(7, () => true), TimeProvider.System);
        _running = _loop.RunAsync(_events, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _readModel.Dispose();
        _events.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Delete_RecordGoesOnlyOnceItsEventsAreDurable_AndOtherClustersDoNotWait()
    {
        await HoldUpNoteOfDeletedAsync();
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("b")), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        _store.Documents.ShouldContainKey("clusters/a");
        _store.Open();
        await Eventually.IsAsync(() => Task.FromResult(!_store.Documents.ContainsKey("clusters/a")), TimeSpan.FromSeconds(10), () => "the end of the record");
        Past().Clusters.ShouldHaveSingleItem().Events.Select(e => e.Kind).ShouldBe(["cluster_created", "cluster_deleted", "gone"]);
    }

    [Fact]
    public async Task Create_UnderTheNameOfOneThatGoes_IsWrittenOnlyOnceItsEventsAreDurable()
    {
        await HoldUpNoteOfDeletedAsync();
        var again = _loop.AskAsync(id => new CreateRequested(id, Wanted("a") with { User = "next" }), CancellationToken.None);
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("b")), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        again.IsCompleted.ShouldBeFalse();
        StateJson.ReadCluster("a", _store.Documents["clusters/a"]).User.ShouldBe("u");
        _store.Open();
        await again.WaitAsync(TimeSpan.FromSeconds(10));
        StateJson.ReadCluster("a", _store.Documents["clusters/a"]).User.ShouldBe("next");
        Past().Clusters.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Delete_ItsEventsCannotBeWritten_TheLoopEndsAndTheRecordStays()
    {
        await HoldUpNoteOfDeletedAsync();
        _store.Conflict = true;
        _store.Open();
        await Should.ThrowAsync<ConflictException>(() => _running);
        _store.Documents.ShouldContainKey("clusters/a");
    }

    /// <summary>Cluster a is at its end, and the document with its events is held up.</summary>
    private async Task HoldUpNoteOfDeletedAsync()
    {
        await _loop.Recovered;
        await _loop.AskAsync(id => new CreateRequested(id, Wanted("a")), CancellationToken.None);
        var incarnation = Wanted("a").Incarnation;
        await _loop.AskAsync(id => new DeleteRequested(id, "a", incarnation), CancellationToken.None);
        _store.Close(StateJson.PastKey);
        _events.OnNext(new ServerSetRemoved("a", incarnation));
        await _store.Waiting.ReadAsync();
    }

    private PastClusters Past() => StateJson.ReadPast(_store.Documents.ToDictionary(d => d.Key, d => new StoredDocument(d.Value, 0)));

    private static Cluster Wanted(string name) => new()
    {
        Name = name, User = "u", NumNodes = 1, Size = ClusterSize.Default, Created = DateTimeOffset.UnixEpoch,
        SealedPassword = "x", SealedReplicationPassword = "y",
    };

    /// <summary>Effects have no results.</summary>
    private sealed class Nothing : IEffectPerformer
    {
        public void Perform(Effect effect, Action<LoopEvent> report)
        {
        }
    }
}
