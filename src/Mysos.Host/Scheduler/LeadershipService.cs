using System.Collections.Immutable;
using System.Reactive.Linq;
using System.Reactive.Threading.Tasks;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;
using Mysos.Host.Access.Sessions;
using Mysos.Host.Options;
using Mysos.Host.Telemetry;

namespace Mysos.Host.Scheduler;

/// <summary>
/// Takes part in the election of the leading scheduler: runs a term whenever this one leads, and follows the leader while
/// another does. On the way out the latch is given up only after the term has ended, so that the next leader never meets
/// this one.
/// </summary>
internal sealed partial class LeadershipService(
    SchedulerPlan plan, CurrentTerm door, ReadModel readModel, LeaderAddress leader, LeaderFollower follower, ListeningPort listening, FatalError fatal, MysosMetrics metrics,
    SessionRules sessions, IHostApplicationLifetime lifetime, ILogger<LeadershipService> log, ILoggerFactory loggers, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The web side may take long to end all connections; the next leader need not wait for that.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await RunAsync(await listening.Value.WaitAsync(ending.Token), ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // As told.
        }
    }

    private async Task RunAsync(int port, CancellationToken stopping)
    {
        await using var zooKeeper = new ZooKeeperConnection(plan.ZooKeeper, plan.Options.ZkSessionTimeout, time);
        await using var mesosZooKeeper = plan.Options.MesosMaster is MesosMaster.InZooKeeper { Url: var url }
            ? new ZooKeeperConnection(url, plan.Options.ZkSessionTimeout, time)
            : null;
        using var ended = new EndedSessions(zooKeeper, plan.ZooKeeper.At("sessions"), sessions, loggers.CreateLogger<EndedSessions>(), time);
        using var mesos = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var files = plan.Options.StateStorage == StateStorage.Local ? new FileStateStore(Path.Combine(plan.Options.WorkDir, "state")) : null;
        var stored = files ?? (IStateStore)new ZooKeeperStateStore(zooKeeper);
        var self = new LeaderData(plan.Options.AdvertiseHost, port, $"{Environment.MachineName}-{Environment.ProcessId}") { Tls = plan.Options.TlsCert is not null, Version = ProgramVersion.Text };
        await using var latch = new LeaderLatch(zooKeeper, LatchPath, self);
        using var following = latch.States.Subscribe(state => Locate(state, self), _ => leader.Current = null);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (latch.State is LatchState.Leading leading)
                    await LeadAsync(latch, leading, Parts(zooKeeper, mesosZooKeeper, leading, files, port), mesos, () => zooKeeper.LastConfirmed, stopping);
                else
                    await FollowAsync(latch, async cancellation => StoredView.Of(
                        await stored.LoadAsync(cancellation), plan.Settings(port), View(connected: true, []), time.GetUtcNow()), stopping);
            }
            catch (FrameworkChangedException e)
            {
                fatal.End(e);
                return;
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                TermEnded(e.Message);
                await Task.Delay(TryAgain, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task LeadAsync(
        LeaderLatch latch, LatchState.Leading leading, TermParts parts, HttpMessageHandler mesos, Func<DateTimeOffset?> confirmed,
        CancellationToken stopping)
    {
        Leading(leading.Term);
        var lease = new Lease(leading.Term, () => latch.State == leading);
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var lost = latch.States.FirstAsync(s => s != leading).ToTask(term.Token);
        var running = new SchedulerTerm(parts, lease, door, readModel, mesos, metrics.Waited, loggers.CreateLogger<SchedulerTerm>(), time).RunAsync(term.Token);
        try
        {
            if (await Task.WhenAny(running, lost) == lost)
                await term.CancelAsync();
            await running;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            TermEnded("the session with ZooKeeper is not confirmed, or has ended");
        }
        catch (NotLeadingException e) when (!stopping.IsCancellationRequested)
        {
            TermEnded(e.Message);
            // The latch hears of it too, in a moment.
            await Task.WhenAny(lost, Task.Delay(TryAgain, time, stopping));
        }
        finally
        {
            await term.CancelAsync();
            readModel.MarkStale(new Staleness(
                confirmed() ?? time.GetUtcNow(), "This scheduler led until then, and no other is known yet; this is what was known before."));
            door.Close();
        }
    }

    /// <summary>Until this one leads.</summary>
    private async Task FollowAsync(LeaderLatch latch, Func<CancellationToken, Task<SchedulerView>> stored, CancellationToken stopping)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var running = follower.RunAsync(stored, following.Token);
        try
        {
            await latch.States.FirstAsync(s => s is LatchState.Leading).ToTask(stopping);
        }
        finally
        {
            await following.CancelAsync();
            await running;
        }
    }

    private TermParts Parts(
        ZooKeeperConnection zooKeeper, ZooKeeperConnection? mesosZooKeeper, LatchState.Leading leading, FileStateStore? files, int port)
    {
        var fenced = new FencedConnection(zooKeeper, leading.Node);
        return new TermParts
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
            Store = files ?? (IStateStore)new ZooKeeperStateStore(fenced),
            ServerSets = new ZooKeeperServerSets(fenced),
            Vault = plan.Vault,
            Backups = plan.Options.BackupStoreArgs is { } directory ? new DirectoryBackupStore(directory) : null,
            ZooKeeper = zooKeeper.Connected.CombineLatest(LatchContenders.Watch(zooKeeper, LatchPath).StartWith(ImmutableArray<LeaderData>.Empty), View),
        };
    }

    private string LatchPath => plan.ZooKeeper.At("leader");

    /// <param name="schedulers">The leader first.</param>
    private ZooKeeperView View(bool connected, ImmutableArray<LeaderData> schedulers) => new()
    {
        Connected = connected, Url = plan.ZooKeeper.ToString(),
        Schedulers = [.. schedulers.Select((s, place) => new SchedulerMember($"{s.Host}:{s.Port}", place == 0, s.Version))],
    };

    /// <summary>A leader at this scheduler's own address is its predecessor, killed, whose session has not expired yet.</summary>
    private void Locate(LatchState state, LeaderData self) => leader.Current =
        state is LatchState.Following { Leader: var data } && (data.Host, data.Port) != (self.Host, self.Port)
            ? data.Address
            : null;

    [LoggerMessage(111, LogLevel.Information, "This scheduler leads, term {Term}")]
    private partial void Leading(long term);

    [LoggerMessage(112, LogLevel.Warning, "This scheduler acts no longer as the leader: {Reason}")]
    private partial void TermEnded(string reason);
}
