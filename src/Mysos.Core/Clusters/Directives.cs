using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Clusters;

/// <summary>Tells each executor what its node should be doing, until it says that it does.</summary>
internal static class Directives
{
    private static readonly TimeSpan SendAgain = TimeSpan.FromSeconds(1);

    public static void Send(Turn turn, string name)
    {
        var cluster = turn.Find(name)!;
        if (cluster.Durable.Deleting || cluster.Durable.Failure is not null || !turn.State.Mesos.Connected)
            return;
        foreach (var node in cluster.Durable.Nodes.Values.Where(n => n.Task is not null && (!n.Retiring || AckSet.IsLeaving(cluster.Durable, n.Number))))
        {
            var seen = cluster.Of(node.Number);
            var wanted = Wanted(cluster, node, turn.Settings, turn.Now);
            // Another leader, whose clock is ahead, may have sent a newer one.
            var same = seen.Sent is { } sent && Same(sent, wanted) && !(seen.Report?.NewestVersion > sent.Version);
            var applied = same && seen.Report?.AppliedVersion == seen.Sent!.Version;
            // Nobody listens before the executor has spoken; after a new leader took over, one try wakes it up.
            var listens = seen.Heard is not null || seen.Sent is null;
            // Who hears nobody else is to know that there is a scheduler.
            var lonely = seen.Report?.Symptoms?.UnfollowedFor is not null;
            // When much that was said is yet to be read, the answer may be in it.
            var waits = same && (turn.Now - seen.SentAt < SendAgain || Hearing.IsBehind(turn));
            if ((applied && !lonely) || !listens || waits)
                continue;
            var version = same ? seen.Sent!.Version : NextVersion(seen, turn.Now);
            var directive = wanted with { Version = version };
            turn.Do(new SendDirective(node.Task!.Agent, node.Task.Executor, directive), name);
            cluster = cluster with
            {
                Observed = cluster.Observed.SetItem(node.Number, seen with
                {
                    Sent = directive, SentAt = turn.Now, AcknowledgesFrom = Acknowledges(seen.Sent, directive) ? seen.AcknowledgesFrom : version,
                }),
            };
        }
        turn.Put(cluster);
    }

    /// <summary>Both have it acknowledge, to the same master.</summary>
    private static bool Acknowledges(Directive? before, Directive now) =>
        before is { Role: DirectedRole.Slave, Ackers: > 0 } && now is { Role: DirectedRole.Slave, Ackers: > 0 } && before.Epoch == now.Epoch && before.Source == now.Source;

    /// <summary>Above every version that any leader has sent: the time, or more than the executor has seen.</summary>
    private static long NextVersion(Observation seen, DateTimeOffset now) =>
        Math.Max(now.ToUnixTimeMilliseconds(), Math.Max(seen.Report?.NewestVersion ?? 0, seen.Sent?.Version ?? 0) + 1);

    private static bool Same(Directive sent, Directive wanted) =>
        sent with { Version = 0, Followers = wanted.Followers, Barred = wanted.Barred, AckersHave = wanted.AckersHave } == wanted
        && sent.Followers.SequenceEqual(wanted.Followers) && sent.Barred.SequenceEqual(wanted.Barred) && sent.AckersHave.SequenceEqual(wanted.AckersHave);

    private static Directive Wanted(ClusterState cluster, Node node, SchedulerSettings settings, DateTimeOffset now)
    {
        var durable = cluster.Durable;
        var directive = new Directive
        {
            TaskId = node.Task!.Id.Value,
            Version = 0,
            Epoch = durable.Election?.Epoch ?? durable.Epoch,
            Role = DirectedRole.Standby,
            Rebuild = node.Rebuild,
            Paused = durable.Paused,
            AccountsVersion = durable.AccountsVersion,
            Backup = durable.Backups.LastOrDefault(b => b.State == BackupState.Running && b.Task == node.Task.Id) is { } backup
                ? new BackupOrder(backup.BackupId, BackupId.Parse(backup.BackupId).RelativeDirectory)
                : null,
            Grants = Donors.GrantOf(cluster, node, settings),
        };
        if (durable.Election is not null)
            return directive with { Role = DirectedRole.Candidate };
        if (durable.Master is not { } master || !durable.Nodes.TryGetValue(master, out var leader) || leader.Task is null)
            return directive;
        var yields = durable.Handover is { YieldingSince: not null };
        return master == node.Number
            ? directive with
            {
                Role = DirectedRole.Master, DataMade = node.DataMade, Ackers = AckSet.Awaited(durable), Yield = yields, Note = AckSet.Note(durable), Acker = AckSet.Acknowledging(cluster),
                AckersHave = AckSet.Received(cluster, master),
                Followers = [.. Followers(cluster, master)], Barred = [.. AckSet.Barred(cluster, now).Order()],
            }
            : directive with
            {
                Role = DirectedRole.Slave, Source = leader.Task.Endpoint, DelaySeconds = Delays.Of(durable, node), CountedOn = AckSet.CountsOn(durable, node.Number), Ackers = AckSet.Acknowledges(durable, node.Number) ? 1 : 0,
                Donor = Donors.For(cluster, node, settings),
                CatchUp = yields && durable.Handover!.To == node.Number ? Switchover.LastWrites(cluster, master)
                    : durable.AckChange is { MasterAt: { } at, To: var to } && to.Contains(node.Number) ? at
                    : null,
            };
    }

    /// <summary>
    /// Whose accounts there are to be. None is begun while commits may wait in vain, which is while ackers change, and until the master has ended what waited for
    /// those of before: it would wait, too, and keep all accounts locked meanwhile, so that who is to acknowledge could not log in to do so.
    /// </summary>
    private static IEnumerable<int> Followers(ClusterState cluster, int master)
    {
        var durable = cluster.Durable;
        var all = durable.Nodes.Keys.Where(n => n != master);
        if (durable.Ackers.IsEmpty || cluster.Of(master) is not { Sent: { Role: DirectedRole.Master } sent, Report: { } report } || sent.Epoch != durable.Epoch)
            return all;
        var acknowledged = AckSet.Acknowledging(cluster) is not 0 and var set && sent.Acker == set && report.AppliedVersion == sent.Version && !report.Stalled;
        return acknowledged && !durable.Ackers.Any(n => AckSet.IsLeaving(durable, n)) ? all : all.Where(sent.Followers.Contains);
    }
}
