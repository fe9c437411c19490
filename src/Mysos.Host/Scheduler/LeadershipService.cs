using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Options;

namespace Mysos.Host.Scheduler;

/// <summary>
/// Takes part in the election of the leading scheduler, and runs a term whenever this one leads. On the way out the latch
/// is given up only after the term has ended, so that the next leader never meets this one.
/// </summary>
internal sealed partial class LeadershipService(
    SchedulerPlan plan, CurrentTerm door, ReadModel readModel, LeaderAddress leader, ListeningPort listening,
    ILogger<LeadershipService> log, ILoggerFactory loggers, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var port = await listening.Value.WaitAsync(stoppingToken);
        await using var zooKeeper = new ZooKeeperConnection(plan.ZooKeeper, SessionTimeout, time);
        await using var mesosZooKeeper = plan.Options.MesosMaster is MesosMaster.InZooKeeper { Url: var url }
            ? new ZooKeeperConnection(url, SessionTimeout, time)
            : null;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var parts = Parts(zooKeeper, mesosZooKeeper, port);
        var self = new LeaderData(plan.Options.AdvertiseHost, port, $"{Environment.MachineName}-{Environment.ProcessId}");
        await using var latch = new LeaderLatch(zooKeeper, plan.ZooKeeper.At("leader"), self);
        using var following = latch.States.Subscribe(state => Follow(state, self));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await latch.States.FirstAsync(s => s is LatchState.Leading).ToTask(stoppingToken);
                await LeadAsync(latch, parts, http, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                TermEnded(e.Message);
                await Task.Delay(TryAgain, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LeadAsync(LeaderLatch latch, TermParts parts, HttpClient http, CancellationToken stopping)
    {
        Leading();
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var lost = latch.States.Where(s => s is not LatchState.Leading).Take(1).Subscribe(_ => term.Cancel());
        try
        {
            await new SchedulerTerm(parts, door, readModel, http, loggers.CreateLogger<SchedulerTerm>(), time).RunAsync(term.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            TermEnded("the session with ZooKeeper is not confirmed");
        }
    }

    private TermParts Parts(ZooKeeperConnection zooKeeper, ZooKeeperConnection? mesosZooKeeper, int port) => new()
    {
        Settings = plan.Settings(port),
        Framework = plan.Framework(port),
        Masters = plan.Options.MesosMaster switch
        {
            MesosMaster.Listed listed => new ListedMasters(listed.Endpoints),
            MesosMaster.InZooKeeper there => new ZooKeeperMasters(mesosZooKeeper!.SessionAsync, there.Url.Path, time),
            var other => throw new InvalidOperationException($"{other} is no master that can be found."),
        },
        MesosCredentials = plan.MesosCredentials,
        Store = plan.Options.StateStorage == StateStorage.Zk
            ? new ZooKeeperStateStore(zooKeeper)
            : new FileStateStore(Path.Combine(plan.Options.WorkDir, "state")),
        ServerSets = new ZooKeeperServerSets(zooKeeper),
        Vault = plan.Vault,
        Backups = plan.Options.BackupStoreArgs is { } directory ? new DirectoryBackupStore(directory) : null,
        ZooKeeper = zooKeeper.Connected.Select(connected => new ZooKeeperView { Connected = connected, Url = plan.ZooKeeper.ToString() }),
    };

    /// <summary>A leader at this scheduler's own address is its predecessor, killed, whose session has not expired yet.</summary>
    private void Follow(LatchState state, LeaderData self) => leader.Current =
        state is LatchState.Following { Leader: var data } && (data.Host, data.Port) != (self.Host, self.Port)
            ? new UriBuilder("http", data.Host, data.Port).Uri
            : null;

    [LoggerMessage(111, LogLevel.Information, "This scheduler leads")]
    private partial void Leading();

    [LoggerMessage(112, LogLevel.Warning, "This scheduler acts no longer as the leader: {Reason}")]
    private partial void TermEnded(string reason);
}
