using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Agents;
using Mysos.LocalMesos.Containers;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Resources;
using Mysos.LocalMesos.Wire;
using static Mysos.LocalMesos.Operators.ViewJson;

namespace Mysos.LocalMesos.Operators;

/// <summary>An agent's answers to operators: what it shows of itself.</summary>
internal static class AgentView
{
    private const long Mebibyte = 1024 * 1024;

    public static OperatorAnswer Answer(AgentNode agent, OperatorCall call)
    {
        if (agent.Machine is not { } machine)
            return new OperatorAnswer(503, "Agent has not finished recovery");
        return call.Type switch
        {
            null => OperatorAnswer.BadRequest("Failed to validate agent::Call: Expecting 'type' to be present"),
            { } type when Of(agent, machine.State, type) is { } view => OperatorAnswer.Json(new JsonObject { ["type"] = type, [type.ToLowerInvariant()] = view }),
            { } type => new OperatorAnswer(501, $"The local Mesos does not answer the operator call '{type}'"),
        };
    }

    private static JsonObject? Of(AgentNode agent, AgentState state, string type) => type switch
    {
        "GET_HEALTH" => new JsonObject { ["healthy"] = true },
        "GET_VERSION" => new JsonObject { ["version_info"] = JsonNode.Parse(OperatorEndpoint.Version) },
        "GET_EXECUTORS" => new JsonObject
        {
            ["executors"] = Array(OwnExecutors(state).Select(executor => new JsonObject { ["executor_info"] = Json(executor.Info, MesosWire.Json.ExecutorInfo) })),
            ["completed_executors"] = new JsonArray(),
        },
        "GET_CONTAINERS" => Containers(agent, state),
        "GET_TASKS" => Tasks(state),
        _ => null,
    };

    private static IEnumerable<ExecutorEntry> OwnExecutors(AgentState state) => state.Executors.Values.Where(executor => !executor.IsCommand);

    private static JsonObject Tasks(AgentState state)
    {
        JsonArray Of(Func<ExecutorEntry, IEnumerable<TaskInfo>> which) => Array(state.Executors.Values.SelectMany(executor =>
            which(executor).Where(task => state.Tasks.ContainsKey((executor.FrameworkId, task.TaskId))).Select(task => Task(state, executor, task))));
        return new JsonObject
        {
            ["pending_tasks"] = new JsonArray(),
            ["queued_tasks"] = Of(executor => executor.Queued),
            ["launched_tasks"] = Of(executor => executor.Launched.Values),
            ["terminated_tasks"] = Of(executor => executor.Ended.Values),
            ["completed_tasks"] = new JsonArray(),
        };
    }

    private static JsonObject Task(AgentState state, ExecutorEntry executor, TaskInfo task)
    {
        var updates = state.Tasks[(executor.FrameworkId, task.TaskId)].Updates;
        return ViewJson.Task(
            task, executor.FrameworkId, executor.Id, updates.LatestState, updates.Statuses,
            (updates.Head ?? updates.Last) is { Uuid: { } uuid } sent ? (sent.State, uuid) : null);
    }

    private static JsonObject Containers(AgentNode agent, AgentState state)
    {
        var view = new JsonObject();
        Add(view, "containers", state.Executors.Values.Select(executor => new JsonObject
        {
            ["framework_id"] = Id(executor.FrameworkId.Value), ["executor_id"] = Id(executor.Id.Value), ["executor_name"] = executor.Info.Name ?? "",
            ["container_id"] = Id(executor.ContainerId.Value),
            ["container_status"] = Json(
                new ContainerStatus { ContainerId = executor.ContainerId, ExecutorPid = executor.Pid }, MesosWire.Json.ContainerStatus),
            ["resource_statistics"] = Statistics(executor, agent.Containers.UsageOf(executor.ContainerId), agent.Now()),
        }));
        return view;
    }

    /// <summary>What the processes have used so far, and what they may use: nothing enforces that.</summary>
    private static JsonObject Statistics(ExecutorEntry executor, ProcessUsage usage, Moment now)
    {
        var limits = ResourceBag.Of((executor.Info.Resources ?? [])
            .Concat(executor.Launched.Values.Concat(executor.Queued).SelectMany(task => task.Resources)));
        var memory = limits.MilliOf("mem") * Mebibyte / 1000;
        return new JsonObject
        {
            ["timestamp"] = Double(now.Timestamp), ["cpus_user_time_secs"] = Double(usage.User.TotalSeconds),
            ["cpus_system_time_secs"] = Double(usage.System.TotalSeconds), ["cpus_soft_limit"] = Double(limits.MilliOf("cpus") / 1000.0),
            ["mem_limit_bytes"] = memory, ["mem_soft_limit_bytes"] = memory, ["mem_rss_bytes"] = usage.ResidentBytes,
        };
    }
}
