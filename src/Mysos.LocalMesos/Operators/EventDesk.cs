using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Wire;
using static Mysos.LocalMesos.Operators.ViewJson;

namespace Mysos.LocalMesos.Operators;

/// <summary>The event streams of operators: the whole state at first, then heartbeats and what happens to tasks.</summary>
internal sealed class EventDesk(MasterState state)
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, TimeSpan> _nextHeartbeats = [];

    public IReadOnlyCollection<string> Streams => _nextHeartbeats.Keys;

    public TimeSpan? NextDeadline => _nextHeartbeats.Count == 0 ? null : _nextHeartbeats.Values.Min();

    public void Subscribe(string stream, Moment now)
    {
        Send(stream, "SUBSCRIBED", new JsonObject
        {
            ["get_state"] = StateView.Of(state, "GET_STATE"), ["heartbeat_interval_seconds"] = Double(HeartbeatInterval.TotalSeconds),
        });
        Beat(stream, now.Up);
    }

    public void Disconnected(string stream) => _nextHeartbeats.Remove(stream);

    public void TaskAdded(FrameworkEntry framework, TaskEntry task) => Publish("TASK_ADDED", () => new JsonObject
    {
        ["task"] = StateView.Task(framework.Id, task),
    });

    /// <param name="framework">Whose task.</param>
    /// <param name="status">What the scheduler is told.</param>
    /// <param name="latestState">The newest state of the task.</param>
    public void TaskUpdated(FrameworkEntry framework, TaskStatus status, string latestState) => Publish("TASK_UPDATED", () => new JsonObject
    {
        ["framework_id"] = Id(framework.Id.Value), ["status"] = Json(status, MesosWire.Json.TaskStatus), ["state"] = latestState,
    });

    public void Tick(Moment now)
    {
        foreach (var (stream, due) in _nextHeartbeats.Where(each => each.Value <= now.Up).ToArray())
            Beat(stream, due);
    }

    private void Beat(string stream, TimeSpan due)
    {
        _nextHeartbeats[stream] = due + HeartbeatInterval;
        state.Effects.Add(new MasterEffect.SendToOperator(stream, new JsonObject { ["type"] = "HEARTBEAT" }));
    }

    private void Publish(string type, Func<JsonObject> what)
    {
        foreach (var stream in _nextHeartbeats.Keys)
            Send(stream, type, what());
    }

    private void Send(string stream, string type, JsonObject what) => state.Effects.Add(new MasterEffect.SendToOperator(
        stream, new JsonObject { ["type"] = type, [type.ToLowerInvariant()] = what }));
}
