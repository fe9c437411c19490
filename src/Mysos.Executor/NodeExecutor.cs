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
    private Node? _node;
    private TaskId _taskId;
    private Task _reporting = Task.CompletedTask;
    private Task _asking = Task.CompletedTask;

    public NodeExecutor(ExecutorEnvironment environment, Func<string, string?> variable, HttpMessageInvoker http, TimeProvider time, Log log)
    {
        (_environment, _time, _log) = (environment, time, log);
        _client = new ExecutorClient(http, environment, time, log.Write);
        _cache = CacheDirectory.Open(variable);
        _program = Task.Run(() => ServerProgram.FindAsync(variable, _cache, CancellationToken.None));
    }

    /// <summary>Runs until its task has ended, the agent is gone for good or it is told to shut down. Returns the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken terminate)
    {
        await using var terminating = terminate.Register(() => Shutdown("SIGTERM"));
        using var unsubscribe = new CancellationTokenSource();
        var listening = ListenAsync(unsubscribe.Token);
        var code = await _ended.Task.ConfigureAwait(false);
        await unsubscribe.CancelAsync().ConfigureAwait(false);
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _kill.Dispose();
        if (_receiver.IsCompletedSuccessfully)
            (await _receiver.ConfigureAwait(false)).Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in _client.SubscribeAsync(cancellation).ConfigureAwait(false))
                Handle(happened);
            Shutdown("the agent is gone");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.Write($"Broken: {e}");
            _ended.TrySetResult(1);
        }
    }

    private void Handle(ExecutorEvent happened)
    {
        switch (happened)
        {
            case { Type: "SUBSCRIBED" }: _log.Write("Subscribed."); break;
            case { Type: "LAUNCH", Launch.Task: { } task }: Launch(task); break;
            case { Type: "KILL", Kill: { } kill } when kill.TaskId == _taskId: Stop(GraceOf(kill.KillPolicy), "KILL"); break;
            case { Type: "SHUTDOWN" }: Shutdown("SHUTDOWN"); break;
            case { Type: "MESSAGE", Message.Data: { } data }: Read(data); break;
            case { Type: "ERROR", Error: { } error }: _log.Write($"The agent says: {error.Message}"); break;
        }
    }

    private void Launch(TaskInfo task)
    {
        if (_node is not null)
        {
            _client.Update(new TaskStatus { TaskId = task.TaskId, State = TaskState.Failed, Message = "This executor runs a task already." });
            return;
        }
        _taskId = task.TaskId;
        NodeTask? node;
        try
        {
            node = JsonSerializer.Deserialize(task.Data ?? [], ProtocolJson.Default.NodeTask);
        }
        catch (JsonException e)
        {
            (node, _) = (null, e);
        }
        if (node is null)
        {
            _ = EndAsync(TaskState.Failed, "The task's data is not a NodeTask in JSON: scheduler and executor are of different versions.", 1);
            return;
        }
        Update(TaskState.Starting, null);
        _log.Write($"Node {node.Node} of cluster '{node.Cluster}', task {task.TaskId}.");
        _node = new Node(task.TaskId.Value, node, _environment, _program, new Templates(_cache, _time, _log),
            Send, () => Update(TaskState.Running, null), _time, _log);
        _ = RunNodeAsync(_node);
        _asking = AskForAccountsAsync(_node);
    }

    private async Task RunNodeAsync(Node node)
    {
        try
        {
            await node.RunAsync(_stop.Token, _kill.Token).ConfigureAwait(false);
            await EndAsync(TaskState.Killed, null, 0).ConfigureAwait(false);
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

    private async Task EndAsync(string state, string? message, int code)
    {
        Update(state, message);
        await _client.AcknowledgedAsync(AcknowledgePatience).ConfigureAwait(false);
        // The last report says why; it is on its way on a connection of its own.
        await _reporting.WaitAsync(AcknowledgePatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.TrySetResult(code);
    }

    private async Task AskForAccountsAsync(Node node)
    {
        var receiver = await _receiver.ConfigureAwait(false);
        var hello = receiver.CreateHello(_taskId.Value);
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
            node.Orders.Take(directive);
            if (node.WantsAccounts && _asking.IsCompleted)
                _asking = AskForAccountsAsync(node);
        }
    }

    private void Shutdown(string why)
    {
        if (_node is null)
            _ended.TrySetResult(0);
        else
            Stop(_environment.ShutdownGracePeriod, why);
    }

    private void Stop(TimeSpan grace, string why)
    {
        if (!_stop.IsCancellationRequested)
        {
            _log.Write($"Stopping: {why}.");
            Update(TaskState.Killing, null);
        }
        // A later, shorter grace counts: the kill comes at the earlier of both.
        _ = KillAfterAsync(grace > GraceMargin * 2 ? grace - GraceMargin : grace / 2);
        _stop.Cancel();
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
        _client.Update(new TaskStatus { TaskId = _taskId, State = state, Message = message });

    private void Send(Report report) => _reporting = SendAsync(new ExecutorMessage
    {
        Report = report with { NewestVersion = _node?.Orders.NewestVersion ?? 0 },
    });

    private Task<bool> SendAsync(ExecutorMessage message) =>
        _client.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, ProtocolJson.Default.ExecutorMessage));
}
