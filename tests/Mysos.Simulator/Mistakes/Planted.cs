using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Discovery;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Executor.Nodes;

namespace Mysos.Simulator.Mistakes;

/// <summary>The mistakes that the simulator must find, by name.</summary>
internal static class Planted
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        new AckSetNotDurableBeforeUse(), new AckerNotStopped(), new EpochIgnored(), new ElectionAmongNonAckers(), new RelayLogDropped(),
        new SnapshotTakenTooEarly(), new StaleLeader(), new ZNodeBeforeWritable(), new DuplicateUpdateHandledTwice(), new PositionComparedAsText(),
        new UnendedCommitsNotNoted(), new FencedClientsKilled(), new WaitsSwitchedOff(),
    ];

    public static Mistake Find(string name) => All.First(m => m.GetType().Name == name);
}

/// <summary>Directives go out before the ack set that they follow from is durable.</summary>
internal sealed class AckSetNotDurableBeforeUse : Mistake
{
    public override IReadOnlyList<Invariant> Breaks => [.. base.Breaks, Invariant.ClusterConverges];

    public override IReadOnlyList<string> ShownBy { get; } = ["scheduler dies", "ZooKeeper slow", "acker killed", "master killed", "scheduler frozen"];

    public override bool ActsBeforeDurable(Effect effect) => effect is SendDirective;
}

/// <summary>Another acker is made without the old one's side being off, or the old one being locked out.</summary>
internal sealed class AckerNotStopped : Mistake
{
    public override IReadOnlyList<string> ShownBy { get; } = ["acker cut off", "links slow", "master killed", "master killed when the acker changes"];

    public override Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now) => Change(decision, cluster =>
        cluster.Durable is { AckChange: { To.IsEmpty: false, Step: AckStep.Begun } change, Ackers.IsEmpty: false }
            ? cluster with { Durable = cluster.Durable with { AckChange = change with { Step = AckStep.Noting }, Barred = [] } }
            : cluster.Durable.Barred.IsEmpty ? cluster : cluster with { Durable = cluster.Durable with { Barred = [] } });

    public override Directive Obeyed(Directive directive, Orders orders) =>
        directive is { Role: DirectedRole.Slave, Ackers: 0 } && orders.Current is { Role: DirectedRole.Slave, Ackers: > 0 } now && now.Epoch == directive.Epoch
            ? directive with { Ackers = 1 } : directive;
}

/// <summary>An executor obeys whatever comes last.</summary>
internal sealed class EpochIgnored : Mistake
{
    public override IReadOnlyList<string> ShownBy { get; } = ["messages disturbed", "master killed", "switchover", "mysqld killed"];

    public override Directive Obeyed(Directive directive, Orders orders) => orders.NewestVersion > directive.Version
        ? directive with { Version = orders.NewestVersion + 1, Epoch = Math.Max(directive.Epoch, orders.Current?.Epoch ?? 0) } : directive;
}

/// <summary>Whoever answers first is elected, whether it is sure to have the last writes or not.</summary>
internal sealed class ElectionAmongNonAckers : Mistake
{
    public override Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now) => Change(decision, cluster =>
        cluster.Durable.Election is { } election
            ? cluster with { Durable = cluster.Durable with { Ackers = [], Election = election with { Previous = null } } } : cluster);
}

/// <summary>mysqld recovers its relay log by dropping it, and fetching again what the master may no longer give.</summary>
internal sealed class RelayLogDropped : Mistake
{
    public override string Option(string line) => line == "relay_log_recovery=OFF" ? "relay_log_recovery=ON" : line;
}

/// <summary>What a new acker must have is noted when the change begins, while the old one can still acknowledge.</summary>
internal sealed class SnapshotTakenTooEarly : Mistake
{
    public override IReadOnlyList<string> ShownBy { get; } = ["acker killed", "links slow", "master killed when the acker changes"];

    public override Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now) => Change(decision, cluster =>
        cluster.Durable is { AckChange: { To.IsEmpty: false, MasterAt: null } change, Master: { } master } && cluster.Of(master).Report?.Executed is { } executed
            ? cluster with { Durable = cluster.Durable with { AckChange = change with { MasterAt = executed } } } : cluster);
}

/// <summary>A leader that lost its lease goes on, and neither ZooKeeper nor Mesos refuses it.</summary>
internal sealed class StaleLeader : Mistake
{
    public override IReadOnlyList<Invariant> Breaks => [.. base.Breaks, Invariant.ClusterConverges];

    public override IReadOnlyList<string> ShownBy { get; } = ["scheduler frozen", "scheduler cut off", "acker killed", "master killed", "switchover", "acker cut off"];

    public override bool StaleLeaderActs => true;
}

/// <summary>A master is announced as soon as it is named.</summary>
internal sealed class ZNodeBeforeWritable : Mistake
{
    public override IReadOnlyList<Invariant> Breaks => [Invariant.AnnouncedMasterTakesWrites];

    public override Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now)
    {
        foreach (var (name, cluster) in decision.State.Clusters)
        {
            if (cluster.Durable.Master is not { } master || before.Clusters.GetValueOrDefault(name)?.Durable.Master == master
                || cluster.Durable.Nodes.GetValueOrDefault(master)?.Task is not { } task)
                continue;
            var set = new ServerSet(new ServerSetMember(master, task.Endpoint), []);
            return decision with { Effects = decision.Effects.Add(new PublishServerSet(name, cluster.Durable.Incarnation, set) { After = [name] }) };
        }
        return decision;
    }
}

/// <summary>An update is taken for one of the node's present task, whichever task it was of: one that comes again is handled again.</summary>
internal sealed class DuplicateUpdateHandledTwice : Mistake
{
    public override IReadOnlyList<Invariant> Breaks => [Invariant.NoTaskIsOrphaned, Invariant.ClusterConverges, Invariant.OneNodeCanAcknowledge];

    public override LoopEvent Heard(LoopEvent happened, ClusterState? cluster)
    {
        if (happened is not TaskUpdated { Status: var status })
            return happened;
        var parts = status.TaskId.Value.Split('.');
        var node = int.Parse(parts[2], CultureInfo.InvariantCulture);
        return cluster?.Durable.Nodes.GetValueOrDefault(node)?.Task is { } now ? new TaskUpdated(status with { TaskId = now.Id }) : happened;
    }
}

/// <summary>Positions are compared letter by letter: 9 is after 10.</summary>
internal sealed class PositionComparedAsText : Mistake
{
    // Who lacks another's last transaction by its text is not elected, and may be the only one that could be.
    public override IReadOnlyList<Invariant> Breaks => [.. base.Breaks, Invariant.ClusterConverges];

    public override Report Reported(Report report) => report.Role != DirectedRole.Candidate ? report
        : report with { Executed = Aligned(report.Executed), Received = Aligned(report.Received), History = null };

    /// <summary>The last number of each GTID, filled up from the right: so that numbers are ordered as their texts are.</summary>
    private static string? Aligned(string? gtids) => gtids is null or "" ? gtids : string.Join(',', gtids.Split(',').Select(gtid =>
    {
        var at = gtid.LastIndexOfAny(['-', ':']) + 1;
        return gtid[..at] + gtid[at..].PadRight(7, '0');
    }));
}

/// <summary>What new ackers must have leaves commits out that wait for acknowledgements, and may have got some from those who are replaced.</summary>
internal sealed class UnendedCommitsNotNoted : Mistake
{
    public override bool SeveralAckers => true;

    public override IReadOnlyList<string> ShownBy { get; } = ["acker killed", "acker cut off", "links slow", "master killed when the acker changes", "master killed"];

    public override Report Reported(Report report) => report with { Unended = null };
}

/// <summary>A master that was replaced has its clients killed while their commits wait, which tells some of them that these are done.</summary>
internal sealed class FencedClientsKilled : Mistake
{
    public override IReadOnlyList<string> ShownBy { get; } = ["mysqld frozen", "machines cut off", "machine isolated", "acker cut off", "master killed"];

    public override bool KillsClientsFirst => true;
}

/// <summary>Where MySQL makes an empty commit behind those that wait, it stops waiting and begins again, with clients writing meanwhile.</summary>
internal sealed class WaitsSwitchedOff : Mistake
{
    public override IReadOnlyList<string> ShownBy { get; } = ["acker killed", "acker cut off", "links slow", "master killed when the acker changes", "master killed"];

    public override bool StopsWaiting => true;
}
