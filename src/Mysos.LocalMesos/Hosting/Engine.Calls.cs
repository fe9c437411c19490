using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Hosting;

/// <summary>What schedulers, operators and executors want.</summary>
internal sealed partial class Engine
{
    private static readonly CallResult NotLeading = new(503, "No leader elected");

    public CallResult SchedulerCall(SchedulerCall call, string? stream, string? principal)
    {
        if (_master is null)
            return NotLeading;
        var (result, effects) = _master.Call(call, stream, principal, Now());
        Do(null, effects);
        return result;
    }

    public OperatorAnswer OperatorCall(OperatorCall call)
    {
        if (_master is null)
            return new OperatorAnswer(NotLeading.Status, NotLeading.Body);
        var (answer, effects) = _master.Operate(call, Now());
        Do(null, effects);
        return answer;
    }

    /// <summary>An answer from the master's tables; null: there is no such view.</summary>
    public OperatorAnswer? View(Func<MasterState, JsonObject?> view) => _master is null
        ? new OperatorAnswer(NotLeading.Status, NotLeading.Body)
        : view(_master.State) is { } json ? OperatorAnswer.Json(json) : null;

    public void SchedulerSubscribe(RecordStream stream, SchedulerCall.SubscribeCall subscribe) =>
        Subscribe(stream, (master, now) => master.Subscribe(stream.Id, subscribe, now));

    public void OperatorSubscribe(RecordStream stream) =>
        Subscribe(stream, (master, now) => master.OperatorSubscribe(stream.Id, now));

    private void Subscribe(RecordStream stream, Func<MasterMachine, Moment, IReadOnlyList<MasterEffect>> subscribe)
    {
        if (_master is null)
        {
            stream.Cut();
            return;
        }
        _streams.Add(stream);
        Step(subscribe);
    }

    /// <summary>The stream of a scheduler or an operator has ended from the other side.</summary>
    public void SubscriberDisconnected(string stream)
    {
        _streams.Remove(stream);
        Step((master, now) => master.Disconnected(stream, now));
    }

    /// <summary>A call of an executor, which waits as long as the agent is frozen.</summary>
    /// <param name="agent">The agent that was called.</param>
    /// <param name="call">A valid call.</param>
    /// <param name="stream">For SUBSCRIBE, where its events go.</param>
    public Task<CallResult> ExecutorCallAsync(AgentNode agent, ExecutorCall call, RecordStream? stream)
    {
        if (agent.Held is not { } held)
            return Task.FromResult(ExecutorCall(agent, call, stream));
        var answer = new TaskCompletionSource<CallResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        held.Add(() => answer.SetResult(ExecutorCall(agent, call, stream)));
        return answer.Task;
    }

    private CallResult ExecutorCall(AgentNode agent, ExecutorCall call, RecordStream? stream)
    {
        if (agent.Machine is not { } machine)
            return new CallResult(503, "Agent has not finished recovery");
        if (stream is not null)
            _streams.Add(stream);
        // An executor can be quicker than the news of its start.
        if (machine.State.Executor(call.FrameworkId, call.ExecutorId) is { Pid: null } early
            && agent.Containers.FirstProcess(early.ContainerId) is var (pid, startTime))
        {
            Do(agent, machine.ContainerStarted(early.ContainerId, pid, startTime, Now()));
        }
        var (result, effects) = machine.Call(call, stream?.Id, Now());
        if (stream is not null && result.Status == 200)
            agent.Streams.Add(stream.Id);
        else if (stream is not null)
            _streams.Remove(stream.Id);
        Do(agent, effects);
        return result;
    }

    public void ExecutorDisconnected(AgentNode agent, string stream)
    {
        _streams.Remove(stream);
        agent.Streams.Remove(stream);
        Step(agent, (machine, _) => machine.Disconnected(stream));
    }
}
