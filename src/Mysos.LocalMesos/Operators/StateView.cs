using System.Text.Json.Nodes;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Http;
using Mysos.LocalMesos.Master;
using Mysos.LocalMesos.Resources;
using Mysos.LocalMesos.Wire;
using static Mysos.LocalMesos.Operators.ViewJson;

namespace Mysos.LocalMesos.Operators;

/// <summary>What the master shows of itself: the answers to <c>GET_…</c>.</summary>
internal static class StateView
{
    public static readonly IReadOnlyList<string> AgentCapabilities =
    [
        "MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT", "RESOURCE_PROVIDER", "RESIZE_VOLUME", "AGENT_OPERATION_FEEDBACK",
        "AGENT_DRAINING", "TASK_RESOURCE_LIMITS",
    ];

    /// <summary>Null: there is no such view.</summary>
    public static JsonNode? Of(MasterState state, string type) => type switch
    {
        "GET_HEALTH" => new JsonObject { ["healthy"] = true },
        "GET_VERSION" => new JsonObject { ["version_info"] = JsonNode.Parse(OperatorEndpoint.Version) },
        "GET_MASTER" => new JsonObject
        {
            ["master_info"] = Json(state.Info, MesosWire.Json.MasterInfo), ["start_time"] = Seconds(state.Election.StartedAt.Wall),
            ["elected_time"] = Seconds(state.Election.ElectedAt.Wall),
        },
        "GET_AGENTS" => Agents(state),
        "GET_FRAMEWORKS" => Frameworks(state),
        "GET_EXECUTORS" => Executors(state),
        "GET_TASKS" => Tasks(state),
        "GET_ROLES" => Roles(state),
        "GET_STATE" => new JsonObject
        {
            ["get_tasks"] = Tasks(state), ["get_executors"] = Executors(state), ["get_frameworks"] = Frameworks(state), ["get_agents"] = Agents(state),
        },
        "GET_OPERATIONS" => Operations(state),
        "GET_MAINTENANCE_STATUS" => new JsonObject { ["status"] = MaintenanceStatus(state) },
        "GET_MAINTENANCE_SCHEDULE" => new JsonObject { ["schedule"] = Schedule(state) },
        _ => null,
    };

    private static JsonObject Agents(MasterState state)
    {
        var view = new JsonObject { ["recovered_agents"] = new JsonArray() };
        Add(view, "agents", state.Agents.Values.Where(agent => agent.UnreachableSince is null).Select(agent => Agent(state, agent)));
        return view;
    }

    private static JsonObject Agent(MasterState state, AgentEntry agent)
    {
        var info = Json(agent.Info, MesosWire.Json.AgentInfo).AsObject();
        info["checkpoint"] = true;
        var view = new JsonObject
        {
            ["agent_info"] = info, ["active"] = agent.IsConnected && !agent.IsDeactivated, ["deactivated"] = agent.IsDeactivated,
            ["version"] = OperatorEndpoint.MesosVersion, ["pid"] = agent.Pid, ["registered_time"] = Nanoseconds(agent.RegisteredAt),
            ["total_resources"] = Array(ResourcesOf(agent.Total, null)),
            ["capabilities"] = new JsonArray([.. AgentCapabilities.Select(each => new JsonObject { ["type"] = each })]),
        };
        if (agent.ReregisteredAt is { } again)
            view["reregistered_time"] = Nanoseconds(again);
        Add(view, "allocated_resources", Allocated(state.Frameworks.Values.SelectMany(framework => framework.UsedBy(agent.Id))));
        Add(view, "offered_resources", Allocated(
            state.Offers.Values.Where(offer => offer.AgentId == agent.Id).Select(offer => (offer.Role, offer.Resources))));
        if (agent.Drain is { } drain)
        {
            var config = new JsonObject { ["mark_gone"] = drain.MarkGone };
            if (drain.MaxGracePeriod is { } grace)
                config["max_grace_period"] = new JsonObject { ["nanoseconds"] = grace.ToDuration().Nanoseconds };
            view["drain_info"] = new JsonObject { ["state"] = drain.IsDone ? "DRAINED" : "DRAINING", ["config"] = config };
            view["estimated_drain_start_time"] = Nanoseconds(DateTimeOffset.FromUnixTimeSeconds(drain.At.ToUnixTimeSeconds()));
        }
        return view;
    }

    private static JsonObject Frameworks(MasterState state) => new()
    {
        ["frameworks"] = Array(state.Frameworks.Values.Select(framework => Framework(state, framework))),
        ["completed_frameworks"] = Array(state.CompletedFrameworks.Select(framework => Framework(state, framework))),
    };

    private static JsonObject Framework(MasterState state, FrameworkEntry framework)
    {
        var view = new JsonObject
        {
            ["framework_info"] = Json(framework.Info, MesosWire.Json.FrameworkInfo), ["active"] = framework.IsConnected,
            ["connected"] = framework.IsConnected, ["recovered"] = false, ["registered_time"] = Nanoseconds(framework.RegisteredAt),
            ["reregistered_time"] = Nanoseconds(framework.ReregisteredAt), ["offer_constraints"] = new JsonObject(),
        };
        var offers = state.Offers.Values.Where(offer => offer.FrameworkId == framework.Id).ToArray();
        Add(view, "offers", offers.Select(offer => Json(offer.Message, MesosWire.Json.Offer)));
        Add(view, "allocated_resources", Allocated(state.Agents.Keys.SelectMany(framework.UsedBy)));
        Add(view, "offered_resources", Allocated(offers.Select(offer => (offer.Role, offer.Resources))));
        return view;
    }

    private static JsonObject Executors(MasterState state)
    {
        var view = new JsonObject();
        Add(view, "executors", state.Frameworks.Values.SelectMany(framework => framework.Executors).Select(executor => new JsonObject
        {
            ["executor_info"] = Json(executor.Value, MesosWire.Json.ExecutorInfo), ["agent_id"] = Id(executor.Key.AgentId.Value),
        }));
        return view;
    }

    private static JsonObject Tasks(MasterState state)
    {
        var all = state.Frameworks.Values.SelectMany(framework => framework.Tasks.Values.Select(task => (framework.Id, Task: task))).ToArray();
        return new JsonObject
        {
            ["tasks"] = Array(all.Where(each => each.Task.UnreachableSince is null).Select(each => Task(each.Id, each.Task))),
            ["unreachable_tasks"] = Array(all.Where(each => each.Task.UnreachableSince is not null).Select(each => Task(each.Id, each.Task))),
            ["completed_tasks"] = Array(state.Frameworks.Values.Concat(state.CompletedFrameworks)
                .SelectMany(framework => framework.CompletedTasks.Select(task => Task(framework.Id, task)))),
        };
    }

    /// <summary>A task of a framework.</summary>
    public static JsonObject Task(FrameworkId framework, TaskEntry task) => ViewJson.Task(
        task.Info, framework, task.ExecutorId, task.LatestState, task.Statuses,
        task.SentUuid is { } uuid ? (task.SentState, uuid) : null);

    private static JsonObject Roles(MasterState state) => new() { ["roles"] = Array(RoleUse.All(state).Select(Role)) };

    private static JsonObject Role(RoleUse role)
    {
        var view = new JsonObject { ["name"] = role.Name, ["weight"] = Double(1) };
        Add(view, "frameworks", role.Members.Select(framework => Id(framework.Id.Value)));
        var used = role.Allocated.Plus(role.Offered);
        Add(view, "resources", used.Items.Where(item => item.Kind.Type == Resource.ScalarType).Select(item => item.Name).Distinct()
            .Order(StringComparer.Ordinal).Select(name => Json(
                new Resource { Name = name, Type = Resource.ScalarType, Scalar = new Scalar(used.MilliOf(name) / 1000.0) }, MesosWire.Json.Resource)));
        return view;
    }

    private static JsonObject Operations(MasterState state)
    {
        var view = new JsonObject();
        Add(view, "operations", state.Frameworks.Values.SelectMany(framework => framework.Operations.Values.Select(operation => new JsonObject
        {
            ["framework_id"] = Id(framework.Id.Value), ["agent_id"] = Id(operation.AgentId.Value),
            ["latest_status"] = new JsonObject { ["operation_id"] = Id(operation.Id.Value), ["state"] = operation.State },
        })));
        return view;
    }

    private static JsonObject MaintenanceStatus(MasterState state)
    {
        var view = new JsonObject();
        Add(view, "draining_machines", state.Maintenance.Where(machine => !machine.Value.IsDown).Select(machine =>
        {
            var one = new JsonObject { ["id"] = Machine(machine.Key) };
            Add(one, "statuses", machine.Value.Answers.Select(answer => new JsonObject
            {
                ["status"] = answer.Value.Status, ["framework_id"] = Id(answer.Key.Value), ["timestamp"] = Nanoseconds(answer.Value.At),
            }));
            return one;
        }));
        Add(view, "down_machines", state.Maintenance.Where(machine => machine.Value.IsDown).Select(machine => Machine(machine.Key)));
        return view;
    }

    private static JsonObject Schedule(MasterState state)
    {
        var view = new JsonObject();
        Add(view, "windows", state.Schedule.Select(window =>
        {
            var unavailability = Json(window.Unavailability, MesosWire.Json.Unavailability);
            return new JsonObject { ["machine_ids"] = Array(window.MachineIds.Select(Machine)), ["unavailability"] = unavailability };
        }));
        return view;
    }

    private static JsonObject Machine(MachineId machine) => new() { ["hostname"] = machine.Hostname, ["ip"] = machine.Ip };
}
