using System.Net.Http.Headers;
using System.Reactive.Linq;
using System.Threading.Channels;

namespace Mysos.Core.Mesos;

/// <summary>
/// Keeps the framework subscribed: finds the master, subscribes, reconnects with backoff after a close or five missed
/// heartbeats, follows redirects.
/// </summary>
public sealed class MesosSession(
    HttpClient http, IMasterDetector detector, Func<FrameworkInfo> framework, AuthenticationHeaderValue? credentials, TimeProvider time)
{
    private const int MissedHeartbeats = 5;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(10);
    private volatile SchedulerClient? _client;

    /// <summary>
    /// Runs the session while subscribed to: each event of Mesos, and <see cref="Lost"/> whenever the connection ended.
    /// Ends with an error only when Mesos says that the framework cannot go on (an ERROR event).
    /// </summary>
    public IObservable<Signal> Run() => Observable.Create<Signal>((observer, cancellation) => RunAsync(observer, cancellation));

    public abstract record Signal;
    public sealed record Event(SchedulerEvent Happened) : Signal;
    public sealed record Lost(string Reason) : Signal;

    /// <exception cref="MesosException">Not subscribed, or refused.</exception>
    public Task SendAsync(SchedulerCall call, CancellationToken cancellation) =>
        _client?.SendAsync(call, cancellation) ?? throw new MesosException(0, null, $"Not subscribed to Mesos; {call.Type} was not sent.");

    private async Task RunAsync(IObserver<Signal> observer, CancellationToken cancellation)
    {
        var backoff = FirstBackoff;
        Uri? redirect = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var master = redirect ?? await detector.FindAsync(cancellation).ConfigureAwait(false);
                redirect = null;
                await FollowAsync(master, observer, () => backoff = FirstBackoff, cancellation).ConfigureAwait(false);
                observer.OnNext(new Lost($"Mesos at {master.Authority} ended the event stream."));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (FrameworkRefusedException e)
            {
                observer.OnError(e);
                return;
            }
            catch (Exception e) when (e is MesosException or HttpRequestException or IOException or InvalidDataException
                or OperationCanceledException or ZooKeeper.ZooKeeperException)
            {
                redirect = (e as MesosException)?.Leader;
                observer.OnNext(new Lost(e.Message));
                if (redirect is not null && backoff == FirstBackoff)
                {
                    backoff *= 2;
                    continue;
                }
            }
            await Task.Delay(backoff, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    private async Task FollowAsync(Uri master, IObserver<Signal> observer, Action subscribed, CancellationToken cancellation)
    {
        using var client = new SchedulerClient(http, master, credentials);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var watchdog = time.CreateTimer(_ => silence.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var patience = TimeSpan.FromSeconds(15) * MissedHeartbeats;
        try
        {
            watchdog.Change(patience, Timeout.InfiniteTimeSpan);
            await foreach (var happened in client.SubscribeAsync(framework(), silence.Token).ConfigureAwait(false))
            {
                if (happened.Subscribed is { } first)
                {
                    patience = TimeSpan.FromSeconds(first.HeartbeatIntervalSeconds ?? 15) * MissedHeartbeats;
                    _client = client;
                    subscribed();
                }
                watchdog.Change(patience, Timeout.InfiniteTimeSpan);
                if (happened.Error is { } error)
                    throw new FrameworkRefusedException(error.Message);
                observer.OnNext(new Event(happened));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"Mesos at {master.Authority} was silent for {patience.TotalSeconds:F0} s; connecting anew.");
        }
        finally
        {
            _client = null;
        }
    }
}

/// <summary>Mesos' ERROR event: it will not serve this framework as it is.</summary>
public sealed class FrameworkRefusedException(string message) : Exception($"Mesos refuses the framework: {message}");
