using System.Collections.Immutable;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;

namespace Mysos.Core.Elections;

/// <summary>What would follow if a cluster's master were lost now, with its machine: decided as an election is.</summary>
public static class Foresight
{
    /// <summary>Null: there is no master that could be lost.</summary>
    public static MasterLossView? Of(ClusterState cluster, SchedulerSettings settings)
    {
        var durable = cluster.Durable;
        if (durable is not { Master: { } master, Election: null, Deleting: false, Failure: null } || !Mastership.IsServingMaster(cluster, master))
            return null;
        var slaves = durable.Nodes.Keys.Where(n => n != master && Mastership.IsServingSlave(cluster, n)).ToImmutableArray();
        if (slaves.IsEmpty)
            return new MasterLossView(null, true, $"no slave serves: nothing could be written until node {master} is back with its data");

        if (durable.Paused)
            return new MasterLossView(null, true, "the cluster is paused: nobody would take over until it is resumed");
        var epoch = durable.Epoch + 1;
        var level = slaves.Where(n => IsLevel(durable, n, cluster.Of(n))).ToImmutableDictionary(n => n, n => Level(Stopped(cluster.Of(n), epoch)));
        var left = slaves.ToImmutableDictionary(n => n, n => Stopped(cluster.Of(n), epoch));
        Electorate.Outcome After(TimeSpan time, ImmutableDictionary<int, Observation> answers) =>
            Electorate.Decide(cluster with { Observed = answers }, new Election(epoch, DateTimeOffset.UnixEpoch, master, ""), DateTimeOffset.UnixEpoch + time, settings);
        if ((After(TimeSpan.Zero, level) as Electorate.Outcome.Elected ?? After(TimeSpan.Zero, left) as Electorate.Outcome.Elected) is { } sure)
            return new MasterLossView(sure.Node, false, $"node {sure.Node} would take over, and has every acknowledged write");
        var timeout = ElectionTerms.TimeoutOf(durable, settings);
        return After(timeout, left) switch
        {
            Electorate.Outcome.Elected late =>
                new MasterLossView(late.Node, true, $"node {late.Node} would take over after {Durations.Format(timeout)}, and may lack the last writes"),
            Electorate.Outcome.Waiting waiting => new MasterLossView(null, true, $"an election would wait for {waiting.For}"),
            var other => throw new InvalidOperationException($"{other} is no outcome of an election."),
        };
    }

    // Slaves report one after the other while their master writes: who has more in its last report says nothing of who would have more.
    private static bool IsLevel(Cluster cluster, int node, Observation slave) =>
        cluster.Ackers.Contains(node) || Delays.Lag(cluster.Nodes[node], slave.Report) is < 1;

    private static Observation Level(Observation slave) =>
        slave with { Report = slave.Report! with { Executed = null, Received = null, History = null } };

    /// <summary>It has answered, and all that it has counts.</summary>
    private static Observation Stopped(Observation slave, long epoch) =>
        slave with { Report = slave.Report! with { Role = DirectedRole.Candidate, Epoch = epoch } };
}
