using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Containers;

namespace Mysos.LocalMesos.Hosting;

/// <summary>
/// One agent with its hands: containers, volumes, files. Its machine comes and goes with the agent "process"; containers
/// stay, as they do when a real agent is killed.
/// </summary>
internal sealed partial class AgentNode : IContainerEvents, IDisposable
{
    private readonly Engine _engine;
    private readonly SandboxPaths _paths;
    private readonly Sandboxes _sandboxes;
    private readonly Fetcher _fetcher;
    private readonly AgentSettings _settings;
    private readonly string _bootId = ProcTable.BootId();
    private readonly ILogger _logger;
    private readonly Lock _pruning = new();
    private volatile AgentMachine? _machine;

    public AgentNode(
        Engine engine, AgentSettings settings, ContainerOptions options, string directory, PortBlock? ports, ILogger logger)
    {
        _engine = engine;
        _settings = settings;
        _logger = logger;
        Ports = ports;
        _paths = new SandboxPaths(directory, Id);
        _sandboxes = new Sandboxes(_paths);
        Files = new AgentFiles(_paths);
        _fetcher = new Fetcher(_paths.FetcherCache);
        Containers = new Containerizer(_sandboxes, _fetcher, options, this, logger);
    }

    public AgentId Id => _settings.Info.Id!.Value;
    public PortBlock? Ports { get; }
    public Containerizer Containers { get; }
    /// <summary>What operators may read.</summary>
    public AgentFiles Files { get; }
    /// <summary>Null while the agent is down.</summary>
    public AgentMachine? Machine
    {
        get => _machine;
        set => _machine = value;
    }

    /// <summary>The master knows that it is here.</summary>
    public bool IsRegistered { get; set; }
    /// <summary>What is to be done when the master tells it to end.</summary>
    public Action? Ending { get; set; }
    /// <summary>It has left the master and ends.</summary>
    public bool IsLeaving { get; set; }
    /// <summary>What happens to it while its process is stopped; null: it is not.</summary>
    public List<Action>? Held { get; set; }
    /// <summary>What it and the master tell each other while they are cut off from each other; null: they are not.</summary>
    public List<Action>? Undelivered { get; set; }
    public HashSet<string> Streams { get; } = [];
    /// <summary>It has found its state again and takes executors' calls.</summary>
    public bool IsReady => Machine is not null;

    /// <summary>No executor of the time before is still awaited.</summary>
    public bool IsComplete =>
        Machine is { } machine && machine.State.Executors.Values.All(executor => executor.RegisterBefore is null);

    public bool IsIdle => Machine is not { } machine || machine.State.Executors.Count == 0;

    public Moment Now() => _engine.Now();

    /// <summary>Kills what an earlier process of this agent left running. It is known by pid and start time, or by its sandbox.</summary>
    public async Task KillLeftoversAsync(AgentRecord? record)
    {
        if (record is null || record.BootId != _bootId)
            return;
        var trees = record.Executors.Where(executor => !Containers.IsRunning(executor.ContainerId)).Select(executor => new ProcessTree(
            executor.Pid, executor.StartTime, _paths.Sandbox(executor.FrameworkId, executor.Info.ExecutorId, executor.ContainerId)));
        await Task.WhenAll(trees.Select(async tree =>
        {
            if (tree.Members().Count == 0)
                return;
            LogLeftover(_logger, tree.Sandbox);
            if (!await tree.KillAsync().ConfigureAwait(false))
                throw new IOException($"Processes of an earlier run in '{tree.Sandbox}' do not die; end them and start again.");
        })).ConfigureAwait(false);
    }

    /// <summary>Reads the agent's state and takes it over. Executors whose containers run are waited for; others are dead.</summary>
    public IReadOnlyList<AgentEffect> Recover(Moment now)
    {
        _sandboxes.EmptyTrash();
        var machine = new AgentMachine(_settings, Guid.NewGuid);
        var effects = ReadRecord() is { } record
            ? machine.Restore(record, executor => Containers.IsRunning(executor.ContainerId), now)
            : [];
        Machine = machine;
        return effects;
    }

    public AgentRecord? ReadRecord() => ReadRecord(_paths.WorkDirectory);

    public static AgentRecord? ReadRecord(string directory) =>
        JsonFile.Read(Path.Combine(directory, "agent.json"), RecordJson.Default.AgentRecord);

    public void Do(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.Persist:
                Save();
                break;
            case AgentEffect.End:
                Ending?.Invoke();
                break;
            case AgentEffect.StartContainer start:
                Containers.Start(start);
                break;
            case AgentEffect.LinkVolumes link:
                Containers.LinkVolumes(link.Id, link.Volumes);
                break;
            case AgentEffect.KillContainer kill:
                Containers.Kill(kill.Id);
                break;
            case AgentEffect.CreateVolume create:
                _sandboxes.CreateVolume(create.Role, create.VolumeId);
                break;
            case AgentEffect.DestroyVolume destroy:
                _ = Task.Run(_sandboxes.DestroyVolume(destroy.Role, destroy.VolumeId));
                break;
        }
    }

    void IContainerEvents.Started(ContainerId container, int pid, long startTime) => _engine.Mailbox.Post(() =>
        _engine.Step(this, (machine, now) => machine.ContainerStarted(container, pid, startTime, now)));

    void IContainerEvents.Exited(ContainerId container, int status, Termination? cause) => _engine.Mailbox.Post(() =>
    {
        Containers.Forget(container);
        _engine.Step(this, (machine, now) => machine.ContainerExited(container, status, cause, now));
        var living = Machine?.State.Executors.Keys.ToHashSet();
        if (living is not null)
            _ = Task.Run(() => Prune(living));
    });

    public void Save()
    {
        if (Machine is not { } machine)
            return;
        var record = machine.ToRecord() with { Port = _settings.Info.Port ?? 0, FirstPort = Ports?.First ?? 0, BootId = _bootId };
        JsonFile.Write(_paths.Record, record, RecordJson.Default.AgentRecord);
    }

    public void Dispose()
    {
        _fetcher.Dispose();
        Ports?.Dispose();
    }

    private void Prune(IReadOnlySet<ContainerId> living)
    {
        lock (_pruning)
            _sandboxes.Prune(living);
    }

    [LoggerMessage(EventId = 4020, Level = LogLevel.Information, Message = "Killing what an earlier run left in {Sandbox}")]
    private static partial void LogLeftover(ILogger logger, string sandbox);
}
