using Mysos.Core.Clusters.Rules;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Replication;

/// <summary>What was changed behind Mysos' back on a server that was in order, told by what puts it right.</summary>
internal static class Repairs
{
    /// <summary>One sentence without a subject; null: nothing that anybody need have done.</summary>
    public static string? Describe(Plan plan, ServerState state)
    {
        var found = plan.Steps.Select(step => Of(step, state)).Where(text => text is not null).Distinct().ToList();
        return found.Count == 0 ? null : string.Join(", and ", found);
    }

    private static string? Of(Step step, ServerState state) => step switch
    {
        Step.SetReadOnly { On: true } => "was writable",
        Step.SetReadOnly { On: false } => "was read-only",
        Step.Await { Ackers: 0 } => "waited for acknowledgements",
        Step.Await when state.AckersAwaited == 0 => "did not wait for acknowledgements",
        Step.Await { Ackers: var ackers } => $"waited for {state.AckersAwaited} acknowledgements, not {ackers}",
        Step.SetSemiSyncReplica { On: true } => "did not acknowledge",
        Step.SetSemiSyncReplica { On: false } => "acknowledged",
        Step.Attach attach => state.Replica switch
        {
            null => "followed nobody",
            { FollowsByGtid: false } => "did not follow by GTID",
            { } replica when replica.Source == attach.Source => Late(replica),
            var replica => $"followed {replica.Source}",
        },
        Step.SetDelay => Late(state.Replica!),
        // One that stopped with an error was stopped by that.
        Step.StartReplication when state.Replica is { ReceiveError: 0, ApplyError: 0 } => "had its replication stopped",
        Step.StopReceiving or Step.Detach => $"followed {state.Replica?.Source}",
        Step.EnsureFollowers => "lacked accounts of its slaves",
        Step.EnsureOwner => "lacked its owner's account",
        _ => null,
    };

    private static string Late(ReplicaState replica) => $"had a delay of {DelayText.Of(replica.DelaySeconds)}";
}
