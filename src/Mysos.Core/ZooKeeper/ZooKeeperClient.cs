using System.Diagnostics;
using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Text;
using static Mysos.Core.ZooKeeper.ZooKeeperNative;

namespace Mysos.Core.ZooKeeper;

/// <summary>
/// One session, over Apache's C client. Calls are sent at once, in order, and answered in order; nobody's code runs on
/// the client's threads. With credentials in the url nodes are made so that only they may use them, otherwise anyone may.
/// </summary>
/// <remarks>
/// The observables of watches end with <see cref="ZooKeeperError.SessionExpired"/> when the session does, and complete
/// when the client is disposed. Calls on a disposed client throw <see cref="ObjectDisposedException"/>; those in flight
/// fail with <see cref="ZooKeeperError.ConnectionLoss"/>.
/// </remarks>
public sealed class ZooKeeperClient : IZooKeeper
{
    private static readonly TimeSpan ResolveAgain = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly ZooKeeperUrl _url;
    private readonly nint _id;
    private readonly byte[]? _session;
    private readonly BehaviorSubject<SessionState> _states = new(SessionState.Connecting);
    private readonly ZooKeeperWatches _watches = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Handle? _handle;
    private Task _told = Task.CompletedTask;
    private volatile SessionState _state = SessionState.Connecting;
    private int _timeoutMs;
    private bool _disposed;

    private ZooKeeperClient(ZooKeeperUrl url, TimeSpan sessionTimeout, byte[]? session)
    {
        _url = url;
        _session = session;
        // With less than a few milliseconds the C client would give up each attempt before an answer can come.
        _timeoutMs = (int)Math.Clamp(sessionTimeout.TotalMilliseconds, 100, int.MaxValue);
        _id = ZooKeeperCallbacks.Register(this);
    }

    public IObservable<SessionState> States => _states.AsObservable();

    public SessionState State => _state;

    public TimeSpan SessionTimeout => TimeSpan.FromMilliseconds(Volatile.Read(ref _timeoutMs));

    /// <summary>Id and password of the session.</summary>
    internal unsafe byte[] Session => new ReadOnlySpan<byte>(zoo_client_id(_handle!), ClientIdSize).ToArray();

    private unsafe AclVector* Acl => _url.Credentials is null ? ZooKeeperAcls.Open : ZooKeeperAcls.CreatorAll;

    /// <summary>
    /// Opens a session: tries until a server has answered or it is cancelled. The server may shorten or lengthen the
    /// timeout; see <see cref="SessionTimeout"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; names the servers.</exception>
    /// <exception cref="ZooKeeperException">The credentials were refused.</exception>
    /// <exception cref="DllNotFoundException">The C client is not installed; says what to install.</exception>
    public static Task<ZooKeeperClient> ConnectAsync(
        ZooKeeperUrl url, TimeSpan sessionTimeout, TimeProvider time, CancellationToken cancellation) =>
        ConnectAsync(url, sessionTimeout, session: null, time, cancellation);

    /// <param name="session">The <see cref="Session"/> of another client to go on with; null: a new one.</param>
    internal static async Task<ZooKeeperClient> ConnectAsync(
        ZooKeeperUrl url, TimeSpan sessionTimeout, byte[]? session, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(url);
        var client = new ZooKeeperClient(url, sessionTimeout, session);
        try
        {
            // On the pool: the C client resolves the names of the servers before it returns.
            while (!await Task.Run(client.TryOpen, cancellation).ConfigureAwait(false))
                await Task.Delay(ResolveAgain, time, cancellation).ConfigureAwait(false);
            await client._connected.Task.WaitAsync(cancellation).ConfigureAwait(false);
            await client._told.ConfigureAwait(false);
            return client;
        }
        catch (Exception e)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException)
                throw new OperationCanceledException($"No ZooKeeper server of {url.ConnectString} has answered.", e, cancellation);
            throw;
        }
    }

    public unsafe Task<string> CreateAsync(string path, ReadOnlyMemory<byte> data, CreateMode mode = CreateMode.Persistent) =>
        Send(new ZooKeeperCall<string>(this, "create", path), (handle, id) =>
        {
            fixed (byte* value = data.Span)
                return zoo_acreate(handle, path, value, data.Length, Acl, (int)mode, &ZooKeeperCallbacks.Created, id);
        });

    public unsafe Task<ZNode?> GetAsync(string path) =>
        Send(new ZooKeeperCall<ZNode?>(this, "read", path),
            (handle, id) => zoo_awget(handle, path, null, 0, &ZooKeeperCallbacks.Data, id));

    public Task<IReadOnlyList<string>?> ChildrenAsync(string path) => ChildrenAsync(path, watch: false);

    public unsafe Task<int> SetAsync(string path, ReadOnlyMemory<byte> data, int version = -1) =>
        Send(new ZooKeeperCall<int>(this, "set", path), (handle, id) =>
        {
            fixed (byte* value = data.Span)
                return zoo_aset(handle, path, value, data.Length, version, &ZooKeeperCallbacks.Versioned, id);
        });

    public unsafe Task DeleteAsync(string path, int version = -1) =>
        Send(new ZooKeeperCall<bool>(this, "delete", path),
            (handle, id) => zoo_adelete(handle, path, version, &ZooKeeperCallbacks.Done, id));

    public unsafe Task TransactAsync(IReadOnlyList<ZooKeeperOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count == 0)
            return Task.CompletedTask;
        var transaction = new ZooKeeperTransaction(this, operations);
        return Send(transaction, (handle, id) =>
        {
            using var native = new ZooKeeperOperations(operations, Acl);
            return zoo_amulti(handle, operations.Count, native.Operations, transaction.Results, &ZooKeeperCallbacks.TransactionDone, id);
        });
    }

    public IObservable<IReadOnlyList<string>> WatchChildren(string path) => _watches.Watch(path, async () =>
    {
        // A watch for children needs the node; without one, its creation is watched for.
        while (true)
        {
            if (await ChildrenAsync(path, watch: true).ConfigureAwait(false) is { } children)
                return children;
            if (!await ExistsAsync(path).ConfigureAwait(false))
                return [];
        }
    });

    public IObservable<Unit> WatchData(string path) => _watches.Watch(path, async () =>
    {
        await ExistsAsync(path).ConfigureAwait(false);
        return Unit.Default;
    });

    /// <summary>Ends the session, so that its ephemeral nodes go at once. Takes up to three seconds without a server.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        if (_handle is { } handle)
            await Task.Run(handle.Dispose).ConfigureAwait(false);
        ZooKeeperCallbacks.Unregister(_id);
        ZooKeeperCall.FailAll(this, -116);
        if (_state != SessionState.Expired)
            Tell(SessionState.Closed);
        _watches.SessionChanged();
        await _told.ConfigureAwait(false);
        _states.OnCompleted();
    }

    /// <summary>On the C client's thread.</summary>
    internal void OnSession(int state, int timeoutMs)
    {
        switch (state)
        {
            case ConnectedState:
                Volatile.Write(ref _timeoutMs, timeoutMs);
                Tell(SessionState.Connected);
                _connected.TrySetResult();
                _watches.SessionChanged();
                break;
            case ExpiredState:
                Tell(SessionState.Expired);
                _connected.TrySetException(ZooKeeperErrors.Create(ExpiredState, SessionState.Expired, "go on with the session for", _url.Path));
                _watches.SessionChanged();
                break;
            case AuthFailedState:
                Tell(SessionState.AuthFailed);
                _connected.TrySetException(new ZooKeeperException(
                    ZooKeeperError.AuthFailed, _url.Path, $"ZooKeeper at {_url.ConnectString} refused the credentials of the url."));
                _watches.SessionChanged();
                break;
            default:
                Tell(SessionState.Connecting);
                break;
        }
    }

    /// <summary>On the C client's thread.</summary>
    internal void OnWatch(string path) => _watches.Fired(path);

    private unsafe Task<IReadOnlyList<string>?> ChildrenAsync(string path, bool watch) =>
        Send(new ZooKeeperCall<IReadOnlyList<string>?>(this, "list the children of", path),
            (handle, id) => zoo_awget_children(handle, path, watch ? &ZooKeeperCallbacks.Watch : null, _id, &ZooKeeperCallbacks.Children, id));

    private unsafe Task<bool> ExistsAsync(string path) =>
        Send(new ZooKeeperCall<bool>(this, "watch", path),
            (handle, id) => zoo_awexists(handle, path, &ZooKeeperCallbacks.Watch, _id, &ZooKeeperCallbacks.Existing, id));

    private Task<T> Send<T>(ZooKeeperCall<T> call, Func<Handle, nint, int> send)
    {
        Debug.Assert(_handle is not null, "Only ConnectAsync hands a client out.");
        var id = call.Register();
        try
        {
            var code = send(_handle, id);
            // Some calls tell an ended session as another error.
            if (code != Ok)
                ZooKeeperCall.Take(id)?.Fail(_state is SessionState.Expired or SessionState.AuthFailed ? InvalidState : code);
        }
        catch (ObjectDisposedException)
        {
            // An expired session stays one, also when it was disposed since.
            if (_state == SessionState.Expired)
                ZooKeeperCall.Take(id)?.Fail(ExpiredState);
            else
                ZooKeeperCall.Take(id)?.Fail(new ObjectDisposedException(
                    nameof(ZooKeeperClient), $"The ZooKeeper session was closed; '{call.Path}' is not reached any more."));
        }
        catch (Exception e)
        {
            ZooKeeperCall.Take(id)?.Fail(e);
        }
        return call.Task;
    }

    /// <summary>False when the names of the servers cannot be resolved now.</summary>
    private unsafe bool TryOpen()
    {
        try
        {
            zoo_set_debug_level(LogErrors);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                "ZooKeeper's C client libzookeeper_mt.so.2 is missing: install Debian's package libzookeeper-mt2, or put the file next to the program.", e);
        }
        fixed (byte* session = _session)
        {
            var opened = zookeeper_init2(_url.ConnectString, &ZooKeeperCallbacks.Session, _timeoutMs, session, _id, 0, &ZooKeeperCallbacks.Log);
            if (opened == 0)
                return false;
            _handle = new Handle(opened);
        }
        if (_url.Credentials is { } credentials)
        {
            var cert = Encoding.UTF8.GetBytes(credentials);
            fixed (byte* bytes = cert)
                _ = zoo_add_auth(_handle, "digest", bytes, cert.Length, 0, 0);
        }
        return true;
    }

    /// <summary>The state changes now; observers hear of it in order, on the thread pool.</summary>
    private void Tell(SessionState state)
    {
        lock (_lock)
        {
            if (_state == state)
                return;
            _state = state;
            _told = _told.ContinueWith(
                _ => _states.OnNext(state), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
