using System.Reactive.Linq;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.History;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Tests.Stack;
using Mysos.Tests.ZooKeeper;

namespace Mysos.Tests.Scheduling;

/// <summary>What is kept of clusters that are gone, in the stores that there are.</summary>
public sealed class PastEventsStoreTests(ZooKeeperFixture fixture)
{
    private const string Anna = "anna from 10.0.0.7";

    [Fact]
    public async Task EventsOfADeletedCluster_InFiles_AreShownByTheNextScheduler()
    {
        var directory = Directory.CreateTempSubdirectory("mysos-past-");
        using (var store = new FileStateStore(directory.FullName))
            await DeleteAsync(store);
        using (var store = new FileStateStore(directory.FullName))
            await FindAsync(store);
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task EventsOfADeletedCluster_InZooKeeper_AreShownByTheNextScheduler()
    {
        await using var connection = new ZooKeeperConnection(await fixture.NewUrlAsync("mysos:secret"), TimeSpan.FromSeconds(10), TimeProvider.System);
        await DeleteAsync(new ZooKeeperStateStore(connection));
        await FindAsync(new ZooKeeperStateStore(connection));
        await connection.RetryAsync(zk => zk.DeleteTreeAsync(connection.Url.Path), ZooKeeperFixture.Deadline());
    }

    private static Task DeleteAsync(IStateStore store) => RunAsync(store, async (loop, _) =>
    {
        var wanted = new Cluster
        {
            Name = "shop", User = "u", NumNodes = 2, Size = ClusterSize.Default, Created = TimeProvider.System.GetUtcNow(),
            SealedPassword = "x", SealedReplicationPassword = "y",
        };
        await loop.AskAsync(id => new CreateRequested(id, wanted), CancellationToken.None);
        await loop.AskAsync(id => new DeleteRequested(id, "shop", wanted.Incarnation) { By = Anna }, CancellationToken.None);
        await Eventually.IsAsync(async () => (await store.LoadAsync(CancellationToken.None)).Keys.All(k => !StateJson.IsCluster(k)),
            TimeSpan.FromSeconds(10), () => "the end of the record");
    });

    private static Task FindAsync(IStateStore store) => RunAsync(store, (_, model) =>
    {
        var events = new FleetNews().Next(model.Current).Events;
        events.Select(e => (e.Cluster, e.Kind, e.By)).ShouldBe([("shop", "cluster_created", null), ("shop", "cluster_deleted", Anna), ("shop", "gone", null)]);
        model.Current.Clusters.ShouldBeEmpty();
        return Task.CompletedTask;
    });

    private static async Task RunAsync(IStateStore store, Func<SchedulerLoop, ReadModel, Task> during)
    {
        var settings = new SchedulerSettings { Role = "mysos", PublicZooKeeperUrl = "zk://z:2181/mysos", ExecutorCommand = new CommandInfo { Value = "x" } };
        using var model = new ReadModel();
        using var stop = new CancellationTokenSource();
        var loop = new SchedulerLoop(store, new ServerSets(), model, settings, new Lease(7, () => true), TimeProvider.System);
        var running = loop.RunAsync(Observable.Never<LoopEvent>(), stop.Token);
        await loop.Recovered.WaitAsync(TimeSpan.FromSeconds(10));
        await during(loop, model);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>Nobody is connected to Mesos; ServerSets go as they are asked to.</summary>
    private sealed class ServerSets : IEffectPerformer
    {
        public void Perform(Effect effect, Action<LoopEvent> report)
        {
            if (effect is RemoveServerSet remove)
                report(new ServerSetRemoved(remove.Cluster, remove.Incarnation));
        }
    }
}
