using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;
using Mysos.LocalMesos.Wire;
using static Mysos.LocalMesos.Operators.OldViewJson;
using static Mysos.LocalMesos.Operators.ViewJson;

namespace Mysos.LocalMesos.Operators;

/// <summary>What the master shows under the paths from before the v1 API: <c>/frameworks</c>, <c>/tasks</c>, <c>/slaves</c>, <c>/roles</c>.</summary>
internal static class OldView
{
    /// <param name="state">The master's.</param>
    /// <param name="path">Such as <c>/tasks</c>.</param>
    /// <param name="only">The framework that is asked for; null: all.</param>
    /// <returns>Null: there is no such view.</returns>
    public static JsonObject? Of(MasterState state, string path, FrameworkId? only)
    {
        bool IsAskedFor(FrameworkEntry framework) => only is null || framework.Id == only;
        var frameworks = state.Frameworks.Values.Where(IsAskedFor).ToArray();
        return path switch
        {
            "/frameworks" => new JsonObject
            {
                ["frameworks"] = Array(frameworks.Select(framework => Framework(state, framework))),
                ["completed_frameworks"] = Array(state.CompletedFrameworks.Where(IsAskedFor).Select(framework => Framework(state, framework))),
                ["unregistered_frameworks"] = new JsonArray(),
            },
            "/tasks" => new JsonObject
            {
                ["tasks"] = Array(frameworks.SelectMany(framework => framework.Tasks.Values.Concat(framework.CompletedTasks)
                    .Select(task => Task(framework.Id, task)))),
            },
            "/slaves" => new JsonObject
            {
                ["slaves"] = Array(state.Agents.Values.Where(agent => agent.UnreachableSince is null).Select(agent => Agent(state, agent))),
                ["recovered_slaves"] = new JsonArray(),
            },
            "/roles" => new JsonObject { ["roles"] = Array(RoleUse.All(state).Select(Role)) },
            _ => null,
        };
    }

    private static JsonObject Framework(MasterState state, FrameworkEntry framework)
    {
        var offers = state.Offers.Values.Where(offer => offer.FrameworkId == framework.Id).ToArray();
        var offered = Sum(offers.Select(offer => offer.Resources));
        var used = Sum(state.Agents.Keys.Select(framework.UsedOn));
        var tasks = framework.Tasks.Values.ToLookup(task => task.UnreachableSince is null);
        var view = new JsonObject
        {
            ["id"] = framework.Id.Value, ["name"] = framework.Info.Name, ["used_resources"] = Amounts(used),
            ["offered_resources"] = Amounts(offered), ["resources"] = Amounts(used.Plus(offered)),
            ["capabilities"] = Texts((framework.Info.Capabilities ?? []).Select(each => each.Type)),
            ["hostname"] = framework.Info.Hostname ?? "", ["webui_url"] = framework.Info.WebuiUrl ?? "",
            ["active"] = framework.IsConnected, ["connected"] = framework.IsConnected, ["recovered"] = false,
            ["user"] = framework.Info.User, ["failover_timeout"] = Double(framework.Info.FailoverTimeout ?? 0),
            ["checkpoint"] = framework.Info.Checkpoint ?? false, ["registered_time"] = Seconds(framework.RegisteredAt),
            ["unregistered_time"] = Double(0),
            ["tasks"] = Array(tasks[true].Select(task => Task(framework.Id, task))),
            ["unreachable_tasks"] = Array(tasks[false].Select(task => Task(framework.Id, task))),
            ["completed_tasks"] = Array(framework.CompletedTasks.Select(task => Task(framework.Id, task))),
            ["offers"] = Array(offers.Select(Offer)),
            ["executors"] = Array(framework.Executors.Select(executor => Executor(framework.Id, executor.Key.AgentId, executor.Value))),
            ["offer_constraints"] = new JsonObject(),
        };
        if (framework.Info.Principal is { } principal)
            view["principal"] = principal;
        if (framework.ReregisteredAt > framework.RegisteredAt)
            view["reregistered_time"] = Seconds(framework.ReregisteredAt);
        if (framework.IsMultiRole)
            view["roles"] = Texts(framework.Roles);
        else
            view["role"] = framework.Roles[0];
        return view;
    }

    private static JsonObject Task(FrameworkId framework, TaskEntry task)
    {
        var view = new JsonObject
        {
            ["id"] = task.Info.TaskId.Value, ["name"] = task.Info.Name, ["framework_id"] = framework.Value,
            ["executor_id"] = task.ExecutorId.Value, ["slave_id"] = task.AgentId.Value, ["state"] = task.LatestState,
            ["resources"] = Amounts(task.Resources), ["role"] = RoleOf(task.Info.Resources),
            ["statuses"] = Array(task.Statuses.Select(Status)),
        };
        if (task.Info.Labels is { } labels)
            view["labels"] = LabelsOf(labels);
        return view;
    }

    private static JsonObject Status(TaskStatus status)
    {
        var view = new JsonObject { ["state"] = status.State, ["timestamp"] = Double(status.Timestamp ?? 0) };
        if (status.Labels is { } labels)
            view["labels"] = LabelsOf(labels);
        if (status.ContainerStatus is { } container)
            view["container_status"] = Json(container with { ExecutorPid = null }, MesosWire.Json.ContainerStatus);
        if (status.Healthy is { } healthy)
            view["healthy"] = healthy;
        return view;
    }

    private static JsonObject Offer(OfferEntry offer) => new()
    {
        ["id"] = offer.Id.Value, ["framework_id"] = offer.FrameworkId.Value, ["allocation_info"] = new JsonObject { ["role"] = offer.Role },
        ["slave_id"] = offer.AgentId.Value, ["resources"] = Amounts(offer.Resources),
    };

    private static JsonObject Executor(FrameworkId framework, AgentId agent, ExecutorInfo executor) => new()
    {
        ["executor_id"] = executor.ExecutorId.Value, ["name"] = executor.Name ?? "", ["framework_id"] = framework.Value,
        ["command"] = new JsonObject
        {
            ["shell"] = executor.Command?.Shell ?? true, ["value"] = executor.Command?.Value ?? "",
            ["argv"] = Texts(executor.Command?.Arguments ?? []),
            ["uris"] = Array((executor.Command?.Uris ?? []).Select(uri => Json(uri, MesosWire.Json.CommandUri))),
        },
        ["resources"] = Amounts(ResourceBag.Of(executor.Resources)), ["role"] = RoleOf(executor.Resources),
        ["type"] = executor.Type ?? "CUSTOM", ["slave_id"] = agent.Value,
    };

    private static JsonObject Agent(MasterState state, AgentEntry agent)
    {
        var used = state.Frameworks.Values.SelectMany(framework => framework.UsedBy(agent.Id)).ToArray();
        var offered = state.Offers.Values.Where(offer => offer.AgentId == agent.Id).Select(offer => (offer.Role, offer.Resources)).ToArray();
        var free = agent.Total.Where(item => item.ReservedFor is null);
        var reserved = agent.Total.Items.Where(item => item.ReservedFor is not null).GroupBy(item => item.ReservedFor!).ToArray();
        var view = new JsonObject
        {
            ["id"] = agent.Id.Value, ["hostname"] = agent.Info.Hostname, ["port"] = agent.Info.Port,
            ["attributes"] = new JsonObject((agent.Info.Attributes ?? []).Select(each => KeyValuePair.Create<string, JsonNode?>(each.Name, each.Text?.Value))),
            ["pid"] = agent.Pid, ["registered_time"] = Seconds(agent.RegisteredAt), ["resources"] = Amounts(agent.Total),
            ["used_resources"] = Amounts(Sum(used.Select(each => each.Resources))),
            ["offered_resources"] = Amounts(Sum(offered.Select(each => each.Resources))),
            ["reserved_resources"] = ByRole(reserved, items => Amounts(ResourceBag.Of(items))),
            ["unreserved_resources"] = Amounts(free),
            ["active"] = agent.IsConnected && !agent.IsDeactivated, ["deactivated"] = agent.IsDeactivated,
            ["version"] = OperatorEndpoint.MesosVersion, ["capabilities"] = Texts(StateView.AgentCapabilities),
            ["reserved_resources_full"] = ByRole(reserved, items => Array(ResourcesOf(ResourceBag.Of(items), null))),
            ["unreserved_resources_full"] = Array(ResourcesOf(free, null)),
            ["used_resources_full"] = Array(Allocated(used)), ["offered_resources_full"] = Array(Allocated(offered)),
        };
        if (agent.ReregisteredAt is { } again)
            view["reregistered_time"] = Seconds(again);
        return view;
    }

    private static JsonObject Role(RoleUse role) => new()
    {
        ["name"] = role.Name, ["weight"] = Double(1),
        ["quota"] = new JsonObject
        {
            ["role"] = role.Name, ["guarantee"] = new JsonObject(), ["limit"] = new JsonObject(), ["consumed"] = Quantities(role.Allocated.Plus(role.Reserved)),
        },
        ["resources"] = Quantities(role.Allocated.Plus(role.Offered)), ["allocated"] = Quantities(role.Allocated),
        ["offered"] = Quantities(role.Offered), ["reserved"] = Quantities(role.Reserved), ["frameworks"] = Texts(role.Members.Select(each => each.Id.Value)),
    };
}
