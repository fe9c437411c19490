using System.Reactive.Linq;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.Security;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;

namespace Mysos.Bench.Scale;

/// <summary>The scheduler without its web side: the real loop, decisions, Mesos client, state and ServerSets in ZooKeeper.</summary>
internal sealed class MeasuredScheduler : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly ZooKeeperConnection _zooKeeper;
    private readonly Task _running;

    public MeasuredScheduler(ZooKeeperUrl url, int mesosPort, Vault vault)
    {
        _zooKeeper = new ZooKeeperConnection(url, TimeSpan.FromSeconds(30), TimeProvider.System);
        var settings = new SchedulerSettings
        {
            Role = "mysos", Principal = "mysos", PublicZooKeeperUrl = url.ToString(),
            ExecutorCommand = new CommandInfo { Shell = true, Value = "exec ./mysos-executor" },
        };
        var framework = new FrameworkInfo { User = "bench", Name = "mysos", Principal = "mysos", Checkpoint = true };
        SchedulerLoop? loop = null;
        var session = new MesosSession(_http, new ListedMasters([$"127.0.0.1:{mesosPort}"]),
            () => FrameworkLife.Info(framework, loop!.State, settings), null, TimeProvider.System);
        var performer = new EffectPerformer(session, new ZooKeeperServerSets(_zooKeeper), vault,
            (effect, e) => Console.Error.WriteLine($"{effect.GetType().Name}: {e.Message}"), _stop.Token);
        loop = new SchedulerLoop(new ZooKeeperStateStore(_zooKeeper), performer, Views, settings, new Lease(1, () => true), TimeProvider.System);
        Loop = loop;
        _running = loop.RunAsync(session.Run().Select(MesosEvents.Translate).Where(e => e is not null).Select(e => e!), _stop.Token);
    }

    public SchedulerLoop Loop { get; }
    public ReadModel Views { get; } = new();

    /// <exception cref="InvalidOperationException">The scheduler has ended.</exception>
    public int Healthy => _running.IsFaulted ? throw new InvalidOperationException("The scheduler has ended.", _running.Exception) : Views.Current.Clusters.Values.Count(c => c.State == ClusterCondition.Healthy);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        await _zooKeeper.DisposeAsync();
        _http.Dispose();
        Views.Dispose();
        _stop.Dispose();
    }
}
