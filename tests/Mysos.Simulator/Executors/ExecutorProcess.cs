using Mysos.Core.Mesos;
using Mysos.Core.Protocol;
using Mysos.Executor;
using Mysos.Executor.Nodes;
using Mysos.Executor.Servers;
using Mysos.Simulator.Mesos;

namespace Mysos.Simulator.Executors;

/// <summary>
/// An executor: the real node, with its orders, status, server and replication, and the messages around it, as
/// <c>NodeExecutor</c> sends and takes them.
/// </summary>
internal sealed class ExecutorProcess
{
    private static readonly TimeSpan HelloInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AcknowledgePatience = TimeSpan.FromSeconds(5);
    private readonly World _world;
    private readonly RunningTask _task;
    private readonly ProcessTime _time;
    private readonly Log _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _kill = new();
    private bool _killing;
    private bool _ending;
    private bool _given;

    public ExecutorProcess(World world, RunningTask task)
    {
        (_world, _task) = (world, task);
        _time = new ProcessTime(world.Clock);
        _log = new Log(world.Journal.For($"x{task.Node.Node}"), _time);
        Machine = new Machine(world, $"mysqld{task.Node.Node}", task.Node, task.Disk, _time);
        Node = new Node(task.Id, task.Node, Task.FromResult(world.Program), _ => Machine, Send, Running, _time, _log, TaskCreationOptions.None);
    }

    public Machine Machine { get; }
    public Node Node { get; }
    public bool Ended => _time.Ended;

    public void Start()
    {
        Update(TaskState.Starting, null);
        _ = RunAsync();
        AskForAccounts();
    }

    public void Hear(SchedulerMessage message, bool accounts)
    {
        if (Ended)
            return;
        if (accounts && !_given)
        {
            _given = true;
            Node.Give(Accounts.Given);
        }
        if (message.Directive is { } directive)
        {
            directive = _world.Mistake.Obeyed(directive, Node.Orders);
            if (Node.Orders.Take(directive))
            {
                if (_world.Journal.On)
                    _world.Journal.Write($"x{_task.Node.Node}", $"takes {Text.Of(directive)}");
                if (Node.Status.Current.Phase != NodePhase.Running)
                    Node.Status.Set(f => f);
            }
        }
    }

    public void Kill()
    {
        if (_ending || Ended)
            return;
        if (!_killing)
            Update(TaskState.Killing, null);
        _killing = true;
        _stop.Cancel();
        _world.Clock.After(TimeSpan.FromSeconds(20), () =>
        {
            if (!Ended)
                _kill.Cancel();
        });
    }

    /// <summary>SIGKILL; its server goes with it.</summary>
    public void Die()
    {
        _time.Ended = true;
        Machine.Server?.End(137);
    }

    private async Task RunAsync()
    {
        try
        {
            await Node.RunAsync(_stop.Token, _kill.Token).ConfigureAwait(false);
            End(TaskState.Killed, null);
        }
        catch (NodeFailedException e)
        {
            End(TaskState.Failed, e.Message);
        }
        catch (Exception e) when (!_time.Ended)
        {
            _world.Break(e);
        }
    }

    private void End(string state, string? message)
    {
        if (_ending || Ended)
            return;
        _ending = true;
        Update(state, message);
        _world.Clock.After(_task.Acknowledged ? TimeSpan.Zero : AcknowledgePatience, () => _time.Ended = true);
    }

    private void Running()
    {
        if (!_killing)
            Update(TaskState.Running, null);
    }

    private void AskForAccounts()
    {
        if (Ended || _given)
            return;
        _task.Agent.SendToScheduler(_task, new ExecutorMessage { Hello = new Hello { TaskId = _task.Id, PublicKey = [] } });
        _world.Clock.After(HelloInterval, AskForAccounts);
    }

    private void Send(Report report)
    {
        report = report with { NewestVersion = Node?.Orders.NewestVersion ?? 0 };
        _task.Agent.SendToScheduler(_task, new ExecutorMessage { Report = _world.Mistake.Reported(report) });
    }

    private void Update(string state, string? message)
    {
        if (!Ended)
            _task.Agent.Update(_task, state, message, null);
    }
}
