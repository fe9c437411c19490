using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Wire;

/// <summary>What makes a well-formed scheduler call valid, apart from the master's state.</summary>
internal static class SchedulerCallRules
{
    private static readonly HashSet<string> Types =
    [
        "UNKNOWN", "SUBSCRIBE", "TEARDOWN", "ACCEPT", "DECLINE", "ACCEPT_INVERSE_OFFERS", "DECLINE_INVERSE_OFFERS", "REVIVE", "KILL",
        "SHUTDOWN", "ACKNOWLEDGE", "ACKNOWLEDGE_OPERATION_STATUS", "RECONCILE", "RECONCILE_OPERATIONS", "MESSAGE", "REQUEST",
        "SUPPRESS", "UPDATE_FRAMEWORK",
    ];

    /// <summary>The text behind <c>Failed to validate scheduler::Call: </c>; null: valid.</summary>
    /// <param name="call">The call.</param>
    /// <param name="principal">Who has authenticated; null: nobody is asked to.</param>
    public static string? Error(SchedulerCall call, string? principal = null)
    {
        if (call.Type is null || !Types.Contains(call.Type))
            return "Expecting 'type' to be present";
        if (call.Type == "SUBSCRIBE")
        {
            if (call.Subscribe is not { } subscribe)
                return Absent("subscribe");
            return (call.FrameworkId?.Value ?? "") == (subscribe.FrameworkInfo.Id?.Value ?? "")
                ? OtherPrincipal(principal, subscribe.FrameworkInfo)
                : "'framework_id' differs from 'subscribe.framework_info.id'";
        }
        if (call.FrameworkId is null)
            return Absent("framework_id");
        return call.Type switch
        {
            "ACCEPT" when call.Accept is null => Absent("accept"),
            "DECLINE" when call.Decline is null => Absent("decline"),
            "ACCEPT_INVERSE_OFFERS" when call.AcceptInverseOffers is null => Absent("accept_inverse_offers"),
            "DECLINE_INVERSE_OFFERS" when call.DeclineInverseOffers is null => Absent("decline_inverse_offers"),
            "KILL" when call.Kill is null => Absent("kill"),
            "SHUTDOWN" when call.Shutdown is null => Absent("shutdown"),
            "ACKNOWLEDGE" when call.Acknowledge is null => Absent("acknowledge"),
            "ACKNOWLEDGE" => NotUuid(call.Acknowledge.Uuid),
            "ACKNOWLEDGE_OPERATION_STATUS" when call.AcknowledgeOperationStatus is null => Absent("acknowledge_operation_status"),
            "ACKNOWLEDGE_OPERATION_STATUS" => NotUuid(call.AcknowledgeOperationStatus.Uuid),
            "RECONCILE" when call.Reconcile is null => Absent("reconcile"),
            "RECONCILE_OPERATIONS" when call.ReconcileOperations is null => Absent("reconcile_operations"),
            "MESSAGE" when call.Message is null => Absent("message"),
            _ => null,
        };
    }

    /// <summary>Whoever authenticates as one principal may not act as another.</summary>
    public static string? OtherPrincipal(string? principal, FrameworkInfo framework) =>
        principal is null || framework.Principal is null || framework.Principal == principal
            ? null
            : $"Authenticated principal '{principal}' does not match principal '{framework.Principal}' set in `FrameworkInfo`";

    private static string Absent(string member) => $"Expecting '{member}' to be present";

    private static string? NotUuid(byte[]? uuid) => IsUuid(uuid) ? null : "Not a valid UUID";

    /// <summary>16 bytes, and not all of them zero.</summary>
    public static bool IsUuid(byte[]? uuid) => uuid is { Length: 16 } && uuid.Any(part => part != 0);
}
