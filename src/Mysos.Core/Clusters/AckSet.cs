using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// Which slaves hold every acknowledged write. The master waits for all of them, and for nobody else; so the word of one is enough to
/// elect another master, and without the word of one, or the old master's, none is elected.
/// </summary>
/// <remarks>
/// A change goes through these steps, each durable before the next: nobody who is not to acknowledge can (its side is off, its task is
/// over, or the master has locked it out) → the master's GTIDs are noted → the new ackers have them all → they are the ackers →
/// their sides are on. When ackers are only added, the sides of the new ones come on before that, and what is acknowledged
/// from then on is on them too: from "alone" first the sides, then the master's waiting; else first the master waits for so many, for
/// their word must not count in the place of another acker's. Until a change is done the master waits for as many as before it, or more: when
/// it waits for less, acknowledgements of those who are gone may count.
/// </remarks>
internal static class AckSet
{
    /// <summary>How long an acker is asked before the master locks it out.</summary>
    private static readonly TimeSpan Asked = TimeSpan.FromMilliseconds(300);
    /// <summary>How long an acker may not serve before another takes its place. What has ended is not waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    /// <summary>
    /// For how long an acker may hear nothing from a master that another slave hears, in seconds. When it is the master that is silent,
    /// the others have said so long before.
    /// </summary>
    private const double CutOff = 2.5;

    /// <summary>How many ackers a cluster is to have while so many slaves serve. MariaDB waits for one only.</summary>
    public static int Wanted(ClusterState cluster, SchedulerSettings settings) =>
        cluster.Durable.Master is { } master ? Wanted(cluster, master, settings) : 1;

    /// <inheritdoc cref="Wanted(ClusterState, SchedulerSettings)"/>
    /// <param name="master">Who is to wait for them.</param>
    public static int Wanted(ClusterState cluster, int master, SchedulerSettings settings) =>
        cluster.Of(master).Report?.Server?.StartsWith("MySQL", StringComparison.Ordinal) == true ? ElectionTerms.SyncReplicasOf(cluster.Durable, settings) : 1;

    /// <summary>For how many acknowledgements the master is to wait.</summary>
    public static int Awaited(Cluster durable) => durable switch
    {
        { AckChange: null } => durable.Ackers.Count,
        { AckChange.Step: AckStep.Begun, Ackers.IsEmpty: true } => 0,
        { AckChange.Count: var count } => count,
    };

    /// <summary>As many slaves acknowledge as are to, or as there are.</summary>
    public static bool IsComplete(ClusterState cluster, SchedulerSettings settings) =>
        cluster.Durable is var durable && durable.Ackers.Count >= Math.Min(Wanted(cluster, settings), durable.NumNodes - 1);

    /// <summary>The node's side of semi-synchronous replication is to be on.</summary>
    public static bool Acknowledges(Cluster durable, int node) => durable.AckChange is { } change
        ? change.To.Contains(node) && (durable.Ackers.Contains(node) || durable.Ackers.IsEmpty || (Adds(durable) && change.Step != AckStep.Begun))
        : durable.Ackers.Contains(node);

    /// <summary>An acker stays one until the durable state says otherwise, whether its side is on or not.</summary>
    public static bool CountsOn(Cluster durable, int node) => durable.Ackers.Contains(node) || durable.AckChange?.To.Contains(node) == true;

    /// <summary>Others are taking the place of this acker, or nobody is.</summary>
    public static bool IsLeaving(Cluster durable, int node) => durable.AckChange is { } change && durable.Ackers.Contains(node) && !change.To.Contains(node);

    /// <summary>All ackers stay, and others are added.</summary>
    private static bool Adds(Cluster durable) => durable.AckChange!.To.Count > durable.Ackers.Count;

    /// <summary>The master waits for more than there are ackers, since some were to be added, or one is gone: that ends before anything else begins.</summary>
    private static bool Settles(Cluster durable) => durable.AckChange is { } change && !durable.Ackers.IsEmpty && !Adds(durable) && change.Count > durable.Ackers.Count;

    /// <summary>The ackers by a number that differs for each set of them, once all have said that their sides are on; 0: not all have.</summary>
    public static long Acknowledging(ClusterState cluster) =>
        cluster.Durable.Ackers is { IsEmpty: false } ackers && ackers.All(n => SideIsOn(cluster, n)) ? cluster.Durable.AckSetNumber : 0;

    /// <summary>What each of them has received, for a master that has to know; else nothing.</summary>
    public static IReadOnlyList<string> Received(ClusterState cluster, int master) =>
        cluster.Of(master).Report is { Stalled: true } && Acknowledging(cluster) != 0
            ? [.. cluster.Durable.Ackers.Select(n => $"{cluster.Of(n).Report!.Executed},{cluster.Of(n).Report!.Received}")]
            : [];

    private static bool SideIsOn(ClusterState cluster, int node) => Mastership.IsServingSlave(cluster, node)
        && cluster.Of(node) is { Sent.Ackers: > 0, AcknowledgesFrom: var from, Report: { } report } && report.AppliedVersion >= from;

    /// <summary>Who may not replicate from the master.</summary>
    public static IEnumerable<int> Barred(ClusterState cluster, DateTimeOffset now)
    {
        var durable = cluster.Durable;
        return durable.AckChange is not { } change || now - change.Since < Asked ? durable.Barred
            : durable.Barred.Union(durable.Ackers.Where(n => !change.To.Contains(n) && !Confirmed(cluster, n)));
    }

    /// <summary>
    /// Of a new epoch: who has all that its master begins with. Who may go on acknowledging to an older master is barred from
    /// this one, which may be the same server; but not who <paramref name="stopped"/>, and so obeys nothing older.
    /// </summary>
    public static Cluster Begin(Cluster durable, ImmutableSortedSet<int> ackers, Func<int, bool> stopped)
    {
        var may = durable.Ackers.Union(durable.Barred).Union(durable.AckChange?.To ?? []);
        return durable with
        {
            Ackers = ackers, AckSetNumber = durable.AckSetNumber + 1, AckChange = null,
            Barred = [.. may.Where(n => !ackers.Contains(n) && n != durable.Master && !stopped(n))],
        };
    }

    /// <summary>The master serves: the next step, where one is needed and possible.</summary>
    public static Cluster Advance(Turn turn, ClusterState cluster, int master)
    {
        var durable = Unbar(cluster, master);
        if (durable.Ackers.Any(n => !Electorate.HasItsData(cluster, n)))
            return Emptied(turn, cluster with { Durable = durable }, master);
        // A master that may be lost itself takes no step, and least of all is it left alone.
        if (Unheard(turn, cluster, master))
            return durable;
        var wanted = Choose(turn, cluster with { Durable = durable }, master);
        if (durable.AckChange is not { } change)
            return wanted.SetEquals(durable.Ackers) ? durable : durable with { AckChange = Change(turn, durable, wanted) };
        if (!change.To.SetEquals(wanted))
            return Drop(turn, durable, wanted);
        if (change.To.IsEmpty)
            return Alone(turn, cluster with { Durable = durable }, master);
        switch (change.Step)
        {
            case AckStep.Begun when Adds(durable):
                var begun = durable.Ackers.IsEmpty ? change.To.All(n => SideIsOn(cluster, n)) : MasterWaits(cluster, master);
                return begun ? durable with { AckChange = change with { Step = AckStep.Waiting } } : durable;
            case AckStep.Begun or AckStep.Waiting:
                var alone = MasterWaits(cluster, master) && (!Adds(durable) || change.To.All(n => SideIsOn(cluster, n)))
                    && durable.Ackers.Union(durable.Barred).All(n => change.To.Contains(n) || Confirmed(cluster, n) || LockedOut(cluster, master, n));
                return alone ? durable with { AckChange = change with { Step = AckStep.Noting } } : durable;
            case AckStep.Noting when change.MasterAt is null:
                return Noted(cluster, master) is { } at ? durable with { AckChange = change with { MasterAt = at } } : durable;
            default:
                return change.To.All(n => Has(cluster, n, change.MasterAt!)) ? Done(turn, cluster, durable, "acker_changed", Tell(durable)) : durable;
        }
    }

    /// <summary>Slaves stop serving when it is their master that has gone, too: it is left alone only once it has said since then that it is there.</summary>
    private static Cluster Alone(Turn turn, ClusterState cluster, int master)
    {
        var (durable, change) = (cluster.Durable, cluster.Durable.AckChange!);
        return change.Step != AckStep.Noting ? durable with { AckChange = change with { Step = AckStep.Noting } }
            : Noted(cluster, master) is null ? durable
            : Done(turn, cluster, durable, "master_alone", $"Node {master} acknowledges writes alone: no slave serves.");
    }

    private static AckChange Change(Turn turn, Cluster durable, ImmutableSortedSet<int> to) => new(to, turn.Now, Count: Math.Max(to.Count, durable.Ackers.Count));

    private static string Tell(Cluster durable)
    {
        var (old, to) = (durable.Ackers, durable.AckChange!.To);
        var left = old.Except(to);
        var who = to.Count == 1 ? $"Node {to[0]} acknowledges writes" : $"{Names(to, "Node")} acknowledge writes";
        return left.IsEmpty ? $"{who}." : $"{who} in the place of {Names(old, "node")}.";
    }

    private static string Names(IEnumerable<int> nodes, string first) => $"{first} {string.Join(", node ", nodes)}";

    /// <summary>What the master's directive carries so that its answer tells GTIDs from after nobody else could acknowledge; 0: nothing.</summary>
    public static long Note(Cluster durable) =>
        durable.AckChange is { Step: AckStep.Noting, MasterAt: null, Since: var since } ? since.ToUnixTimeMilliseconds() : 0;

    /// <summary>
    /// Old ackers can go on, for nothing was acknowledged since one of them was asked to stop. New ones' sides may be on only when they were
    /// to be added: then the master goes on waiting for more than there are ackers, until all that waits is on these.
    /// </summary>
    private static Cluster Drop(Turn turn, Cluster durable, ImmutableSortedSet<int> wanted)
    {
        var change = durable.AckChange!;
        if (Settles(durable))
            return durable with { AckChange = Change(turn, durable, wanted) with { Count = change.Count } };
        var next = wanted.SetEquals(durable.Ackers) ? null : Change(turn, durable, wanted);
        if (!Adds(durable))
            return durable with { AckChange = next };
        return durable.Ackers.IsEmpty
            ? durable with { AckChange = next, Barred = durable.Barred.Union(change.To.Except(wanted)) }
            : durable with { AckChange = new AckChange(durable.Ackers, turn.Now, Count: change.Count), Barred = durable.Barred.Union(change.To.Except(durable.Ackers)) };
    }

    private static Cluster Done(Turn turn, ClusterState cluster, Cluster durable, string kind, string what)
    {
        var change = durable.AckChange!;
        var unsure = durable.Ackers.Where(n => !change.To.Contains(n) && !Confirmed(cluster, n));
        return turn.Log(durable, kind, what) with
        {
            Ackers = change.To, AckSetNumber = durable.AckSetNumber + 1, AckChange = null, Barred = durable.Barred.Union(unsure),
        };
    }

    /// <summary>
    /// An acker is gone, or its data were made anew. Others hold what it did; where there are none, only the master has every acknowledged
    /// write, and goes on waiting if another can be the acker.
    /// </summary>
    private static Cluster Emptied(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var (emptied, awaited) = (durable.Ackers.Where(n => !Electorate.HasItsData(cluster, n)).ToImmutableSortedSet(), Awaited(durable));
        durable = durable with
        {
            Ackers = durable.Ackers.Except(emptied), AckSetNumber = durable.AckSetNumber + 1, AckChange = null, Barred = durable.Barred.Union(emptied),
        };
        if (!durable.Ackers.IsEmpty)
        {
            durable = durable with { AckChange = new AckChange(durable.Ackers, turn.Now, Count: awaited) };
            return turn.Log(durable, "acker_emptied", $"{Names(emptied, "Node")} no longer has what it acknowledged: {Names(durable.Ackers, "node")} and the master do.");
        }
        if (Choose(turn, cluster with { Durable = durable }, master) is { IsEmpty: false } to)
            durable = durable with { AckChange = new AckChange(to, turn.Now, AckStep.Waiting, Count: to.Count) };
        return turn.Log(durable, "acker_emptied", $"{Names(emptied, "Node")} no longer has what it acknowledged: only node {master} is sure to have every acknowledged write.");
    }

    /// <summary>Who should acknowledge. Either nobody is only added, or nobody is replaced: never both at once.</summary>
    private static ImmutableSortedSet<int> Choose(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var now = durable.Ackers;
        var serving = durable.Nodes.Keys
            .Where(n => n != master && Mastership.IsServingSlave(cluster, n) && !Unheard(turn, cluster, n) && !durable.Barred.Contains(n)).ToImmutableArray();
        var sound = serving.RemoveAll(n => cluster.Of(n).Report!.Symptoms?.Volume is not null);
        serving = sound.IsEmpty ? serving : sound;
        var connected = serving.RemoveAll(n => cluster.Of(n).Report!.Symptoms?.MasterSilentFor is not null);
        bool IsCutOff(int n) => !connected.IsEmpty && cluster.Of(n).Report?.Symptoms?.MasterSilentFor >= CutOff;
        serving = connected.IsEmpty ? serving : connected;
        // Who is never to be master is of little use as its heir: it gives way to another slave.
        bool GivesWay(int n) => Promotions.Bars(durable, n) && serving.Any(other => !now.Contains(other) && !Promotions.Bars(durable, other));
        // An acker that is on its way to another master is no failure, unless it is being replaced.
        bool Remains(int n) => serving.Contains(n) || (now.Contains(n) && durable.AckChange?.To.Contains(n) != false && !Failed(turn, cluster, n));
        if (durable.AckChange?.To is { IsEmpty: false } to && to.All(Remains))
            return to;
        var stay = now.Where(n => !GivesWay(n) && !IsCutOff(n) && Remains(n)).ToImmutableArray();
        var most = Settles(durable) || stay.Length < now.Count ? now.Count : int.MaxValue;
        return [.. stay.Concat(serving.RemoveAll(n => stay.Contains(n)).OrderBy(n => Promotions.Bars(durable, n)).ThenBy(n => cluster.Of(n).Report!.LagSeconds ?? 0).ThenBy(n => n))
            .Take(Math.Min(most, Wanted(cluster, turn.Settings)))];
    }

    private static bool Failed(Turn turn, ClusterState cluster, int node) =>
        !cluster.Durable.Nodes.TryGetValue(node, out var there) || there.Task is null || there.Retiring || there.Restarting
        || cluster.Of(node).Report is { Phase: not NodePhase.Running } or { Diverged: true } or { Symptoms.Volume: not null } || Unheard(turn, cluster, node);

    /// <summary>It has not said for a while that it serves, and could have.</summary>
    private static bool Unheard(Turn turn, ClusterState cluster, int node) =>
        cluster.Of(node) is var seen && (seen.ServedAt ?? seen.Heard) is { } last && Hearing.Silence(turn, last) > Patience;

    /// <summary>It is not running, or has said that its side is off; and it obeys no older order.</summary>
    private static bool Confirmed(ClusterState cluster, int node) => cluster.Durable.Nodes.TryGetValue(node, out var there)
        && (there.Task is null
            || (cluster.Of(node) is { Sent: { Ackers: 0 } sent, Report: { } report } && report.NewestVersion >= sent.Version
                && (report.Phase != NodePhase.Running || report.QuietVersion >= sent.Version)));

    /// <summary>The master does not let it in; a node that is gone, never again.</summary>
    private static bool LockedOut(ClusterState cluster, int master, int node) =>
        cluster.Of(master) is { Sent: { } sent, Report: { } report } && report.AppliedVersion == sent.Version
        && (sent.Barred.Contains(node) || !sent.Followers.Contains(node));

    private static bool MasterWaits(ClusterState cluster, int master) =>
        cluster.Of(master) is { Sent: { Ackers: > 0 } sent, Report: { } report } && sent.Ackers == Awaited(cluster.Durable) && report.AppliedVersion >= sent.Version;

    private static string? Noted(ClusterState cluster, int master) =>
        cluster.Of(master) is { Sent: { Note: not 0 } sent, Report: { } report } && sent.Note == Note(cluster.Durable)
            && report.AppliedVersion == sent.Version ? string.Join(",", new[] { report.Executed, report.Unended }.Where(g => !string.IsNullOrEmpty(g))) : null;

    private static bool Has(ClusterState cluster, int node, string gtids) =>
        (!Delays.MayForget(cluster, node) && Electorate.PositionOf(cluster.Of(node)).Covers(GtidPosition.Parse(gtids)))
        || (cluster.Of(node) is { Sent: { CatchUp: { } asked } sent, Report: { } report } && asked == gtids && report.AppliedVersion == sent.Version);

    private static Cluster Unbar(ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var still = durable.Barred.Where(n => !Confirmed(cluster, n) && (durable.Nodes.ContainsKey(n) || !LockedOut(cluster, master, n))).ToImmutableSortedSet();
        return still.Count == durable.Barred.Count ? durable : durable with { Barred = still };
    }
}
