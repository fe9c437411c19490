using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Protocol;

namespace Mysos.Core.Elections;

/// <summary>Who leads after a master was lost: by what each node holds, executed or only received.</summary>
public static class Electorate
{
    /// <summary>How long the nodes that still seem to live are waited for once one that can be elected has answered.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public abstract record Outcome
    {
        public sealed record Elected(int Node, string Why) : Outcome;
        public sealed record Waiting(string For) : Outcome;
    }

    public static Outcome Decide(ClusterState cluster, Election election, DateTimeOffset now, TimeSpan timeout)
    {
        var durable = cluster.Durable;
        var voters = durable.Nodes.Values.Where(n => !n.Retiring && n.Task is not null).Select(n => n.Number).ToImmutableArray();
        var answered = voters.Where(n => HasStopped(cluster.Of(n), election.Epoch)).ToImmutableArray();
        if (answered.IsEmpty)
            return new Outcome.Waiting("a node that answers");

        var living = voters.Where(n => cluster.Of(n).Runs).ToImmutableArray();
        var allAnswered = living.Length == answered.Length;
        if (!allAnswered && now - election.Since < Grace)
            return new Outcome.Waiting($"{Names(living.Except(answered))} to say how far they are");

        // With data to lose, somebody who may have acknowledged the last write must be heard: an acker, or the old master.
        var witnesses = durable.Ackers.Count == 0 ? ImmutableSortedSet<int>.Empty : durable.Ackers;
        if (election.Previous is { } previous)
            witnesses = witnesses.Add(previous);
        // Without any left, an operator has given up what only they could have.
        var heard = !durable.Served || witnesses.IsEmpty || answered.Any(witnesses.Contains);
        if (!heard)
            return new Outcome.Waiting(
                $"{Names(witnesses)}: only they are sure to have the last writes");

        // All ackers that may come back are given the election timeout: any one of them may have acknowledged alone.
        var missing = durable.Ackers.Where(n => n != election.Previous && voters.Contains(n) && !answered.Contains(n)
            && !durable.Nodes[n].Task!.Unreachable && cluster.Of(n).Report is null or { Phase: NodePhase.Starting or NodePhase.Running, Diverged: false });
        if (durable.Served && !answered.Contains(election.Previous ?? 0) && missing.Any() && now - election.Since < timeout)
            return new Outcome.Waiting($"{Names(missing)}, who acknowledged writes, to answer");

        return MostAdvanced(cluster, answered);
    }

    /// <summary>One sentence on an election that goes on.</summary>
    public static string Explain(ClusterState cluster, Election election, DateTimeOffset now, TimeSpan timeout) =>
        Decide(cluster, election, now, timeout) is Outcome.Waiting waiting
            ? $"electing the master of epoch {election.Epoch}: waits for {waiting.For}"
            : $"electing the master of epoch {election.Epoch}";

    /// <summary>The node has stopped receiving for this epoch, so its position is final.</summary>
    public static bool HasStopped(Observation node, long epoch) =>
        node is { Runs: true, Report: { Role: DirectedRole.Candidate, Diverged: false } report } && report.Epoch == epoch;

    public static GtidPosition PositionOf(Observation node) =>
        GtidPosition.Parse(node.Report?.Executed).Union(GtidPosition.Parse(node.Report?.Received));

    private static Outcome.Elected MostAdvanced(ClusterState cluster, ImmutableArray<int> answered)
    {
        var positions = answered.ToDictionary(n => n, n => PositionOf(cluster.Of(n)));
        var best = answered
            .OrderByDescending(n => answered.Count(other => positions[n].Covers(positions[other])))
            .ThenByDescending(n => positions[n].Count)
            .ThenBy(n => cluster.Durable.Nodes[n].Failures)
            .ThenBy(n => n)
            .First();
        var at = cluster.Of(best).Report;
        return new Outcome.Elected(best,
            $"most advanced of {answered.Length} (executed {OrNothing(at?.Executed)}, received {OrNothing(at?.Received)})");
    }

    private static string OrNothing(string? gtids) => string.IsNullOrEmpty(gtids) ? "nothing" : gtids;

    private static string Names(IEnumerable<int> nodes) => string.Join(", ", nodes.Order().Select(n => $"node {n}"));
}
