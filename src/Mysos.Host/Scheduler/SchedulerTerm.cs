using System.Net.Http.Headers;
using System.Reactive.Linq;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Mesos;
using Mysos.Core.Scheduling;
using Mysos.Core.Security;
using Mysos.Core.State;
using Mysos.Core.ZooKeeper;

namespace Mysos.Host.Scheduler;

/// <summary>What a term is made of, whoever leads.</summary>
internal sealed record TermParts
{
    public required SchedulerSettings Settings { get; init; }
    public required FrameworkInfo Framework { get; init; }
    public required IMasterDetector Masters { get; init; }
    public AuthenticationHeaderValue? MesosCredentials { get; init; }
    public required IStateStore Store { get; init; }
    public required IServerSets ServerSets { get; init; }
    public required Vault Vault { get; init; }
    public IBackupStore? Backups { get; init; }
    public required IObservable<ZooKeeperView> ZooKeeper { get; init; }
}

/// <summary>One leadership, from its election to its loss: recovers what is durable, subscribes to Mesos, and runs the loop.</summary>
internal sealed partial class SchedulerTerm(
    TermParts parts, Lease lease, CurrentTerm door, ReadModel readModel, HttpMessageHandler mesos, Action<TimeSpan> waited, ILogger<SchedulerTerm> log,
    TimeProvider time)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);
    private string? _lost;
    private string? _refused;

    /// <summary>Runs until cancelled, or until this scheduler must not act any longer.</summary>
    /// <exception cref="ConflictException">Another leader writes.</exception>
    /// <exception cref="NotLeadingException">The lease is over.</exception>
    /// <exception cref="FrameworkChangedException">The flags would make another framework.</exception>
    /// <exception cref="FrameworkFailedOverException">Mesos has another scheduler as this framework.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var http = new HttpClient(new LeaseHandler(lease, mesos), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        SchedulerLoop? loop = null;
        var session = new MesosSession(
            http, parts.Masters, () => FrameworkLife.Info(parts.Framework, loop!.State, parts.Settings), parts.MesosCredentials, time);
        var performer = new EffectPerformer(
            session, parts.ServerSets, parts.Vault, (effect, e) => EffectFailed(effect.GetType().Name, e.Message), ending.Token);
        loop = new SchedulerLoop(parts.Store, performer, readModel, parts.Settings, lease, time) { Waited = waited };

        // Subscribed to once the state is recovered.
        var events = Observable.Defer(() => FrameworkLife.WhyNot(loop.State.Record, parts.Settings) is { } problem
            ? Observable.Throw<LoopEvent>(new FrameworkChangedException(problem))
            : Events(session, loop));
        var zooKeeper = parts.ZooKeeper.Select(view => (LoopEvent)new ZooKeeperChanged(view));
        var running = loop.RunAsync(events.Merge(zooKeeper), ending.Token);
        try
        {
            await Task.WhenAny(loop.Recovered, running).ConfigureAwait(false);
            if (loop.Recovered.IsCompletedSuccessfully)
                door.Open(new ClusterService(loop, parts.Settings, parts.Vault, parts.Backups, time), lease);
            await running.ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>A refusal ends no term: the scheduler says what is wrong, and asks again.</summary>
    private IObservable<LoopEvent> Events(MesosSession session, SchedulerLoop loop) =>
        session.Run().Do(Note).Select(MesosEvents.Translate).Where(e => e is not null).Select(e => e!)
            .Catch((FrameworkRefusedException e) =>
            {
                if (e is FrameworkFailedOverException)
                    return Observable.Throw<LoopEvent>(e);
                var refused = new MesosRefused(e.Message, e is FrameworkRemovedException);
                var explained = FrameworkLife.Explain(refused, loop.State.Record, parts.Settings);
                // Asked again and again, it is told once.
                if (explained != _refused)
                    Refused(_refused = explained);
                return Observable.Return<LoopEvent>(refused)
                    .Concat(Observable.Timer(AskAgain, new TimeProviderScheduler(time)).SelectMany(_ => Events(session, loop)));
            });

    private void Note(MesosSession.Signal signal)
    {
        switch (signal)
        {
            // Tried again and again, it is told once.
            case MesosSession.Lost lost when lost.Reason == _lost: break;
            case MesosSession.Lost lost: Disconnected(_lost = lost.Reason); break;
            case MesosSession.Event { Happened.Subscribed: { } subscribed }:
                _lost = null;
                Subscribed(subscribed.FrameworkId.Value);
                break;
            case MesosSession.NotUnderstood said: NotUnderstood(said.What); break;
        }
    }

    [LoggerMessage(101, LogLevel.Information, "Subscribed to Mesos as framework {Framework}")]
    private partial void Subscribed(string framework);

    [LoggerMessage(105, LogLevel.Error, "{Reason}")]
    private partial void Refused(string reason);

    [LoggerMessage(102, LogLevel.Warning, "Not connected to Mesos: {Reason}")]
    private partial void Disconnected(string reason);

    [LoggerMessage(103, LogLevel.Warning, "{Effect} was not performed: {Reason}")]
    private partial void EffectFailed(string effect, string reason);

    [LoggerMessage(104, LogLevel.Warning, "Not all that Mesos said was understood: {What}")]
    private partial void NotUnderstood(string what);
}
