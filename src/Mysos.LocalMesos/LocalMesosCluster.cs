using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Http;

namespace Mysos.LocalMesos;

/// <summary>
/// A Mesos master and agents within this process. They speak the v1 HTTP APIs and run real executors; what Mesos 1.12
/// answers on the wire, they answer. Agents, reservations and volumes outlive it in the work directory.
/// </summary>
public sealed class LocalMesosCluster : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly FileStream _lock;
    private readonly HttpShell _server;
    private readonly List<LocalAgent> _agents = [];
    private readonly SemaphoreSlim _stopping = new(1);
    private bool _stopped;

    private LocalMesosCluster(Engine engine, HttpShell server, FileStream @lock, IPAddress address)
    {
        _engine = engine;
        _server = server;
        _lock = @lock;
        MasterEndpoint = $"{address}:{server.Port}";
    }

    /// <summary>Host and port of the master.</summary>
    public string MasterEndpoint { get; }
    public Uri MasterUrl => new($"http://{MasterEndpoint}/");
    public IReadOnlyList<LocalAgent> Agents => _agents;

    internal Engine Engine => _engine;

    /// <summary>
    /// Starts it. Executors that an earlier run left behind are killed first; their tasks fail once their framework is
    /// back. Schedulers can subscribe when this returns.
    /// </summary>
    /// <exception cref="ArgumentException">An option is wrong; the message says which, and what would be right.</exception>
    /// <exception cref="IOException">The work directory is in use, or a port is taken.</exception>
    public static async Task<LocalMesosCluster> StartAsync(
        LocalMesosOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation = default)
    {
        var plan = ClusterPlan.Of(options);
        Directory.CreateDirectory(plan.WorkDir);
        var held = WorkDirLock.Take(plan.WorkDir);
        try
        {
            return await StartAsync(plan, held, loggers, time, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Ends it in order: no more offers, SHUTDOWN to all executors, SIGKILL after their grace period, and no process is
    /// left. Agents, reservations and volumes stay on disk.
    /// </summary>
    public async Task StopAsync()
    {
        await _stopping.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_stopped)
                return;
            _stopped = true;
            var ended = await _engine.Mailbox.Ask(() =>
            {
                _engine.Step((master, now) => master.StopOffering(now));
                foreach (var agent in _agents)
                    _engine.Thaw(agent.Node);
                foreach (var agent in _agents)
                    _engine.Step(agent.Node, (machine, now) => machine.ShutdownAll(now));
                // Executors of agents that were killed are nobody's any more.
                foreach (var agent in _agents.Where(agent => !agent.Node.IsReady))
                    agent.Node.Containers.KillAll();
                return _engine.WaitFor(() => _agents.TrueForAll(agent => agent.Node.IsIdle && agent.Node.Containers.IsIdle));
            }).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
            await CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _stopping.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>As <c>kill -9</c> of the process: connections break, nothing is told to anybody, executors live on.</summary>
    internal async Task CrashAsync()
    {
        _stopped = true;
        await _engine.Mailbox.CloseAsync().ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    private static async Task<LocalMesosCluster> StartAsync(
        ClusterPlan plan, FileStream held, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        var logger = loggers.CreateLogger<LocalMesosCluster>();
        MasterServer? paths = null;
        Task Handle(Microsoft.AspNetCore.Http.HttpContext context) =>
            paths is { } ready ? ready.HandleAsync(context) : Answers.WriteAsync(context, 503, "Master has not finished recovery");
        var server = plan.MasterPort != 0
            ? await HttpShell.StartAsync(plan.Bind, plan.MasterPort, Handle, loggers, cancellation).ConfigureAwait(false)
            : await HttpShell.StartNearAsync(plan.Bind, plan.ReadMasterPort(), Handle, loggers, cancellation).ConfigureAwait(false);
        plan.WriteMasterPort(server.Port);
        var info = plan.MasterInfo(server.Port);
        var engine = new Engine(info, plan.MasterSettings, time, logger);
        var cluster = new LocalMesosCluster(engine, server, held, plan.Bind);
        try
        {
            paths = new MasterServer(engine, plan.Authentication);
            for (var number = 1; number <= plan.Agents; number++)
                cluster._agents.Add(await cluster.AddAgentAsync(plan, number, loggers, cancellation).ConfigureAwait(false));
            await Task.WhenAll(cluster._agents.Select(agent => agent.Node.KillLeftoversAsync(agent.Node.ReadRecord()))).ConfigureAwait(false);
            foreach (var agent in cluster._agents)
                await agent.AttachAsync().ConfigureAwait(false);
            engine.IsReady = true;
            return cluster;
        }
        catch
        {
            await cluster.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<LocalAgent> AddAgentAsync(
        ClusterPlan plan, int number, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var directory = Path.Combine(plan.WorkDir, string.Create(CultureInfo.InvariantCulture, $"agent{number}"));
        Directory.CreateDirectory(directory);
        var record = AgentNode.ReadRecord(directory);
        AgentServer? paths = null;
        Task Handle(Microsoft.AspNetCore.Http.HttpContext context) =>
            paths is { } ready ? ready.HandleAsync(context) : Answers.WriteAsync(context, 503, "Agent has not finished recovery");
        var server = await HttpShell.StartNearAsync(plan.Bind, record?.Port ?? 0, Handle, loggers, cancellation).ConfigureAwait(false);
        var id = record?.AgentId ?? new AgentId(string.Create(CultureInfo.InvariantCulture, $"{_engine.Master.State.Info.Id}-S{number - 1}"));
        var ports = plan.HasPorts ? null
            : record is { FirstPort: > 0 } ? PortBlock.Again(plan.Bind, record.FirstPort)
            : PortBlock.Find(plan.Bind, plan.WorkDir);
        var node = new AgentNode(
            _engine,
            plan.AgentSettings(id, number, server.Port, ports),
            plan.ContainerOptions(id, server.Port),
            directory, ports, loggers.CreateLogger<LocalAgent>());
        paths = new AgentServer(_engine, node);
        return new LocalAgent(_engine, node, server, plan.Bind, plan.AgentHostname(number), loggers);
    }

    private async Task CloseAsync()
    {
        await Task.WhenAny(_engine.Mailbox.Ask(_engine.CutAll)).ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        foreach (var agent in _agents)
        {
            await agent.StopServerAsync().ConfigureAwait(false);
            agent.Node.Dispose();
        }
        await _server.DisposeAsync().ConfigureAwait(false);
        await _lock.DisposeAsync().ConfigureAwait(false);
    }
}
