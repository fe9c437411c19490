using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Master;

namespace Mysos.LocalMesos.Containers;

/// <summary>What a containerizer tells its agent. Called on any thread.</summary>
internal interface IContainerEvents
{
    void Started(ContainerId container, int pid, long startTime);

    /// <summary>The container and every process in it are gone; <paramref name="status"/> is raw, -1 if nothing was started.</summary>
    void Exited(ContainerId container, int status, Termination? cause);
}

/// <summary>
/// Runs executors as processes: sandbox, URIs, environment, a session of their own, and the end of the whole tree when
/// its first process has ended.
/// </summary>
internal sealed partial class Containerizer(
    Sandboxes sandboxes, Fetcher fetcher, ContainerOptions options, IContainerEvents events, ILogger logger)
{
    /// <summary>Of util-linux; it becomes the program that it starts.</summary>
    private const string NamespaceEntry = "/usr/bin/nsenter";

    private readonly ConcurrentDictionary<ContainerId, Container> _containers = new();

    /// <summary>Containers that run; null: some are being started or ended, which needs no time of <see cref="ContainerOptions.Time"/>.</summary>
    public IReadOnlyCollection<ContainerId>? Settled
    {
        get
        {
            var active = _containers.Values.Where(container => !IsWaiting(container)).ToArray();
            return Array.TrueForAll(active, container => container.IsSettled) ? [.. active.Select(container => container.Start.Id)] : null;
        }
    }

    /// <summary>Whether it has processes, or is to have some.</summary>
    public bool IsRunning(ContainerId id) =>
        _containers.TryGetValue(id, out var container) && (container.Tree is null || !IsWaiting(container));

    /// <summary>Pid and start time of the container's first process, which may run before <see cref="IContainerEvents.Started"/> is heard.</summary>
    public (int Pid, long StartTime)? FirstProcess(ContainerId id)
    {
        if (!_containers.TryGetValue(id, out var container))
            return null;
        lock (container.Gate)
            return container.Tree is { Leader: { } pid, StartTime: { } startTime } ? (pid, startTime) : null;
    }

    /// <summary>What its processes have used; nothing where it does not run.</summary>
    public ProcessUsage UsageOf(ContainerId id) => _containers.TryGetValue(id, out var container) && container.Tree is { } tree
        ? tree.Members().Aggregate(default(ProcessUsage), (sum, process) => sum + process.Usage)
        : default;

    public bool IsIdle => _containers.IsEmpty;

    public void Start(AgentEffect.StartContainer start)
    {
        var container = new Container(start);
        TakeTime(container, options.LaunchTime);
        _containers[start.Id] = container;
        _ = Task.Run(() => RunAsync(container));
    }

    public void LinkVolumes(ContainerId id, IReadOnlyList<Resource> volumes)
    {
        if (_containers.TryGetValue(id, out var container) && container.Tree is { } tree)
            sandboxes.Link(tree.Sandbox, volumes);
    }

    /// <summary>Kills the container; <see cref="IContainerEvents.Exited"/> tells when it is gone.</summary>
    public void Kill(ContainerId id)
    {
        if (!_containers.TryGetValue(id, out var container))
            return;
        container.Cancel();
        if (container.Tree is { Leader: not null } tree)
            _ = Task.Run(tree.KillAsync);
    }

    public void KillAll()
    {
        foreach (var id in _containers.Keys)
            Kill(id);
    }

    /// <summary>When the next container has been taken its time for, from now; null: none waits.</summary>
    public TimeSpan? NextWait => _containers.Values.Where(IsWaiting).Select(Left).Cast<TimeSpan?>().Min();

    private bool IsWaiting(Container container) => Left(container) > TimeSpan.Zero;

    private TimeSpan Left(Container container) =>
        container.WaitsUntil is var until and > 0 ? options.Time.GetElapsedTime(options.Time.GetTimestamp(), until) : TimeSpan.Zero;

    private void TakeTime(Container container, TimeSpan time)
    {
        if (time > TimeSpan.Zero)
            container.WaitsUntil = options.Time.GetTimestamp() + (long)(time.TotalSeconds * options.Time.TimestampFrequency);
    }

    private Task WaitAsync(Container container, CancellationToken cancellation) =>
        Left(container) is var left && left > TimeSpan.Zero ? Task.Delay(left, options.Time, cancellation) : Task.CompletedTask;

    private async Task RunAsync(Container container)
    {
        var id = container.Start.Id;
        try
        {
            var sandbox = await PrepareAsync(container).ConfigureAwait(false);
            await WaitAsync(container, container.Cancelled).ConfigureAwait(false);
            if (Spawn(container, sandbox) is { } pid)
            {
                // The thread does nothing but wait for the process; its stack need not be large.
                new Thread(() => Watch(container, pid), maxStackSize: 256 * 1024) { IsBackground = true, Name = $"wait {pid}" }.Start();
                return;
            }
            Finish(id, -1, null);
        }
        catch (OperationCanceledException)
        {
            Finish(id, -1, null);
        }
        catch (UnknownUserException error)
        {
            var dropped = container.Start.Framework.Has("PARTITION_AWARE") ? TaskState.Dropped : TaskState.Lost;
            Finish(id, -1, new Termination(dropped, StatusReason.ExecutorTerminated, error.Message));
        }
        catch (FetchException error)
        {
            LogFetchFailed(logger, error.InnerException!, id.Value);
            Finish(id, 256, new Termination(
                TaskState.Failed, StatusReason.ContainerLaunchFailed,
                $"Failed to launch container: Failed to fetch all URIs for container '{id}': exited with status 1"));
        }
        catch (Exception error)
        {
            LogStartFailed(logger, error, id.Value);
            Finish(id, -1, new Termination(
                TaskState.Failed, StatusReason.ContainerLaunchFailed, $"Failed to launch container: {error.Message}"));
        }
    }

    private async Task<string> PrepareAsync(Container container)
    {
        var start = container.Start;
        var sandbox = sandboxes.Create(start.Framework.Id!.Value, start.Executor.ExecutorId, start.Id);
        if (start.Executor.Command?.User is { Length: > 0 } user && !Libc.IsUser(user))
            throw new UnknownUserException(sandbox, user);
        sandboxes.Link(sandbox, start.Volumes);
        if (start.Executor.Command?.Uris is not { Count: > 0 } uris)
            return sandbox;
        try
        {
            await fetcher.FetchAsync(uris, sandbox, container.Cancelled).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await File.AppendAllTextAsync(Path.Combine(sandbox, "stderr"), $"Failed to fetch: {error.Message}\n").ConfigureAwait(false);
            throw new FetchException(error);
        }
        return sandbox;
    }

    /// <summary>The pid; null: the container was killed before it started.</summary>
    private int? Spawn(Container container, string sandbox)
    {
        var command = container.Start.Executor.Command!;
        var environment = ExecutorEnvironment.Of(container.Start.Framework, container.Start.Executor, options, sandbox);
        // The outer shell stands where Mesos has its containerizer: it leads the session and turns a signal that ended
        // the command into 128 + its number.
        string[] arguments = command.Shell == false
            ? ["/bin/sh", "-c", "\"$0\" \"$@\"; exit $?", command.Value ?? "", .. (command.Arguments ?? []).Skip(1)]
            : ["/bin/sh", "-c", "/bin/sh -c \"$0\"; exit $?", command.Value ?? ""];
        if (options.NetworkNamespace is { } network)
            arguments = [NamespaceEntry, $"--net={network}", "--", .. arguments];
        lock (container.Gate)
        {
            if (container.Cancelled.IsCancellationRequested)
                return null;
            var pid = ProcessSpawner.Spawn(
                arguments[0], arguments, environment, sandbox, Path.Combine(sandbox, "stdout"), Path.Combine(sandbox, "stderr"));
            var startTime = ProcTable.Find(pid)?.StartTime ?? 0;
            container.Tree = new ProcessTree(pid, startTime, sandbox);
            events.Started(container.Start.Id, pid, startTime);
            return pid;
        }
    }

    private void Watch(Container container, int pid)
    {
        Libc.WaitForEnd(pid);
        // Until it is reaped, the leader's number and session cannot become another's.
        if (!container.Tree!.KillAsync().GetAwaiter().GetResult())
            LogUnkillable(logger, container.Start.Id.Value, container.Tree.Sandbox);
        _ = CleanUpAsync(container, Libc.Reap(pid));
    }

    private async Task CleanUpAsync(Container container, int status)
    {
        TakeTime(container, options.CleanUpTime);
        await WaitAsync(container, CancellationToken.None).ConfigureAwait(false);
        Finish(container.Start.Id, status, null);
    }

    /// <summary>The container stays known until whoever hears of its end forgets it.</summary>
    private void Finish(ContainerId id, int status, Termination? cause) => events.Exited(id, status, cause);

    public void Forget(ContainerId id) => _containers.TryRemove(id, out _);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Warning, Message = "Cannot fetch the URIs of container {Container}")]
    private static partial void LogFetchFailed(ILogger logger, Exception error, string container);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "Cannot start container {Container}")]
    private static partial void LogStartFailed(ILogger logger, Exception error, string container);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Error, Message = "Processes of container {Container} in {Sandbox} do not die")]
    private static partial void LogUnkillable(ILogger logger, string container, string sandbox);

    private sealed class FetchException(Exception inner) : Exception(inner.Message, inner);

    private sealed class UnknownUserException(string sandbox, string user)
        : Exception($"Failed to create executor directory '{sandbox}': Failed to chown directory to '{user}': No such user '{user}'");

    private sealed class Container(AgentEffect.StartContainer start)
    {
        private readonly CancellationTokenSource _cancel = new();
        private long _waitsUntil;

        /// <summary>A container is either killed before it starts, or started and then killed.</summary>
        public Lock Gate { get; } = new();
        public AgentEffect.StartContainer Start { get; } = start;
        public CancellationToken Cancelled => _cancel.Token;
        /// <summary>The timestamp until which the agent takes its time for it; 0: it never did.</summary>
        public long WaitsUntil
        {
            get => Volatile.Read(ref _waitsUntil);
            set => Volatile.Write(ref _waitsUntil, value);
        }

        /// <summary>Null until the process is started.</summary>
        public ProcessTree? Tree { get; set; }

        public bool IsSettled =>
            !_cancel.IsCancellationRequested && Tree is { Leader: { } leader } && ProcTable.Find(leader) is { IsDead: false };

        public void Cancel()
        {
            lock (Gate)
                _cancel.Cancel();
        }
    }
}
