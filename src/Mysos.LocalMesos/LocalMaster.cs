using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Http;

namespace Mysos.LocalMesos;

/// <summary>One master of a <see cref="LocalMesosCluster"/>. Without ZooKeeper there is one, and it leads.</summary>
public sealed class LocalMaster
{
    private readonly Engine _engine;
    private readonly ClusterPlan _plan;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly MasterServer _paths;
    private HttpShell? _server;
    private MasterElection? _election;
    private (MasterElection Election, ITimer Timer)? _dying;
    private MasterInfo _info;
    private Moment _startedAt;

    internal LocalMaster(Engine engine, ClusterPlan plan, HttpShell server, TimeProvider time, ILoggerFactory loggers)
    {
        _engine = engine;
        _plan = plan;
        _server = server;
        _time = time;
        _loggers = loggers;
        Port = server.Port;
        _info = plan.MasterInfo(Port);
        _startedAt = engine.Now();
        _paths = new MasterServer(engine, this, plan.Authentication);
    }

    public int Port { get; }
    /// <summary>Host and port.</summary>
    public string Endpoint => $"{_plan.Bind}:{Port}";
    public bool IsLeading => _engine.Leader?.Id == _info.Id;

    /// <summary>Whom it takes for the leader; null: nobody.</summary>
    internal MasterInfo? Leader { get; private set; }
    internal MasterServer Paths => _paths;

    /// <summary>
    /// As <c>kill -9</c> of its process: connections break. Its ZNode stays until ZooKeeper's session has timed out, and
    /// the others wait for that.
    /// </summary>
    public async Task KillAsync()
    {
        if (_server is not { } server)
            return;
        _server = null;
        await _engine.Mailbox.Ask(() => _engine.Dethrone(_info.Id!)).ConfigureAwait(false);
        await server.DisposeAsync().ConfigureAwait(false);
        if (_election is not { } election)
            return;
        _election = null;
        var timer = _time.CreateTimer(
            _ => _ = Task.Run(ExpireAsync), null, _plan.ZooKeeperSessionTimeout, Timeout.InfiniteTimeSpan);
        _dying = (election, timer);
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same port; as any start, it is a new master.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (_server is not null)
            return;
        _info = _plan.MasterInfo(Port);
        _startedAt = _engine.Now();
        _server = await HttpShell.StartAsync(_plan.Bind, Port, _paths.HandleAsync, _loggers, cancellation).ConfigureAwait(false);
        await JoinAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Stands for election; without ZooKeeper it is elected.</summary>
    internal async Task JoinAsync(CancellationToken cancellation)
    {
        if (_plan.ZooKeeper is not { } url)
        {
            await _engine.Mailbox.Ask(() => Follow(_info)).ConfigureAwait(false);
            return;
        }
        var info = _info;
        _election = new MasterElection(
            url, info, _plan.ZooKeeperSessionTimeout,
            leader => _engine.Mailbox.Post(() =>
            {
                if (_info.Id == info.Id && _server is not null)
                    Follow(leader);
            }),
            _loggers.CreateLogger<LocalMaster>());
        await _election.Joined.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>ZooKeeper gives up the session of the master that was killed.</summary>
    internal async Task ExpireAsync()
    {
        if (_dying is not { } dying)
            return;
        _dying = null;
        await dying.Timer.DisposeAsync().ConfigureAwait(false);
        await dying.Election.DisposeAsync().ConfigureAwait(false);
    }

    internal async Task CloseAsync()
    {
        await ExpireAsync().ConfigureAwait(false);
        if (_election is not null)
            await _election.DisposeAsync().ConfigureAwait(false);
        if (_server is not null)
            await _server.DisposeAsync().ConfigureAwait(false);
        _server = null;
    }

    private void Follow(MasterInfo? leader)
    {
        Leader = leader;
        if (leader?.Id == _info.Id)
            _engine.Lead(_info, _startedAt);
        else
            _engine.Dethrone(_info.Id!);
    }
}
