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
    private readonly List<LocalMaster> _masters = [];
    private readonly List<LocalAgent> _agents = [];
    private readonly SemaphoreSlim _stopping = new(1);
    private bool _stopped;

    private LocalMesosCluster(Engine engine, FileStream @lock)
    {
        _engine = engine;
        _lock = @lock;
    }

    /// <summary>Host and port of the master, or of the first of several.</summary>
    public string MasterEndpoint => _masters[0].Endpoint;
    public Uri MasterUrl => new($"http://{MasterEndpoint}/");
    public IReadOnlyList<LocalMaster> Masters => _masters;
    public IReadOnlyList<LocalAgent> Agents => _agents;

    internal Engine Engine => _engine;

    /// <summary>
    /// Starts it. Executors that an earlier run left behind are killed first; their tasks fail once their framework is
    /// back. Schedulers can subscribe when this returns, or when the master has recovered.
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
        var engine = new Engine(plan.MasterSettings, time, loggers.CreateLogger<LocalMesosCluster>());
        var cluster = new LocalMesosCluster(engine, held);
        try
        {
            for (var number = 1; number <= plan.Masters; number++)
                cluster._masters.Add(await cluster.AddMasterAsync(plan, number, loggers, time, cancellation).ConfigureAwait(false));
            for (var number = 1; number <= plan.Agents; number++)
                cluster._agents.Add(await cluster.AddAgentAsync(plan, number, loggers, time, cancellation).ConfigureAwait(false));
            await Task.WhenAll(cluster._agents.Select(agent => agent.Node.KillLeftoversAsync(agent.Node.ReadRecord()))).ConfigureAwait(false);
            foreach (var agent in cluster._agents)
                await agent.AttachAsync().ConfigureAwait(false);
            engine.Start();
            return cluster;
        }
        catch
        {
            await cluster.CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The first takes the port that was asked for, or that of the last run, and leads.</summary>
    private async Task<LocalMaster> AddMasterAsync(
        ClusterPlan plan, int number, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        LocalMaster? master = null;
        Task Handle(Microsoft.AspNetCore.Http.HttpContext context) =>
            master is { } ready ? ready.Paths.HandleAsync(context) : Answers.WriteAsync(context, 503, "Master has not finished recovery");
        var server = number == 1 && plan.MasterPort != 0
            ? await HttpShell.StartAsync(plan.Bind, plan.MasterPort, Handle, loggers, cancellation).ConfigureAwait(false)
            : await HttpShell.StartNearAsync(plan.Bind, number == 1 ? plan.ReadMasterPort() : 0, Handle, loggers, cancellation).ConfigureAwait(false);
        if (number == 1)
            plan.WriteMasterPort(server.Port);
        master = new LocalMaster(_engine, plan, server, time, loggers);
        try
        {
            await master.JoinAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            await master.CloseAsync().ConfigureAwait(false);
            throw;
        }
        return master;
    }

    private async Task<LocalAgent> AddAgentAsync(
        ClusterPlan plan, int number, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        var directory = Path.Combine(plan.WorkDir, string.Create(CultureInfo.InvariantCulture, $"agent{number}"));
        Directory.CreateDirectory(directory);
        var record = AgentNode.ReadRecord(directory);
        AgentServer? paths = null;
        Task Handle(Microsoft.AspNetCore.Http.HttpContext context) =>
            paths is { } ready ? ready.HandleAsync(context) : Answers.WriteAsync(context, 503, "Agent has not finished recovery");
        var server = await HttpShell.StartNearAsync(
            plan.AgentAddress(number), record?.Port ?? 0, Handle, loggers, cancellation, plan.AgentNetwork(number)?.Namespace).ConfigureAwait(false);
        var leader = await _engine.Mailbox.Ask(() => _engine.Leader?.Id).ConfigureAwait(false);
        var id = record?.AgentId ?? new AgentId(string.Create(CultureInfo.InvariantCulture, $"{leader ?? Guid.NewGuid().ToString()}-S{number - 1}"));
        var ports = plan.HasPorts ? null
            : record is { FirstPort: > 0 } ? PortBlock.Again(plan.Bind, record.FirstPort)
            : PortBlock.Find(plan.Bind, plan.WorkDir);
        var node = new AgentNode(
            _engine,
            plan.AgentSettings(id, number, server.Port, ports),
            plan.ContainerOptions(id, number, server.Port, time),
            directory, ports, loggers.CreateLogger<LocalAgent>());
        paths = new AgentServer(_engine, node);
        return new LocalAgent(_engine, node, server, plan, number, time, loggers);
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
        foreach (var master in _masters)
            await master.CloseAsync().ConfigureAwait(false);
        await _lock.DisposeAsync().ConfigureAwait(false);
    }
}
