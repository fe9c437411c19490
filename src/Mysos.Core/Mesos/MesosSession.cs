using System.Net.Http.Headers;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Mesos;

/// <summary>
/// Keeps the framework subscribed: finds the leading master, subscribes, and subscribes again, with backoff, when the
/// stream has ended, five heartbeats were missed, another master was elected, or a call says that the subscription is no more.
/// </summary>
public sealed class MesosSession(
    HttpClient http, IMasterDetector detector, Func<FrameworkInfo> framework, AuthenticationHeaderValue? credentials, TimeProvider time)
{
    private const int MissedHeartbeats = 5;
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);
    /// <summary>A master that leads answers within milliseconds.</summary>
    private static readonly TimeSpan SubscribeTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    /// <summary>Short beside the ten seconds in which standbys still point to a dead leader.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    private volatile Subscription? _subscription;

    /// <summary>What happens while somebody listens. Sequential; each listener would be a subscriber of its own.</summary>
    /// <remarks>
    /// Ends with a <see cref="FrameworkRefusedException"/> only: Mesos does not serve this framework, or serves another
    /// scheduler as it.
    /// </remarks>
    public IObservable<Signal> Run() => Observable.Create<Signal>((observer, cancellation) => RunAsync(observer, cancellation));

    public abstract record Signal;
    public sealed record Event(SchedulerEvent Happened) : Signal;
    /// <summary>Not subscribed (any longer); it is tried again.</summary>
    public sealed record Lost(string Reason) : Signal;
    /// <summary>Mesos said something that this version does not know.</summary>
    public sealed record NotUnderstood(string What) : Signal;

    /// <exception cref="MesosException">Not subscribed, refused, or not answered.</exception>
    public async Task SendAsync(SchedulerCall call, CancellationToken cancellation)
    {
        if (_subscription is not { } current)
            throw new MesosException(MesosOutcome.NotSubscribed, $"Not subscribed to Mesos; {call.Type} was not sent.");
        try
        {
            await current.Client.SendAsync(call, cancellation).ConfigureAwait(false);
        }
        catch (MesosException e) when (e.Outcome is MesosOutcome.NotSubscribed or MesosOutcome.Redirected or MesosOutcome.Unauthorized)
        {
            // All later calls would be answered so; subscribing again tells why.
            current.End(e.Message);
            throw;
        }
    }

    private async Task RunAsync(IObserver<Signal> observer, CancellationToken cancellation)
    {
        var elected = new BehaviorSubject<Uri?>(null);
        using var watching = detector.Elected.Subscribe(elected.OnNext);
        var backoff = FirstBackoff;
        while (!cancellation.IsCancellationRequested)
        {
            var (known, started) = (elected.Value, time.GetTimestamp());
            Uri? found = null;
            try
            {
                found = await detector.FindAsync(cancellation).ConfigureAwait(false);
                await AttemptAsync(found, Others(), observer, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (MesosException e) when (e.Outcome is MesosOutcome.Unauthorized or MesosOutcome.Rejected)
            {
                throw new FrameworkRefusedException(e.Message);
            }
            catch (Exception e) when (e is MesosException or HttpRequestException or IOException or InvalidDataException or ZooKeeperException)
            {
                observer.OnNext(new Lost(e.Message));
            }
            if (time.GetElapsedTime(started) > LongestBackoff)
                backoff = FirstBackoff;
            if (await WaitAsync(backoff, Others(), cancellation).ConfigureAwait(false))
                backoff = FirstBackoff;
            else
                backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;

            IObservable<Uri> Others() => elected.Where(m => m is not null && m != known && m != found).Select(m => m!);
        }
    }

    /// <summary>Follows one redirect: a second one says that the masters do not agree yet.</summary>
    private async Task AttemptAsync(Uri found, IObservable<Uri> others, IObserver<Signal> observer, CancellationToken cancellation)
    {
        Uri leader;
        try
        {
            await FollowAsync(found, others, observer, cancellation).ConfigureAwait(false);
            return;
        }
        catch (MesosException e) when (e is { Outcome: MesosOutcome.Redirected, Leader: { } other })
        {
            leader = other;
        }
        try
        {
            await FollowAsync(leader, others, observer, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw new MesosException(
                MesosOutcome.Unavailable, $"Mesos at {found.Authority} redirects to {leader.Authority}, which does not answer: {e.Message}", e);
        }
    }

    /// <returns>Whether another master was elected meanwhile.</returns>
    private async Task<bool> WaitAsync(TimeSpan backoff, IObservable<Uri> others, CancellationToken cancellation)
    {
        var elected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watching = others.Subscribe(_ => elected.TrySetResult());
        await elected.Task.WaitAsync(backoff, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return elected.Task.IsCompleted;
    }

    /// <summary>From SUBSCRIBE to the end of its stream, which is an exception.</summary>
    private async Task FollowAsync(Uri master, IObservable<Uri> others, IObserver<Signal> observer, CancellationToken cancellation)
    {
        using var subscription = new Subscription(
            new SchedulerClient(http, master, credentials, time, what => observer.OnNext(new NotUnderstood(what))), cancellation);
        using var moving = others.Where(other => other != master)
            .Subscribe(other => subscription.End($"Mesos has elected {other.Authority} instead of {master.Authority}."));
        var patience = SubscribeTimeout;
        using var watchdog = time.CreateTimer(
            _ => subscription.End($"Mesos at {master.Authority} was silent for {patience.TotalSeconds:F0} s."), null, patience, Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var happened in subscription.Client.SubscribeAsync(framework(), subscription.Ended).ConfigureAwait(false))
            {
                if (happened.Subscribed is { } first)
                {
                    patience = MissedHeartbeats * (first.HeartbeatIntervalSeconds is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : HeartbeatInterval);
                    _subscription = subscription;
                }
                if (_subscription is not null)
                    watchdog.Change(patience, Timeout.InfiniteTimeSpan);
                if (happened.Error is { } error)
                    throw FrameworkRefusedException.FromError(error.Message);
                observer.OnNext(new Event(happened));
            }
            throw new MesosException(MesosOutcome.Unavailable, $"Mesos at {master.Authority} ended the event stream.");
        }
        catch (Exception e) when (subscription.Reason is { } reason && !cancellation.IsCancellationRequested && e is not FrameworkRefusedException)
        {
            throw new MesosException(MesosOutcome.Unavailable, reason, e);
        }
        catch (IOException e)
        {
            throw new MesosException(MesosOutcome.Unavailable, $"The event stream of Mesos at {master.Authority} broke: {e.Message}", e);
        }
        finally
        {
            _subscription = null;
        }
    }

    /// <summary>A stream, and why this side has ended it.</summary>
    private sealed class Subscription(SchedulerClient client, CancellationToken cancellation) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        private bool _over;

        public SchedulerClient Client { get; } = client;
        public CancellationToken Ended => _ended.Token;
        public string? Reason { get; private set; }

        public void End(string reason)
        {
            lock (_lock)
            {
                if (_over || Reason is not null)
                    return;
                Reason = reason;
                _ = _ended.CancelAsync();
            }
        }

        public void Dispose()
        {
            lock (_lock)
                _over = true;
            Client.Dispose();
            _ended.Dispose();
        }
    }
}
