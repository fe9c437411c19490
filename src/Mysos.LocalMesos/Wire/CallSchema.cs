namespace Mysos.LocalMesos.Wire;

/// <summary>What a protobuf field of the v1 calls accepts as JSON.</summary>
internal enum FieldType { Text, Enum, Number, Boolean, Bytes, Message }

internal sealed record Field(string Name, FieldType Type, bool Required, bool Repeated, string? Message);

/// <summary>
/// The part of Mesos' v1 protobuf messages that calls consist of: enough to find a wrong or missing field as Mesos'
/// conversion from JSON does. A field is written <c>name</c>, <c>name!</c> (required), <c>name*</c> (repeated), with its
/// type after a colon where it is not text.
/// </summary>
internal static class CallSchema
{
    public const string SchedulerCall = "scheduler.Call";
    public const string ExecutorCall = "executor.Call";

    private static readonly Dictionary<string, IReadOnlyList<Field>> Messages = new Dictionary<string, string>
    {
        [SchedulerCall] = "framework_id:Id type:enum subscribe:Subscribe accept:Accept decline:Decline " +
            "accept_inverse_offers:InverseOffers decline_inverse_offers:InverseOffers revive:Roles suppress:Roles " +
            "kill:Kill shutdown:Shutdown acknowledge:Acknowledge acknowledge_operation_status:AcknowledgeOperation " +
            "reconcile:Reconcile reconcile_operations:ReconcileOperations message:SchedulerMessage",
        ["Id"] = "value!",
        ["Subscribe"] = "framework_info!:FrameworkInfo suppressed_roles*",
        ["FrameworkInfo"] = "user! name! id:Id failover_timeout:number checkpoint:bool role roles* hostname principal webui_url " +
            "capabilities*:Capability labels:Labels",
        ["Capability"] = "type:enum",
        ["Labels"] = "labels*:Label",
        ["Label"] = "key! value",
        ["Accept"] = "offer_ids*:Id operations*:Operation filters:Filters",
        ["Decline"] = "offer_ids*:Id filters:Filters",
        ["InverseOffers"] = "inverse_offer_ids*:Id filters:Filters",
        ["Filters"] = "refuse_seconds:number",
        ["Roles"] = "roles*",
        ["Kill"] = "task_id!:Id agent_id:Id kill_policy:KillPolicy",
        ["KillPolicy"] = "grace_period:Duration",
        ["Duration"] = "nanoseconds!:number",
        ["Shutdown"] = "executor_id!:Id agent_id!:Id",
        ["Acknowledge"] = "agent_id!:Id task_id!:Id uuid!:bytes",
        ["AcknowledgeOperation"] = "agent_id:Id uuid!:bytes operation_id!:Id",
        ["Reconcile"] = "tasks*:ReconcileTask",
        ["ReconcileTask"] = "task_id!:Id agent_id:Id",
        ["ReconcileOperations"] = "operations*:ReconcileOperation",
        ["ReconcileOperation"] = "operation_id!:Id agent_id:Id",
        ["SchedulerMessage"] = "agent_id!:Id executor_id!:Id data!:bytes",
        ["Operation"] = "type:enum id:Id launch:Launch launch_group:LaunchGroup reserve:Resources unreserve:Resources create:Volumes destroy:Volumes",
        ["Launch"] = "task_infos*:TaskInfo",
        ["LaunchGroup"] = "executor!:ExecutorInfo task_group!:TaskGroup",
        ["TaskGroup"] = "tasks*:TaskInfo",
        ["Resources"] = "resources*:Resource",
        ["Volumes"] = "volumes*:Resource",
        ["TaskInfo"] = "name! task_id!:Id agent_id!:Id resources*:Resource executor:ExecutorInfo command:CommandInfo data:bytes " +
            "kill_policy:KillPolicy labels:Labels",
        ["ExecutorInfo"] = "type:enum executor_id!:Id framework_id:Id command:CommandInfo resources*:Resource name source data:bytes " +
            "shutdown_grace_period:Duration labels:Labels",
        ["CommandInfo"] = "uris*:Uri environment:Environment shell:bool value arguments* user",
        ["Uri"] = "value! executable:bool extract:bool cache:bool output_file",
        ["Environment"] = "variables*:Variable",
        ["Variable"] = "name! value",
        ["Resource"] = "name! type!:enum scalar:Scalar ranges:Ranges role allocation_info:Allocation reservations*:Reservation " +
            "reservation:Reservation disk:Disk",
        ["Scalar"] = "value!:number",
        ["Ranges"] = "range*:Range",
        ["Range"] = "begin!:number end!:number",
        ["Allocation"] = "role",
        ["Reservation"] = "type:enum role principal labels:Labels",
        ["Disk"] = "persistence:Persistence volume:Volume source:Source",
        ["Persistence"] = "id! principal",
        ["Volume"] = "container_path! mode!:enum",
        ["Source"] = "type!:enum path:Root mount:Root",
        ["Root"] = "root",
        [ExecutorCall] = "executor_id!:Id framework_id!:Id type:enum subscribe:ExecutorSubscribe update:Update message:ExecutorMessage",
        ["ExecutorSubscribe"] = "unacknowledged_tasks*:TaskInfo unacknowledged_updates*:Update",
        ["Update"] = "status!:TaskStatus",
        ["TaskStatus"] = "task_id!:Id state!:enum message source:enum reason:enum data:bytes agent_id:Id executor_id:Id " +
            "timestamp:number uuid:bytes healthy:bool labels:Labels",
        ["ExecutorMessage"] = "data!:bytes",
    }.ToDictionary(message => message.Key, message => Parse(message.Value));

    public static IReadOnlyList<Field> Of(string message) => Messages[message];

    private static IReadOnlyList<Field> Parse(string fields) => [.. fields.Split(' ').Select(field =>
    {
        var parts = field.Split(':');
        var name = parts[0].TrimEnd('!', '*');
        var type = parts.Length == 1 ? FieldType.Text : parts[1] switch
        {
            "enum" => FieldType.Enum,
            "number" => FieldType.Number,
            "bool" => FieldType.Boolean,
            "bytes" => FieldType.Bytes,
            _ => FieldType.Message,
        };
        return new Field(
            name, type, parts[0].EndsWith('!'), parts[0].EndsWith('*'), type == FieldType.Message ? parts[1] : null);
    })];
}
