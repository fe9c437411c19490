using System.Collections.Immutable;
using Mysos.Core.Elections;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>
/// Which slave holds every acknowledged write. The master waits for it, and for nobody else; so its word is enough to elect
/// another master, and without its word, or the old master's, none is elected.
/// </summary>
/// <remarks>
/// A change goes through these steps, each durable before the next: nobody else can acknowledge (its side is off, its task is
/// over, or the master has locked it out) → the master's GTIDs are noted → the new acker has them all → it is the acker →
/// its side is on. From "alone" the new one's side and then the master's waiting come first, since the master does not wait
/// meanwhile; what is acknowledged from then on, is on the new one.
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

    /// <summary>The master is to wait: for its acker, or for the one that is to be it and whose side is on.</summary>
    public static bool Waits(Cluster durable) => !durable.Ackers.IsEmpty || durable.AckChange is { To: not null, Step: not AckStep.Begun };

    /// <summary>No acknowledged write is on one node only, but in a cluster of one.</summary>
    public static bool IsComplete(Cluster durable) => durable.NumNodes == 1 || !durable.Ackers.IsEmpty;

    /// <summary>The node's side of semi-synchronous replication is to be on.</summary>
    public static bool Acknowledges(Cluster durable, int node) => durable.AckChange switch
    {
        null => durable.Ackers.Contains(node),
        { To: var to } => to == node && (durable.Ackers.IsEmpty || durable.Ackers.Contains(node)),
    };

    /// <summary>The acker that has said that its side is on; 0: none has.</summary>
    public static int Acknowledging(ClusterState cluster) => cluster.Durable.Ackers.FirstOrDefault(n => SideIsOn(cluster, n));

    private static bool SideIsOn(ClusterState cluster, int node) => Mastership.IsServingSlave(cluster, node)
        && cluster.Of(node) is { Sent: { Ackers: > 0 } sent, Report: { } report } && report.AppliedVersion >= sent.Version;

    /// <summary>Who may not replicate from the master.</summary>
    public static IEnumerable<int> Barred(ClusterState cluster, DateTimeOffset now)
    {
        var durable = cluster.Durable;
        return durable.AckChange is not { } change || now - change.Since < Asked ? durable.Barred
            : durable.Barred.Union(durable.Ackers.Where(n => n != change.To && !Confirmed(cluster, n)));
    }

    /// <summary>
    /// Of a new epoch: who has all that its master begins with. Who may go on acknowledging to an older master is barred from
    /// this one, which may be the same server; but not who <paramref name="stopped"/>, and so obeys nothing older.
    /// </summary>
    public static Cluster Begin(Cluster durable, int? acker, Func<int, bool> stopped)
    {
        var may = durable.AckChange is { To: { } next } ? durable.Ackers.Union(durable.Barred).Add(next) : durable.Ackers.Union(durable.Barred);
        return durable with
        {
            Ackers = acker is { } node ? [node] : [], AckChange = null,
            Barred = [.. may.Where(n => n != acker && n != durable.Master && !stopped(n))],
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
        var wanted = Wanted(turn, cluster, master);
        var next = Same(durable.Ackers, wanted) ? null : new AckChange(wanted, turn.Now);
        if (durable.AckChange is not { } change)
            return next is null ? durable : durable with { AckChange = next };
        if (change.To != wanted)
            return Drop(durable, change) with { AckChange = next };
        if (change.To is not { } to)
            return Done(turn, cluster, durable, "master_alone", $"Node {master} acknowledges writes alone: no slave serves.");
        switch (change.Step)
        {
            case AckStep.Begun when durable.Ackers.IsEmpty:
                return SideIsOn(cluster, to) ? durable with { AckChange = change with { Step = AckStep.Waiting } } : durable;
            case AckStep.Begun or AckStep.Waiting:
                var alone = MasterWaits(cluster, master)
                    && durable.Ackers.Union(durable.Barred).All(n => n == to || Confirmed(cluster, n) || LockedOut(cluster, master, n));
                return alone ? durable with { AckChange = change with { Step = AckStep.Noting } } : durable;
            case AckStep.Noting when change.MasterAt is null:
                return Noted(cluster, master) is { } at ? durable with { AckChange = change with { MasterAt = at } } : durable;
            default:
                var old = string.Join(", ", durable.Ackers.Select(n => $"node {n}"));
                return !Has(cluster, to, change.MasterAt!) ? durable
                    : Done(turn, cluster, durable, "acker_changed", $"Node {to} acknowledges writes{(old.Length > 0 ? $" in the place of {old}" : "")}.");
        }
    }

    /// <summary>What the master's directive carries so that its answer tells GTIDs from after nobody else could acknowledge; 0: nothing.</summary>
    public static long Note(Cluster durable) =>
        durable.AckChange is { Step: AckStep.Noting, MasterAt: null, Since: var since } ? since.ToUnixTimeMilliseconds() : 0;

    /// <summary>
    /// An old acker can go on, for nothing was acknowledged since it was asked to stop. A new one's side may be on only when
    /// there was no old one.
    /// </summary>
    private static Cluster Drop(Cluster durable, AckChange change) =>
        durable.Ackers.IsEmpty && change.To is { } to ? durable with { Barred = durable.Barred.Add(to) } : durable;

    private static Cluster Done(Turn turn, ClusterState cluster, Cluster durable, string kind, string what)
    {
        var change = durable.AckChange!;
        var unsure = durable.Ackers.Where(n => n != change.To && !Confirmed(cluster, n));
        return turn.Log(durable, kind, what) with
        {
            Ackers = change.To is { } to ? [to] : [], AckChange = null, Barred = durable.Barred.Union(unsure),
        };
    }

    /// <summary>It is gone, or its data were made anew: only the master has every acknowledged write, and goes on waiting if another can be the acker.</summary>
    private static Cluster Emptied(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var emptied = durable.Ackers;
        durable = durable with { Ackers = [], AckChange = null, Barred = durable.Barred.Union(emptied) };
        durable = Wanted(turn, cluster with { Durable = durable }, master) is { } to
            ? durable with { AckChange = new AckChange(to, turn.Now, AckStep.Waiting) }
            : durable;
        return turn.Log(durable, "acker_emptied", $"Node {string.Join(", ", emptied)} no longer has what it acknowledged: only node {master} is sure to have every acknowledged write.");
    }

    private static int? Wanted(Turn turn, ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        int? now = durable.Ackers.IsEmpty ? null : durable.Ackers[0];
        var serving = durable.Nodes.Keys
            .Where(n => n != master && Mastership.IsServingSlave(cluster, n) && !Unheard(turn, cluster, n) && !durable.Barred.Contains(n)).ToImmutableArray();
        var sound = serving.RemoveAll(n => cluster.Of(n).Report!.Symptoms?.Volume is not null);
        serving = sound.IsEmpty ? serving : sound;
        var connected = serving.RemoveAll(n => cluster.Of(n).Report!.Symptoms?.MasterSilentFor is not null);
        var cutOff = now is { } old && !connected.IsEmpty && cluster.Of(old).Report?.Symptoms?.MasterSilentFor >= CutOff;
        serving = connected.IsEmpty ? serving : connected;
        // Who is never to be master is of little use as its heir.
        var heirs = serving.RemoveAll(n => Promotions.Bars(durable, n));
        serving = heirs.IsEmpty ? serving : heirs;
        var gives = now is { } barred && !heirs.IsEmpty && Promotions.Bars(durable, barred);
        if (now is { } acker && !gives && !cutOff && (serving.Contains(acker) || !Failed(turn, cluster, acker)) && durable.AckChange is null)
            return acker;
        if (durable.AckChange?.To is { } to && serving.Contains(to))
            return to;
        return serving.OrderBy(n => cluster.Of(n).Report!.LagSeconds ?? 0).ThenBy(n => n != now).ThenBy(n => n).Select(n => (int?)n).FirstOrDefault();
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
        cluster.Of(master) is { Sent: { Ackers: > 0 } sent, Report: { } report } && report.AppliedVersion >= sent.Version;

    private static string? Noted(ClusterState cluster, int master) =>
        cluster.Of(master) is { Sent: { Note: not 0 } sent, Report: { } report } && sent.Note == Note(cluster.Durable)
            && report.AppliedVersion == sent.Version ? report.Executed ?? "" : null;

    private static bool Has(ClusterState cluster, int node, string gtids) =>
        Electorate.PositionOf(cluster.Of(node)).Covers(GtidPosition.Parse(gtids))
        || (cluster.Of(node) is { Sent: { CatchUp: { } asked } sent, Report: { } report } && asked == gtids && report.AppliedVersion == sent.Version);

    private static Cluster Unbar(ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var still = durable.Barred.Where(n => !Confirmed(cluster, n) && (durable.Nodes.ContainsKey(n) || !LockedOut(cluster, master, n))).ToImmutableSortedSet();
        return still.Count == durable.Barred.Count ? durable : durable with { Barred = still };
    }

    private static bool Same(ImmutableSortedSet<int> ackers, int? wanted) =>
        wanted is { } one ? ackers.Count == 1 && ackers[0] == one : ackers.IsEmpty;
}
