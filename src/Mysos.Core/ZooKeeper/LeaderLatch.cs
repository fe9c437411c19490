using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Threading.Channels;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// Elects one leader among the processes that make a latch on the same path: each has an ephemeral sequential node there,
/// and the lowest leads. A contender watches the node before its own, the leader's (to know where it is), and its own.
/// </summary>
/// <remarks>
/// Leading ends at once when the session is not confirmed in time (<see cref="ZooKeeperConnection.IsConfirmed"/>), which
/// is before the server could let another lead; with the same session it comes back. <see cref="IsLeading"/> asks the
/// clock itself: use it right before what only a leader may do.
/// </remarks>
public sealed class LeaderLatch : IAsyncDisposable
{
    private const int SequenceDigits = 10;

    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRelease = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Lock _telling = new();
    private readonly ZooKeeperConnection _connection;
    private readonly string _path;
    private readonly byte[] _data;
    private readonly CancellationTokenSource _stop = new();
    private readonly BehaviorSubject<LatchState> _states = new(LatchState.Unknown.Instance);
    private readonly IDisposable _lease;
    private readonly Task _running;
    private (IZooKeeper? Session, LatchState State) _seen = (null, LatchState.Unknown.Instance);
    private string _mark = "";
    private bool _over;

    /// <summary>Joins at once and again after each lost session, until it is released.</summary>
    /// <param name="path">Where the contenders' nodes are; made when missing.</param>
    /// <param name="self">What followers are told while this one leads.</param>
    public LeaderLatch(ZooKeeperConnection connection, string path, LeaderData self)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(self);
        (_connection, _path, _data) = (connection, path, self.ToJson());
        _lease = connection.Confirmed.Subscribe(_ => Tell());
        _running = Task.Run(RunAsync);
    }

    /// <summary>The state now, then each change.</summary>
    public IObservable<LatchState> States => _states.DistinctUntilChanged();

    public LatchState State
    {
        get
        {
            lock (_lock)
            {
                var (session, state) = _seen;
                return session is not null && _connection.IsConfirmedFor(session) ? state : LatchState.Unknown.Instance;
            }
        }
    }

    /// <summary>Whether this one leads now, by the clock.</summary>
    public bool IsLeading => State is LatchState.Leading;

    /// <summary>Stops leading, then leaves, so that the next can lead at once. Final.</summary>
    public async Task ReleaseAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            await _running.ConfigureAwait(false);
            return;
        }
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _lease.Dispose();
        var session = _seen.Session;
        See(null, LatchState.Unknown.Instance);
        if (session is not null)
            await LeaveAsync(session).ConfigureAwait(false);
        End(_states.OnCompleted);
    }

    public async ValueTask DisposeAsync() => await ReleaseAsync().ConfigureAwait(false);

    private async Task RunAsync()
    {
        IZooKeeper? last = null;
        while (true)
        {
            try
            {
                var session = await _connection.SessionAsync(_stop.Token).ConfigureAwait(false);
                if (!ReferenceEquals(session, last))
                {
                    // The mark finds the node again when the answer to its creation was lost. A session has its own: a
                    // node of the one before would go away.
                    (last, _mark) = (session, $"{Guid.NewGuid():N}-");
                    See(session, LatchState.Unknown.Instance);
                }
                await CompeteAsync(session).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException e) when (e.ObjectName == nameof(ZooKeeperConnection))
            {
                // Its session has ended with it, and so has the node.
                See(null, LatchState.Unknown.Instance);
                return;
            }
            catch (Exception e) when (ZooKeeperConnection.IsLost(e))
            {
                await PauseAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                See(null, LatchState.Unknown.Instance);
                End(() => _states.OnError(e));
                return;
            }
        }
    }

    /// <summary>Ends by an error only: a lost connection, an expired session, or the release.</summary>
    private async Task CompeteAsync(IZooKeeper session)
    {
        await session.EnsurePathAsync(_path).WaitAsync(_stop.Token).ConfigureAwait(false);
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var watches = new Dictionary<string, IDisposable>();
        try
        {
            while (true)
            {
                var watched = await LookAsync(session).ConfigureAwait(false);
                foreach (var gone in watches.Keys.Except(watched).ToList())
                {
                    watches[gone].Dispose();
                    watches.Remove(gone);
                }
                // A new watch signals once it is armed, so what changed between the look and that is seen by another look.
                foreach (var path in watched.Except(watches.Keys).ToList())
                {
                    // Also the watch's end is a reason to look: that tells what has happened to the session.
                    watches[path] = session.WatchData(path).Materialize().Subscribe(_ => changes.Writer.TryWrite(true));
                }
                await changes.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var watch in watches.Values)
                watch.Dispose();
        }
    }

    /// <summary>Joins if need be, finds out who leads, and returns the nodes whose end could change it.</summary>
    private async Task<IReadOnlyCollection<string>> LookAsync(IZooKeeper session)
    {
        while (true)
        {
            var nodes = (await session.ChildrenAsync(_path).WaitAsync(_stop.Token).ConfigureAwait(false) ?? [])
                .Where(name => Sequence(name) is not null).OrderBy(Sequence).ToList();
            var mine = nodes.FindAll(IsMine);
            if (mine.Count == 0)
            {
                See(session, LatchState.Unknown.Instance);
                await session.CreateAsync($"{_path}/{_mark}", _data, CreateMode.EphemeralSequential).ConfigureAwait(false);
                continue;
            }
            var node = $"{_path}/{mine[0]}";
            // Two: an answer was lost and the first look after it came from a server that lagged.
            foreach (var extra in mine.Skip(1))
                await session.DeleteAsync($"{_path}/{extra}").ConfigureAwait(false);
            var place = nodes.IndexOf(mine[0]);
            if (place == 0)
            {
                See(session, new LatchState.Leading(node));
                return [node];
            }
            var leader = $"{_path}/{nodes[0]}";
            if (await session.GetAsync(leader).WaitAsync(_stop.Token).ConfigureAwait(false) is not { } first)
                continue;
            See(session, LeaderData.FromJson(first.Data) is { } data ? new LatchState.Following(data) : LatchState.Unknown.Instance);
            return new HashSet<string> { node, leader, $"{_path}/{nodes[place - 1]}" };
        }
    }

    private async Task LeaveAsync(IZooKeeper session)
    {
        using var deadline = new CancellationTokenSource(LongestRelease, _connection.Time);
        while (true)
        {
            try
            {
                var nodes = await session.ChildrenAsync(_path).WaitAsync(deadline.Token).ConfigureAwait(false) ?? [];
                foreach (var name in nodes.Where(IsMine))
                    await session.DeleteAsync($"{_path}/{name}").WaitAsync(deadline.Token).ConfigureAwait(false);
                return;
            }
            catch (ZooKeeperException e) when (e.Error is ZooKeeperError.ConnectionLoss or ZooKeeperError.Timeout or ZooKeeperError.NoNode)
            {
                await Task.WhenAny(Task.Delay(TryAgain, _connection.Time, deadline.Token)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ZooKeeperException or ObjectDisposedException or OperationCanceledException)
            {
                // The node went with its session, or will.
                return;
            }
        }
    }

    private bool IsMine(string name) => _mark.Length > 0 && name.StartsWith(_mark, StringComparison.Ordinal);

    private async Task PauseAsync()
    {
        // WhenAny: being stopped is told by what follows.
        await Task.WhenAny(Task.Delay(TryAgain, _connection.Time, _stop.Token)).ConfigureAwait(false);
    }

    private void See(IZooKeeper? session, LatchState state)
    {
        lock (_lock)
            _seen = (session, state);
        Tell();
    }

    private void Tell()
    {
        lock (_telling)
        {
            if (_over)
                return;
            var now = State;
            if (now != _states.Value)
                _states.OnNext(now);
        }
    }

    private void End(Action tell)
    {
        lock (_telling)
        {
            _over = true;
            tell();
        }
    }

    internal static long? Sequence(string name) =>
        name.Length > SequenceDigits && long.TryParse(name.AsSpan(name.Length - SequenceDigits), out var sequence) ? sequence : null;
}
