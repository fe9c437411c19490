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
        var left = cluster with { Observed = slaves.ToImmutableDictionary(n => n, n => Stopped(cluster.Of(n), epoch)) };
        Electorate.Outcome After(TimeSpan time) =>
            Electorate.Decide(left, new Election(epoch, DateTimeOffset.UnixEpoch, master, ""), DateTimeOffset.UnixEpoch + time, settings);
        if (After(TimeSpan.Zero) is Electorate.Outcome.Elected sure)
            return new MasterLossView(sure.Node, false, $"node {sure.Node} would take over, and has every acknowledged write");
        var timeout = ElectionTerms.TimeoutOf(durable, settings);
        return After(timeout) switch
        {
            Electorate.Outcome.Elected late =>
                new MasterLossView(late.Node, true, $"node {late.Node} would take over after {Durations.Format(timeout)}, and may lack the last writes"),
            Electorate.Outcome.Waiting waiting => new MasterLossView(null, true, $"an election would wait for {waiting.For}"),
            var other => throw new InvalidOperationException($"{other} is no outcome of an election."),
        };
    }

    /// <summary>It has answered, and all that it has counts.</summary>
    private static Observation Stopped(Observation slave, long epoch) =>
        slave with { Report = slave.Report! with { Role = DirectedRole.Candidate, Epoch = epoch } };
}
