using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>The master's paths for operators from before the v1 API: those that change something, and some that show it.</summary>
internal sealed class OlderPaths(Engine engine)
{
    public Task HandleAsync(HttpContext context, string path) => path switch
    {
        "/teardown" => FormAsync(context, form => Id(form, "frameworkId") is { } id
            ? new OperatorCall { Type = "TEARDOWN", Teardown = new OperatorCall.FrameworkCall(new FrameworkId(id)) } : null),
        "/reserve" => FormAsync(context, form => Resources(form, "resources") is { } part
            ? new OperatorCall { Type = "RESERVE_RESOURCES", ReserveResources = new OperatorCall.ResourcesCall(part.Agent, part.Resources) } : null),
        "/unreserve" => FormAsync(context, form => Resources(form, "resources") is { } part
            ? new OperatorCall { Type = "UNRESERVE_RESOURCES", UnreserveResources = new OperatorCall.ResourcesCall(part.Agent, part.Resources) } : null),
        "/create-volumes" => FormAsync(context, form => Resources(form, "volumes") is { } part
            ? new OperatorCall { Type = "CREATE_VOLUMES", CreateVolumes = new OperatorCall.VolumesCall(part.Agent, part.Resources) } : null),
        "/destroy-volumes" => FormAsync(context, form => Resources(form, "volumes") is { } part
            ? new OperatorCall { Type = "DESTROY_VOLUMES", DestroyVolumes = new OperatorCall.VolumesCall(part.Agent, part.Resources) } : null),
        "/maintenance/schedule" => JsonAsync(context, OperatorJson.Default.MaintenanceSchedule, schedule => new OperatorCall
        {
            Type = "UPDATE_MAINTENANCE_SCHEDULE", UpdateMaintenanceSchedule = new OperatorCall.ScheduleCall(schedule),
        }),
        "/machine/down" => JsonAsync(context, OperatorJson.Default.MachineIdArray, machines => new OperatorCall
        {
            Type = "START_MAINTENANCE", StartMaintenance = new OperatorCall.MachinesCall(machines),
        }),
        "/machine/up" => JsonAsync(context, OperatorJson.Default.MachineIdArray, machines => new OperatorCall
        {
            Type = "STOP_MAINTENANCE", StopMaintenance = new OperatorCall.MachinesCall(machines),
        }),
        _ => ViewAsync(context, path),
    };

    private async Task FormAsync(HttpContext context, Func<IFormCollection, OperatorCall?> toCall)
    {
        var form = context.Request.HasFormContentType
            ? await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false)
            : FormCollection.Empty;
        if (toCall(form) is { } call)
            await AnswerAsync(context, call).ConfigureAwait(false);
        else
            await Answers.WriteAsync(context, 400, "Missing or malformed query parameters in the request body").ConfigureAwait(false);
    }

    private async Task JsonAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, OperatorCall> toCall)
        where T : class
    {
        var body = await Answers.ReadBodyAsync(context).ConfigureAwait(false);
        if (OperatorCall.Parse(body, type, out var wrong) is { } parsed)
            await AnswerAsync(context, toCall(parsed)).ConfigureAwait(false);
        else
            await Answers.WriteAsync(context, 400, wrong).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, OperatorCall call) =>
        await Answers.WriteAsync(context, await engine.Mailbox.Ask(() => engine.OperatorCall(call)).ConfigureAwait(false)).ConfigureAwait(false);

    private async Task ViewAsync(HttpContext context, string path)
    {
        var only = context.Request.Query.TryGetValue("framework_id", out var id) ? new FrameworkId(id.ToString()) : (FrameworkId?)null;
        var answer = await engine.Mailbox.Ask(() => engine.View(state => OldView.Of(state, path, only))).ConfigureAwait(false);
        await Answers.WriteAsync(context, answer ?? new OperatorAnswer(404, "")).ConfigureAwait(false);
    }

    private static string? Id(IFormCollection form, string name) =>
        form.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } id ? id : null;

    private static (AgentId Agent, Resource[] Resources)? Resources(IFormCollection form, string name) =>
        Id(form, "slaveId") is { } agent && Id(form, name) is { } json
        && OperatorCall.Parse(System.Text.Encoding.UTF8.GetBytes(json), OperatorJson.Default.ResourceArray, out _) is { } resources
            ? (new AgentId(agent), resources)
            : null;
}
