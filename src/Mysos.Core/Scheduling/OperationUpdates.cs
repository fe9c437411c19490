using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// What became of RESERVE, CREATE, DESTROY and UNRESERVE. Each has the id <c>&lt;verb&gt;.&lt;volume&gt;</c>. A node's
/// launch comes in the same ACCEPT, so a RESERVE or CREATE that fails shows as the task's end, too.
/// </summary>
internal static class OperationUpdates
{
    public const string Reserve = "reserve.";
    public const string Create = "create.";
    public const string Destroy = "destroy.";
    public const string Unreserve = "unreserve.";

    public static void Apply(Turn turn, OperationStatus status)
    {
        var id = status.OperationId?.Value ?? "";
        string? owner = null;
        switch (OutcomeOf(status.State))
        {
            case Outcome.Done when After(id, Create) is { } volume:
                owner = TaskNames.ClusterOf(new TaskId(volume));
                if (owner is not null)
                    turn.Change(owner, cluster => MarkReady(cluster, volume));
                break;
            // What is not there need not be given back; and what still is, another offer shows.
            case Outcome.Done or Outcome.Failed or Outcome.Gone when (After(id, Unreserve) ?? After(id, Destroy)) is { } orphan:
                Orphans.Released(turn, orphan);
                break;
        }
        if (status is { Uuid: { } uuid, OperationId: { } operation })
            turn.Do(new AcknowledgeOperation(status.AgentId, operation, uuid.Value) { After = owner is null ? [] : [owner] });
    }

    /// <summary>
    /// Asks for the CREATE of each node that does not know whether its volume exists. What was acknowledged before is
    /// unknown to Mesos; then the node's task says it.
    /// </summary>
    public static void Reconcile(Turn turn)
    {
        var asked = turn.State.Clusters.Values.SelectMany(c => c.Durable.Nodes.Values)
            .Where(n => n.Volume is { Ready: false })
            .Select(n => new SchedulerCall.ReconcileOperation(new OperationId(Create + n.Volume!.Id), n.Volume.Agent)).ToImmutableArray();
        if (!asked.IsEmpty)
            turn.Do(new ReconcileOperations(asked));
    }

    internal enum Outcome { Open, Done, Failed, Gone }

    /// <summary>Every <c>OperationState</c> of Mesos 1.12; one that is not known leaves the matter open.</summary>
    internal static Outcome OutcomeOf(string state) => state switch
    {
        "OPERATION_FINISHED" => Outcome.Done,
        "OPERATION_FAILED" or "OPERATION_ERROR" or "OPERATION_DROPPED" => Outcome.Failed,
        "OPERATION_GONE_BY_OPERATOR" => Outcome.Gone,
        "OPERATION_UNSUPPORTED" or "OPERATION_PENDING" or "OPERATION_UNREACHABLE" or "OPERATION_RECOVERING" or "OPERATION_UNKNOWN" => Outcome.Open,
        _ => Outcome.Open,
    };

    private static string? After(string id, string verb) => id.StartsWith(verb, StringComparison.Ordinal) ? id[verb.Length..] : null;

    private static ClusterState MarkReady(ClusterState cluster, string volume)
    {
        var node = cluster.Durable.Nodes.Values.FirstOrDefault(n => n.Volume is { Ready: false } v && v.Id == volume);
        return node is null ? cluster : cluster with
        {
            Durable = cluster.Durable with
            {
                Nodes = cluster.Durable.Nodes.SetItem(node.Number, node with { Volume = node.Volume! with { Ready = true } }),
            },
        };
    }
}
