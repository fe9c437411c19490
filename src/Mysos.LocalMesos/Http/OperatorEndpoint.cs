using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Mysos.Core.Mesos;
using Mysos.LocalMesos.Hosting;
using Mysos.LocalMesos.Operators;

namespace Mysos.LocalMesos.Http;

/// <summary>The operator API of a server: <c>/api/v1</c>, and of the older paths those that change something.</summary>
internal sealed class OperatorEndpoint(Engine? engine, string server)
{
    /// <summary>The version of Mesos whose behaviour is reproduced.</summary>
    public const string MesosVersion = "1.12.0";

    public const string Version = $$"""{"version":"{{MesosVersion}}"}""";

    /// <summary>The v1 API. An agent knows no more than its health and version.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (Answers.NotAJsonPost(context) is var (status, text))
        {
            await Answers.WriteAsync(context, status, text).ConfigureAwait(false);
            return;
        }
        var body = await Answers.ReadBodyAsync(context).ConfigureAwait(false);
        if (Parse(body, OperatorJson.Default.OperatorCall, out var wrong) is not { } call)
            await Answers.WriteAsync(context, 400, wrong).ConfigureAwait(false);
        else if (engine is not null)
            await AnswerAsync(context, call).ConfigureAwait(false);
        else
            await Answers.WriteAsync(context, OwnAnswer(call)).ConfigureAwait(false);
    }

    /// <summary>The older paths; null: it is none of them.</summary>
    public Task? HandleOld(HttpContext context, string path) => path switch
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
        _ => null,
    };

    private OperatorAnswer OwnAnswer(OperatorCall call) => call.Type switch
    {
        "GET_HEALTH" => new OperatorAnswer(200, """{"type":"GET_HEALTH","get_health":{"healthy":true}}""", IsJson: true),
        "GET_VERSION" => new OperatorAnswer(
            200, $$$"""{"type":"GET_VERSION","get_version":{"version_info":{{{Version}}}}}""", IsJson: true),
        null => OperatorAnswer.BadRequest($"Failed to validate {server}::Call: Expecting 'type' to be present"),
        _ => new OperatorAnswer(501, $"The local Mesos does not answer the operator call '{call.Type}'"),
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
        if (Parse(body, type, out var wrong) is { } parsed)
            await AnswerAsync(context, toCall(parsed)).ConfigureAwait(false);
        else
            await Answers.WriteAsync(context, 400, wrong).ConfigureAwait(false);
    }

    private async Task AnswerAsync(HttpContext context, OperatorCall call) =>
        await Answers.WriteAsync(context, await engine!.Mailbox.Ask(() => engine.OperatorCall(call)).ConfigureAwait(false)).ConfigureAwait(false);

    private static T? Parse<T>(byte[] body, JsonTypeInfo<T> type, out string wrong)
        where T : class
    {
        try
        {
            wrong = "Expecting a JSON object";
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException error)
        {
            wrong = $"Failed to parse body into JSON: {error.Message}";
            return null;
        }
    }

    private static string? Id(IFormCollection form, string name) =>
        form.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } id ? id : null;

    private static (AgentId Agent, Resource[] Resources)? Resources(IFormCollection form, string name) =>
        Id(form, "slaveId") is { } agent && Id(form, name) is { } json
        && Parse(System.Text.Encoding.UTF8.GetBytes(json), OperatorJson.Default.ResourceArray, out _) is { } resources
            ? (new AgentId(agent), resources)
            : null;
}
