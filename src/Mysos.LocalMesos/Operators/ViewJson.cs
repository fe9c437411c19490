using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Resources;
using Mysos.LocalMesos.Wire;

namespace Mysos.LocalMesos.Operators;

/// <summary>The JSON that operators' views are made of.</summary>
internal static class ViewJson
{
    public static JsonNode Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(value, type)!;

    public static JsonArray Array(IEnumerable<JsonNode> nodes) => new([.. nodes]);

    public static JsonObject Id(string value) => new() { ["value"] = value };

    public static JsonNode Double(double value) => Json(value, MesosWire.Json.Double);

    public static JsonObject Nanoseconds(DateTimeOffset at) => new() { ["nanoseconds"] = (at - DateTimeOffset.UnixEpoch).Ticks * 100 };

    public static JsonNode Seconds(DateTimeOffset at) => Double((at - DateTimeOffset.UnixEpoch).Ticks / 1e7);

    /// <summary>As in protobuf's JSON, what is empty is left out.</summary>
    public static void Add(JsonObject view, string name, IEnumerable<JsonNode> nodes)
    {
        var array = Array(nodes);
        if (array.Count > 0)
            view[name] = array;
    }

    /// <summary>Operators see the old form, in which a role is always there.</summary>
    public static IEnumerable<JsonNode> ResourcesOf(ResourceBag bag, string? allocatedTo) =>
        ResourceDialect.For(bag.ToResources(allocatedTo), refined: false).Select(each => Json(each, MesosWire.Json.Resource));

    public static IEnumerable<JsonNode> Allocated(IEnumerable<(string Role, ResourceBag Resources)> parts) =>
        parts.GroupBy(part => part.Role, part => part.Resources)
            .SelectMany(group => ResourcesOf(ResourceBag.Of(group.SelectMany(bag => bag.Items)), group.Key));

    /// <summary>A task as masters and agents show it.</summary>
    /// <param name="info">The task.</param>
    /// <param name="framework">Whose it is.</param>
    /// <param name="executor">What runs it.</param>
    /// <param name="latestState">Its newest state.</param>
    /// <param name="statuses">The last update of each state.</param>
    /// <param name="sent">State and uuid of the last update that went on; null: none did.</param>
    public static JsonObject Task(
        TaskInfo info, FrameworkId framework, ExecutorId executor, string latestState, IEnumerable<TaskStatus> statuses,
        (string State, byte[] Uuid)? sent)
    {
        var view = new JsonObject
        {
            ["name"] = info.Name, ["task_id"] = Id(info.TaskId.Value), ["framework_id"] = Id(framework.Value),
            ["executor_id"] = Id(executor.Value), ["agent_id"] = Id(info.AgentId.Value), ["state"] = latestState,
            ["resources"] = Array(info.Resources.Select(resource => Json(resource, MesosWire.Json.Resource))),
        };
        Add(view, "statuses", statuses.Select(status => Json(status, MesosWire.Json.TaskStatus)));
        if (sent is var (state, uuid))
        {
            view["status_update_state"] = state;
            view["status_update_uuid"] = Convert.ToBase64String(uuid);
        }
        if (info.Labels is { } labels)
            view["labels"] = Json(labels, MesosWire.Json.Labels);
        return view;
    }
}
