using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Elections;

/// <summary>Who leads after a master was lost: by what each node holds, executed or only received.</summary>
public static class Electorate
{
    /// <summary>How long the nodes that still seem to live are waited for once one that can be elected has answered.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public abstract record Outcome
    {
        /// <param name="Ackers">Others that have everything that <paramref name="Node"/> has: as many as are to acknowledge, or as are known to.</param>
        public sealed record Elected(int Node, string Why, ImmutableSortedSet<int> Ackers) : Outcome;
        public sealed record Waiting(string For) : Outcome;
    }

    public static Outcome Decide(ClusterState cluster, Election election, DateTimeOffset now, SchedulerSettings settings)
    {
        var durable = cluster.Durable;
        var patienceEnded = ElectionTerms.PolicyOf(durable, settings) == ElectionPolicy.Available
            && now - election.Since >= ElectionTerms.TimeoutOf(durable, settings);
        var voters = durable.Nodes.Values.Where(n => !n.Retiring && n.Task is not null).Select(n => n.Number).ToImmutableArray();
        var answered = voters.Where(n => HasStopped(cluster.Of(n), election.Epoch)).ToImmutableArray();
        if (answered.IsEmpty)
            return new Outcome.Waiting("a node that answers");

        var missing = voters.Where(n => SeemsAlive(cluster.Of(n), now)).Except(answered).ToImmutableArray();
        if (!missing.IsEmpty && now - election.Since < Grace)
            return new Outcome.Waiting($"{Names(missing)} to say how far they are");

        if (!durable.Served)
            return Choose(answered, "");
        // With data to lose, somebody who is sure to have the last acknowledged write must be heard: an acker, or the old master.
        var witnesses = election.Previous is { } previous ? durable.Ackers.Add(previous) : durable.Ackers;
        var heard = answered.Where(n => witnesses.Contains(n) && HasItsData(cluster, n)).ToImmutableArray();
        if (!heard.IsEmpty)
            return Choose(heard, "");
        // An operator has given up what only they could have.
        if (witnesses.IsEmpty)
            return Choose([MostAdvanced(cluster, answered, answered)], "; the last writes may be lost, as was accepted");
        if (patienceEnded)
            return Choose([MostAdvanced(cluster, answered, answered)], $"; {Names(witnesses)} did not answer in time, and the last writes may be lost");
        return new Outcome.Waiting($"{Names(witnesses)}: only they are sure to have the last writes");

        // The old master has nothing left to apply, however late it would be as a slave.
        bool IsOnlyDelayed(int node) => node == election.Previous && durable.Nodes[node].Promotion != Promotion.Never;

        // Who is elected has all that one of these has, whatever is preferred.
        Outcome Choose(ImmutableArray<int> sure, string but)
        {
            var fit = answered.Where(n => sure.Any(s => Covers(cluster.Of(n), cluster.Of(s)))).ToImmutableArray();
            var allowed = election.Named is { } named && fit.Contains(named) ? [named] : fit.RemoveAll(n => Promotions.Bars(durable, n) && !IsOnlyDelayed(n));
            if (!allowed.IsEmpty)
                return Elect(cluster, answered, allowed, settings, but);
            if (patienceEnded)
                return Elect(cluster, answered, fit, settings, $", {Promotions.Because(durable, fit, "never to be master", "delayed")}, but no other node had as much in time{but}");
            return new Outcome.Waiting($"another node with all that {Names(fit)} has, "
                + $"{Promotions.Because(durable, fit, "whose promotion is never", "which is delayed")}; a switchover to it by name ends this");
        }
    }

    /// <summary>One sentence on an election that goes on.</summary>
    public static string Explain(ClusterState cluster, Election election, DateTimeOffset now, SchedulerSettings settings) =>
        Decide(cluster, election, now, settings) is Outcome.Waiting waiting
            ? $"electing the master of epoch {election.Epoch}: waits for {waiting.For}"
            : $"electing the master of epoch {election.Epoch}";

    /// <summary>The node has stopped receiving for this epoch, so its position is final.</summary>
    public static bool HasStopped(Observation node, long epoch) =>
        node is { Runs: true, Report: { Role: DirectedRole.Candidate, Diverged: false } report } && report.Epoch == epoch;

    private static bool SeemsAlive(Observation node, DateTimeOffset now) =>
        node is { Runs: true, Report: { Symptoms: null or { SilentFor: null } } } && now - node.Heard <= Grace;

    /// <summary>The data of its present mysqld are those that it served with: what was made anew since then holds nothing for sure.</summary>
    public static bool HasItsData(ClusterState cluster, int node) => cluster.Durable.Nodes.TryGetValue(node, out var there)
        && (there.DataMade is not { } made || cluster.Of(node).Report is not { DataMade: { } now } || made == now);

    public static GtidPosition PositionOf(Observation node) =>
        GtidPosition.Parse(node.Report?.Executed).Union(GtidPosition.Parse(node.Report?.Received));

    /// <summary>
    /// The node has all that the other one has. On MariaDB two servers that each took writes of their own can be at the same number:
    /// only who had the very last transaction of the other one has what came before it.
    /// </summary>
    public static bool Covers(Observation node, Observation other) => ReferenceEquals(node, other) || (PositionOf(node).Covers(PositionOf(other))
        && (node.Report?.History is not { } history
            || (MariaDbBinlogState.Missing($"{history},{node.Report.Received}", other.Report?.Executed)
                ?? MariaDbBinlogState.Missing($"{history},{node.Report.Received}", other.Report?.Received)) is null));

    private static Outcome.Elected Elect(ClusterState cluster, ImmutableArray<int> answered, ImmutableArray<int> among, SchedulerSettings settings, string but)
    {
        var best = MostAdvanced(cluster, among, answered);
        var at = cluster.Of(best).Report;
        return new Outcome.Elected(best,
            $"most advanced of {among.Length} (executed {OrNothing(at?.Executed)}, received {OrNothing(at?.Received)}){but}",
            [.. answered.Where(n => n != best && Covers(cluster.Of(n), cluster.Of(best)))
                .OrderBy(n => Promotions.Bars(cluster.Durable, n)).ThenBy(n => cluster.Durable.Nodes[n].Failures).ThenBy(n => n)
                .Take(AckSet.Wanted(cluster, best, settings))]);
    }

    /// <summary>Who has the most of what <paramref name="answered"/> have; among equals, whoever is preferred.</summary>
    private static int MostAdvanced(ClusterState cluster, ImmutableArray<int> among, ImmutableArray<int> answered) => among
        .OrderBy(n => cluster.Of(n).Report?.Symptoms?.Volume is not null)
        .ThenByDescending(n => answered.Count(other => Covers(cluster.Of(n), cluster.Of(other))))
        .ThenByDescending(n => PositionOf(cluster.Of(n)).Count)
        .ThenBy(n => Promotions.Rank(cluster.Durable, n))
        .ThenBy(n => cluster.Durable.Nodes[n].Failures)
        .ThenBy(n => !cluster.Durable.Ackers.Contains(n))
        .ThenBy(n => n)
        .First();

    private static string OrNothing(string? gtids) => string.IsNullOrEmpty(gtids) ? "nothing" : gtids;

    private static string Names(IEnumerable<int> nodes) => string.Join(", ", nodes.Order().Select(n => $"node {n}"));
}
