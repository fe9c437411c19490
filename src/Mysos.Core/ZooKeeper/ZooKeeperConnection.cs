using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// Keeps a session: when one has expired, opens the next. Also keeps a lease by its own clock, because a client hears of
/// an expiry only once it is connected again: see <see cref="IsConfirmed"/>.
/// </summary>
public sealed class ZooKeeperConnection : IZooKeeperConnection, IAsyncDisposable
{
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Lock _telling = new();
    private readonly Func<CancellationToken, Task<IZooKeeper>> _connect;
    private readonly CancellationTokenSource _stop = new();
    private readonly BehaviorSubject<bool> _connected = new(false);
    private readonly BehaviorSubject<bool> _confirmed = new(false);
    private readonly ITimer _leaseEnd;
    private readonly Task _running;
    private TaskCompletionSource<IZooKeeper> _next = NewSource();
    private IZooKeeper? _session;
    private long? _confirmedAt;
    private DateTimeOffset? _lastConfirmed;

    /// <summary>Starts to connect, and goes on until it is disposed.</summary>
    public ZooKeeperConnection(ZooKeeperUrl url, TimeSpan sessionTimeout, TimeProvider time)
        : this(url, async cancellation => await ZooKeeperClient.ConnectAsync(url, sessionTimeout, time, cancellation).ConfigureAwait(false), time)
    {
    }

    /// <param name="connect">Opens a session, trying until one is there or it is cancelled.</param>
    public ZooKeeperConnection(ZooKeeperUrl url, Func<CancellationToken, Task<IZooKeeper>> connect, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (Url, _connect, Time) = (url, connect, time);
        _leaseEnd = time.CreateTimer(_ => EndLease(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _running = Task.Run(RunAsync);
    }

    public ZooKeeperUrl Url { get; }

    /// <summary>Whether a server is connected: now, then each change.</summary>
    public IObservable<bool> Connected => _connected.DistinctUntilChanged();

    /// <summary><see cref="IsConfirmed"/> now, then each change.</summary>
    public IObservable<bool> Confirmed => _confirmed.DistinctUntilChanged();

    /// <summary>
    /// Less than two thirds of the session timeout ago a question was sent that the server answered. As long as this
    /// holds the server cannot have ended the session, however slow clocks and network are. False after that.
    /// </summary>
    public bool IsConfirmed
    {
        get
        {
            lock (_lock)
                return _session is not null && IsConfirmedFor(_session);
        }
    }

    /// <summary>When the last question was sent that the server has answered; null before the first.</summary>
    public DateTimeOffset? LastConfirmed
    {
        get
        {
            lock (_lock)
                return _lastConfirmed;
        }
    }

    internal TimeProvider Time { get; }

    /// <summary>The session that lives now, else the next one. It may expire at any time.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="ZooKeeperException">The credentials were refused: there will be no session.</exception>
    public Task<IZooKeeper> SessionAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return _next.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task<T> RetryAsync<T>(Func<IZooKeeper, Task<T>> operation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        for (var pause = FirstBackoff; ; pause = pause * 2 < LongestBackoff ? pause * 2 : LongestBackoff)
        {
            var session = await SessionAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await operation(session).WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (IsLost(e))
            {
                await Task.Delay(pause, Time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public async Task RetryAsync(Func<IZooKeeper, Task> operation, CancellationToken cancellation) =>
        await RetryAsync(async session =>
        {
            await operation(session).ConfigureAwait(false);
            return true;
        }, cancellation).ConfigureAwait(false);

    /// <summary>Ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _leaseEnd.DisposeAsync().ConfigureAwait(false);
        lock (_telling)
        {
            _connected.OnCompleted();
            _confirmed.OnCompleted();
        }
        _stop.Dispose();
    }

    /// <summary>As <see cref="IsConfirmed"/>, and this session is the one that lives.</summary>
    internal bool IsConfirmedFor(IZooKeeper session)
    {
        lock (_lock)
        {
            return ReferenceEquals(session, _session) && session.State is not (SessionState.Expired or SessionState.Closed)
                && _confirmedAt is { } at && Time.GetElapsedTime(at) < Lease(session);
        }
    }

    internal static bool IsLost(Exception error) =>
        error is ZooKeeperException { Error: ZooKeeperError.ConnectionLoss or ZooKeeperError.Timeout or ZooKeeperError.SessionExpired }
        || (error is ObjectDisposedException { ObjectName: nameof(ZooKeeperClient) });

    private static TimeSpan Lease(IZooKeeper session) => session.SessionTimeout * 2 / 3;

    private static TaskCompletionSource<IZooKeeper> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var session = await _connect(_stop.Token).ConfigureAwait(false);
                await using (session.ConfigureAwait(false))
                    await HoldAsync(session).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _next.TrySetException(new ObjectDisposedException(nameof(ZooKeeperConnection), $"The connection to ZooKeeper at {Url} was closed."));
        }
        catch (Exception e)
        {
            // Refused credentials or a missing library: whoever wants a session is told.
            _next.TrySetException(e);
        }
        // Nobody may be waiting.
        _ = _next.Task.Exception;
    }

    private async Task HoldAsync(IZooKeeper session)
    {
        var ended = NewSource();
        lock (_lock)
        {
            _session = session;
            _confirmedAt = null;
            _next.SetResult(session);
        }
        try
        {
            using var states = session.States.Subscribe(state =>
            {
                lock (_telling)
                    _connected.OnNext(state == SessionState.Connected);
                if (state == SessionState.Connected)
                    _ = PingAsync(session);
                else if (state != SessionState.Connecting)
                    ended.TrySetResult(session);
            });
            while (!ended.Task.IsCompleted)
            {
                await Task.WhenAny(ended.Task, Task.Delay(session.SessionTimeout / 3, Time, _stop.Token)).ConfigureAwait(false);
                _stop.Token.ThrowIfCancellationRequested();
                _ = PingAsync(session);
            }
        }
        finally
        {
            lock (_lock)
            {
                _session = null;
                _confirmedAt = null;
                _next = NewSource();
            }
            lock (_telling)
                _connected.OnNext(false);
            TellConfirmed();
        }
    }

    /// <summary>Never fails. A refusal to read the root is an answer too.</summary>
    private async Task PingAsync(IZooKeeper session)
    {
        // The server counts from when the question came, which is not before it was sent.
        var sent = Time.GetTimestamp();
        var sentTime = Time.GetUtcNow();
        try
        {
            await session.GetAsync("/").ConfigureAwait(false);
        }
        catch (ZooKeeperException e) when (e.Error == ZooKeeperError.NoAuth)
        {
        }
        catch (Exception e) when (e is ZooKeeperException or ObjectDisposedException)
        {
            return;
        }
        lock (_lock)
        {
            if (!ReferenceEquals(session, _session) || _confirmedAt > sent)
                return;
            _confirmedAt = sent;
            _lastConfirmed = sentTime;
            SetLeaseEnd(session, sent);
        }
        TellConfirmed();
    }

    private void EndLease()
    {
        lock (_lock)
        {
            // A timer may come a moment early.
            if (_session is not null && _confirmedAt is { } at && IsConfirmedFor(_session))
                SetLeaseEnd(_session, at);
        }
        TellConfirmed();
    }

    private void SetLeaseEnd(IZooKeeper session, long confirmedAt)
    {
        var left = Lease(session) - Time.GetElapsedTime(confirmedAt) + TimeSpan.FromMilliseconds(1);
        _leaseEnd.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void TellConfirmed()
    {
        lock (_telling)
        {
            var now = IsConfirmed;
            if (now != _confirmed.Value)
                _confirmed.OnNext(now);
        }
    }
}
