using System.Net;
using Microsoft.Extensions.Logging;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Http;

namespace Mysos.LocalMesos;

/// <summary>One agent of a <see cref="LocalMesosCluster"/>.</summary>
public sealed class LocalAgent
{
    private readonly Engine _engine;
    private readonly AgentNode _node;
    private readonly IPAddress _address;
    private readonly string? _network;
    private readonly TimeSpan _recovery;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private HttpShell? _server;
    private ITimer? _recovering;
    private Task _ending = Task.CompletedTask;

    internal LocalAgent(Engine engine, AgentNode node, HttpShell server, ClusterPlan plan, int number, TimeProvider time, ILoggerFactory loggers)
    {
        _engine = engine;
        _node = node;
        _server = server;
        _address = plan.AgentAddress(number);
        _recovery = plan.AgentRecovery;
        _time = time;
        _network = plan.AgentNetwork(number)?.Namespace;
        _loggers = loggers;
        Hostname = plan.AgentHostname(number);
        Port = server.Port;
        node.Ending = () => _ending = Task.Run(LeaveAsync);
    }

    public string AgentId => _node.Id.Value;
    public string Hostname { get; }
    public int Port { get; }
    /// <summary>Host and port.</summary>
    public string Endpoint => $"{_address}:{Port}";

    internal AgentNode Node => _node;

    /// <summary>
    /// The orderly end (SIGUSR1): the agent leaves the master, so that its tasks are lost, and then ends its executors:
    /// SHUTDOWN, and SIGKILL after their grace period.
    /// </summary>
    public Task StopAsync() => _ending = LeaveAsync();

    private async Task LeaveAsync()
    {
        if (_server is null)
            return;
        await StopRecoveryAsync().ConfigureAwait(false);
        var ended = await _engine.Mailbox.Ask(() =>
        {
            _engine.Leave(_node);
            _engine.Step((master, now) => master.AgentUnregistered(_node.Id, now));
            _engine.Step(_node, (machine, now) => machine.Leave(now));
            return _engine.WaitFor(() => _node.IsIdle);
        }).ConfigureAwait(false);
        await ended.ConfigureAwait(false);
        await _engine.Mailbox.Ask(() => _engine.Detach(_node)).ConfigureAwait(false);
        await StopServerAsync().ConfigureAwait(false);
    }

    /// <summary>As SIGSTOP to the agent's process: its connections stand, but it does nothing and answers nobody.</summary>
    public Task FreezeAsync() => _engine.Mailbox.Ask(() => _engine.Freeze(_node));

    /// <summary>As SIGCONT: it goes on where it was.</summary>
    public Task ThawAsync() => _engine.Mailbox.Ask(() => _engine.Thaw(_node));

    /// <summary>As a cut between the agent's host and the master: both run on, and what they tell each other waits.</summary>
    public Task CutOffAsync() => _engine.Mailbox.Ask(() => _engine.CutOff(_node));

    /// <summary>The cut is mended: what waited arrives.</summary>
    public Task ReconnectAsync() => _engine.Mailbox.Ask(() => _engine.Reconnect(_node));

    /// <summary>As <c>kill -9</c> of the agent's process: its connections break, its executors live on.</summary>
    /// <param name="withExecutors">Kills them too, as the loss of the whole machine does.</param>
    public async Task KillAsync(bool withExecutors = false)
    {
        if (_server is null)
            return;
        await StopRecoveryAsync().ConfigureAwait(false);
        await _engine.Mailbox.Ask(() =>
        {
            _engine.Detach(_node);
            if (withExecutors)
                _node.Containers.KillAll();
            // Cut off, the master does not hear that the connection ends.
            if (_node.Undelivered is null)
                _engine.Step((master, now) => master.AgentDisconnected(_node.Id, now));
        }).ConfigureAwait(false);
        await StopServerAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Starts the agent again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same port. When this returns
    /// it listens; it may still have to recover.
    /// </summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        // It may still be about it.
        await _ending.ConfigureAwait(false);
        if (_server is not null)
            return;
        _server = await HttpShell.StartAsync(_address, Port, new AgentServer(_engine, _node).HandleAsync, _loggers, cancellation, _network).ConfigureAwait(false);
        if (_recovery == TimeSpan.Zero)
            await AttachAsync().ConfigureAwait(false);
        else
            _recovering = _time.CreateTimer(_ => _ = AttachAsync(), null, _recovery, Timeout.InfiniteTimeSpan);
    }

    private async Task StopRecoveryAsync()
    {
        if (_recovering is { } recovering)
            await recovering.DisposeAsync().ConfigureAwait(false);
        _recovering = null;
    }

    internal Task AttachAsync() => _engine.Mailbox.Ask(() =>
    {
        var effects = _node.Recover(_engine.Now());
        foreach (var effect in effects)
            _node.Do(effect);
        _engine.Attach(_node);
    });

    internal async Task StopServerAsync()
    {
        await StopRecoveryAsync().ConfigureAwait(false);
        if (_server is { } server)
            await server.DisposeAsync().ConfigureAwait(false);
        _server = null;
    }
}
