using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;

namespace Mysos.Core.Clusters;

/// <summary>Something that is under way in a cluster.</summary>
/// <param name="Name">A few words: <c>switchover to node 2</c>.</param>
/// <param name="Steps">In their order; one is current.</param>
public sealed record OperationView(string Name, DateTimeOffset Since, ImmutableArray<OperationStep> Steps);

/// <param name="Text">A clause in the present: <c>node 2 catches up</c>.</param>
public sealed record OperationStep(string Text, StepState State);

[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    [JsonStringEnumMemberName("done")] Done,
    [JsonStringEnumMemberName("current")] Current,
    [JsonStringEnumMemberName("next")] Next,
}

/// <summary>What is under way, told from the durable state.</summary>
internal static class Operations
{
    /// <summary>What keeps clients waiting comes first; null: nothing is under way.</summary>
    public static OperationView? Of(ClusterState cluster) => cluster.Durable switch
    {
        { Deleting: true } durable => NodeOperations.Deletion(durable),
        { Failure: not null } => null,
        { Election: { } election } => Election(cluster, election),
        { Succession: { } succession } durable => Steps($"election of epoch {succession.Of.Epoch}", succession.Of.Since, succession.Serves is null ? 2 : 3, ElectionSteps(durable)),
        { Handover: { } handover } durable => Steps($"switchover to node {handover.To}", handover.Since, handover.YieldingSince is null ? 0 : 1,
        [
            $"node {handover.To} catches up while node {durable.Master} serves",
            $"node {durable.Master} takes no more writes, and node {handover.To} gets its last ones",
            $"node {handover.To} takes writes", "it is announced",
        ]),
        { Restart: { } restart } durable => Restart(durable, restart),
        { Completed: false } => NodeOperations.Creation(cluster),
        { AckChange: { } change } durable => Acker(durable, change),
        _ => Password(cluster) ?? NodeOperations.Rebuild(cluster) ?? NodeOperations.Resize(cluster) ?? Backup(cluster),
    };

    private static OperationView Election(ClusterState cluster, Election election)
    {
        var voters = cluster.Durable.Nodes.Keys.Where(n => n != election.Previous).ToImmutableArray();
        var answered = voters.Count(n => Electorate.HasStopped(cluster.Of(n), election.Epoch));
        return Steps($"election of epoch {election.Epoch}", election.Since, answered < voters.Length ? 0 : 1,
            [$"the slaves stop receiving ({answered} of {voters.Length} have)", .. ElectionSteps(cluster.Durable)[1..]]);
    }

    private static ImmutableArray<string> ElectionSteps(Cluster durable) =>
    [
        "the slaves stop receiving", "the one that has every acknowledged write is elected",
        durable.Master is { } master ? $"node {master} takes writes" : "it takes writes", "it is announced",
    ];

    private static OperationView Restart(Cluster durable, RollingRestart restart)
    {
        var order = NodeRestarts.Order(durable);
        var done = order.Length - restart.Left.Count;
        return Steps("restart of all nodes", restart.Since, Math.Max(0, done - 1), [.. order.Select(n => $"node {n} stops, starts and follows the master again")]);
    }

    private static OperationView Acker(Cluster durable, AckChange change) => change.To.IsEmpty
        ? Steps("no slave is to acknowledge", change.Since, 0, [$"node {durable.Master} acknowledges alone"])
        : Steps($"writes are to be acknowledged by node {string.Join(", ", change.To)}", change.Since, change.Step switch
        {
            AckStep.Noting when change.MasterAt is not null => 2,
            AckStep.Noting => 1,
            _ => 0,
        },
        [
            "others are kept from acknowledging", $"node {durable.Master} says what it has", "whoever is to acknowledge gets all of that",
        ]);

    /// <summary>A directive's version is no less than the time of its first sending: one from after the change tells of the new password.</summary>
    private static OperationView? Password(ClusterState cluster)
    {
        var durable = cluster.Durable;
        if (durable.Events.FindLast(e => e.Kind == "password_changed") is not { } changed
            || durable.Master is not { } master || !Mastership.IsServingMaster(cluster, master))
            return null;
        var slaves = durable.Nodes.Keys.Where(n => n != master && Mastership.IsServingSlave(cluster, n)).ToImmutableArray();
        var (given, told) = (Knows(master), slaves.Count(Knows));
        return given && told == slaves.Length ? null : Steps("change of the password", changed.Time, given ? 1 : 0,
            [$"node {master} gives {durable.User} the new password", .. slaves.IsEmpty ? [] : (string[])[$"the other nodes are told of it ({told} of {slaves.Length} are)"]]);

        bool Knows(int node) => cluster.Of(node).Report!.AppliedVersion >= changed.Time.ToUnixTimeMilliseconds();
    }

    private static OperationView? Backup(ClusterState cluster)
    {
        if (cluster.Durable.Backups.FindLast(b => b.State == BackupState.Running) is not { } backup)
            return null;
        var report = cluster.Of(backup.Node).Report;
        var far = report?.Backup is { SizeBytes: > 0 and var bytes } said && said.BackupId == backup.BackupId
            ? string.Create(CultureInfo.InvariantCulture, $": {bytes >> 20} MB{(report.DataMb is { } all ? $" of about {all:F0} MB" : "")}") : "";
        return Steps($"backup {backup.BackupId}", backup.Started, 0, [$"node {backup.Node} copies its data into the backup store{far}"]);
    }

    internal static OperationView Steps(string name, DateTimeOffset since, int current, ImmutableArray<string> steps) => new(
        name, since, [.. steps.Select((text, i) => new OperationStep(text, i < current ? StepState.Done : i == current ? StepState.Current : StepState.Next))]);
}
