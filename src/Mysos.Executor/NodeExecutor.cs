using System.Text.Json;
using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Core.Security;
using Mysos.Executor.Data;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;
using TaskStatus = Mysos.Core.Mesos.TaskStatus;

namespace Mysos.Executor;

/// <summary>Speaks with the agent and the scheduler, and runs the one node that is launched here.</summary>
internal sealed class NodeExecutor : IAsyncDisposable
{
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AcknowledgePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandoverPatience = TimeSpan.FromSeconds(10);
    /// <summary>What is left of a grace period for the last updates.</summary>
    private static readonly TimeSpan GraceMargin = TimeSpan.FromSeconds(1);

    private readonly ExecutorEnvironment _environment;
    private readonly ExecutorClient _client;
    private readonly TimeProvider _time;
    private readonly Log _log;
    private readonly Task<AccountReceiver> _receiver = Task.Run(() => new AccountReceiver());
    private readonly CacheDirectory _cache;
    private readonly Task<ServerProgram> _program;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Node? _node;
    private volatile TaskInfo? _task;
    /// <summary>The last update is on its way; no other may follow.</summary>
    private bool _killing;
    private bool _ending;
    private volatile bool _broken;
    /// <summary>The agent ends what it started, and may kill this executor soon.</summary>
    private volatile bool _shutdown;
    private Task _reporting = Task.CompletedTask;
    private Task _asking = Task.CompletedTask;

    public NodeExecutor(
        ExecutorEnvironment environment, Func<string, string?> variable, HttpMessageInvoker http, TimeProvider time, Random random, Log log)
    {
        (_environment, _time, _log) = (environment, time, log);
        _client = new ExecutorClient(http, environment, time, random, log.Write);
        _cache = CacheDirectory.Open(variable);
        _program = Task.Run(() => ServerProgram.FindAsync(variable, _cache, CancellationToken.None));
    }

    /// <summary>Runs until its task has ended, the agent is gone for good or it is told to shut down. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken terminate)
    {
        await using var terminating = terminate.Register(() => Shutdown("SIGTERM"));
        using var listening = _client.Run().Subscribe(Handle, Break, () => Shutdown("the agent is gone"));
        return await _ended.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _kill.Dispose();
        if (_receiver.IsCompletedSuccessfully)
            (await _receiver.ConfigureAwait(false)).Dispose();
    }

    private void Handle(ExecutorEvent happened)
    {
        try
        {
            Obey(happened);
        }
        catch (Exception e)
        {
            Break(e);
        }
    }

    private void Obey(ExecutorEvent happened)
    {
        switch (happened)
        {
            case { Type: "SUBSCRIBED" }:
                _log.Write("Subscribed.");
                // What was said while nobody listened is lost, and it may have been that mysqld has ended.
                _node?.Status.Set(f => f);
                break;
            case { Type: "LAUNCH", Launch.Task: { } task }: Launch(task); break;
            case { Type: "KILL", Kill: { } kill }: Kill(kill); break;
            case { Type: "SHUTDOWN" }: Shutdown("SHUTDOWN"); break;
            case { Type: "MESSAGE", Message.Data: { } data }: Read(data); break;
        }
    }

    /// <summary>Nothing is heard any more; mysqld ends as on a SHUTDOWN, so that none is left behind.</summary>
    private void Break(Exception e)
    {
        _broken = true;
        if (_task is not null && _node is null)
            _ = EndAsync(TaskState.Failed, $"The executor broke: {e.Message}", 1);
        else
            Shutdown(e is MesosException ? e.Message : $"broken: {e}");
    }

    private void Launch(TaskInfo task)
    {
        if (_task is { } here)
        {
            if (task.TaskId == here.TaskId)
                _log.Write($"Task {task.TaskId} was launched already.");
            else
                _client.Update(new TaskStatus
                {
                    TaskId = task.TaskId, State = TaskState.Failed,
                    Message = $"This executor runs task {here.TaskId}, and never a second one.",
                });
            return;
        }
        _task = task;
        NodeTask? node;
        try
        {
            node = JsonSerializer.Deserialize(task.Data ?? [], ProtocolJson.Default.NodeTask);
        }
        catch (JsonException)
        {
            node = null;
        }
        if (node is null)
        {
            _ = EndAsync(TaskState.Failed, "The task's data is not a NodeTask in JSON: scheduler and executor are of different versions.", 1);
            return;
        }
        Update(TaskState.Starting, null);
        _log.Write($"Node {node.Node} of cluster '{node.Cluster}', task {task.TaskId}.");
        _node = new Node(task.TaskId.Value, node, _program,
            status => new Machine(node, _environment, new Templates(_cache, _time, _log), status, _time, _log), Send, Running, _time, _log);
        _ = RunNodeAsync(_node);
        _asking = AskForAccountsAsync(_node);
    }

    private async Task RunNodeAsync(Node node)
    {
        try
        {
            await node.RunAsync(_stop.Token, _kill.Token).ConfigureAwait(false);
            await EndAsync(TaskState.Killed, null, _broken ? 1 : 0).ConfigureAwait(false);
        }
        catch (NodeFailedException e)
        {
            _log.Write($"Failed: {e.Message}");
            await EndAsync(TaskState.Failed, e.Message, 1).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _log.Write($"Broken: {e}");
            await EndAsync(TaskState.Failed, $"The executor broke: {e.Message}", 1).ConfigureAwait(false);
        }
    }

    private void Running()
    {
        lock (_lock)
        {
            if (!_killing)
                Update(TaskState.Running, null);
        }
    }

    private async Task EndAsync(string state, string? message, int code)
    {
        lock (_lock)
        {
            if (_ending)
                return;
            _ending = true;
            Update(state, message);
        }
        var patience = _shutdown ? GraceMargin : AcknowledgePatience;
        await _client.AcknowledgedAsync(patience).ConfigureAwait(false);
        // The last report says why; it is on its way on a connection of its own.
        await _reporting.WaitAsync(patience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.TrySetResult(code);
    }

    private async Task AskForAccountsAsync(Node node)
    {
        var receiver = await _receiver.ConfigureAwait(false);
        var hello = receiver.CreateHello(_task!.TaskId.Value);
        while (node.WantsAccounts && !_stop.IsCancellationRequested)
        {
            await SendAsync(new ExecutorMessage { Hello = hello }).ConfigureAwait(false);
            await Task.Delay(HelloInterval, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Read(byte[] data)
    {
        SchedulerMessage? message;
        try
        {
            message = JsonSerializer.Deserialize(data, ProtocolJson.Default.SchedulerMessage);
        }
        catch (JsonException e)
        {
            _log.Write($"A message of the scheduler could not be read: {e.Message}");
            return;
        }
        if (_node is not { } node)
            return;
        if (message?.Accounts is { } box && node.WantsAccounts && _receiver.IsCompletedSuccessfully
            && _receiver.Result.TryOpen(box) is { } accounts)
            node.Give(accounts);
        if (message?.Directive is { } directive)
        {
            // Without a server there is no pass that would tell that it came.
            if (node.Orders.Take(directive) && node.Status.Current.Phase != NodePhase.Running)
                node.Status.Set(f => f);
            if (node.WantsAccounts && _asking.IsCompleted)
                _asking = AskForAccountsAsync(node);
        }
    }

    private void Kill(ExecutorEvent.KillEvent kill)
    {
        if (kill.TaskId != _task?.TaskId)
            _log.Write($"KILL of task {kill.TaskId}, which is not here.");
        else if (!KillPolicies.IsOfScheduler(kill.KillPolicy) && _node is { LeadsOthers: true } master)
            _ = StopAfterHandoverAsync(master, GraceOf(kill.KillPolicy ?? _task.KillPolicy));
        else
            Stop(GraceOf(kill.KillPolicy ?? _task.KillPolicy), "KILL");
    }

    /// <summary>
    /// A KILL that is not the scheduler's comes from an agent that is drained. The update tells the
    /// scheduler, which makes another node the master; the agent waits as long as this executor lives.
    /// </summary>
    private async Task StopAfterHandoverAsync(Node master, TimeSpan grace)
    {
        _log.Write("The agent wants the task to end: another node is to be the master first.");
        TellKilling();
        if (!await master.HandedOverAsync(HandoverPatience).ConfigureAwait(false))
            _log.Write($"Nobody took over within {HandoverPatience.TotalSeconds:F0} s.");
        // Draining asks for no grace at all, and does not enforce it; mysqld is to end orderly.
        Stop(grace > TimeSpan.Zero ? grace : _environment.ShutdownGracePeriod, "KILL");
    }

    private void Shutdown(string why)
    {
        _shutdown = true;
        if (_task is not null)
        {
            Stop(_environment.ShutdownGracePeriod, why);
            return;
        }
        _log.Write($"Ending: {why}.");
        _ended.TrySetResult(_broken ? 1 : 0);
    }

    private void Stop(TimeSpan grace, string why)
    {
        lock (_lock)
        {
            if (_ending)
                return;
            if (!_stop.IsCancellationRequested)
                _log.Write($"Stopping: {why}.");
            TellKilling();
            _ = _stop.CancelAsync();
        }
        // A later, shorter grace counts: the kill comes at the earlier of both.
        _ = KillAfterAsync(grace > GraceMargin * 2 ? grace - GraceMargin : grace / 2);
    }

    private void TellKilling()
    {
        lock (_lock)
        {
            if (_killing || _ending)
                return;
            _killing = true;
            Update(TaskState.Killing, null);
        }
    }

    private async Task KillAfterAsync(TimeSpan grace)
    {
        await Task.Delay(grace, _time).ConfigureAwait(false);
        await _kill.CancelAsync().ConfigureAwait(false);
    }

    private TimeSpan GraceOf(KillPolicy? policy) => policy?.GracePeriod is { } grace
        ? TimeSpan.FromMilliseconds(grace.Nanoseconds / 1e6)
        : _environment.ShutdownGracePeriod;

    private void Update(string state, string? message) =>
        _client.Update(new TaskStatus { TaskId = _task!.TaskId, State = state, Message = message });

    private void Send(Report report) => _reporting = SendAfterAsync(_reporting, new ExecutorMessage
    {
        Report = report with { NewestVersion = _node?.Orders.NewestVersion ?? 0 },
    });

    /// <summary>One that overtook another would hide what that one tells, as the end of mysqld.</summary>
    private async Task SendAfterAsync(Task before, ExecutorMessage message)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SendAsync(message).ConfigureAwait(false);
    }

    private Task<bool> SendAsync(ExecutorMessage message) =>
        _client.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.ExecutorMessage));
}
