using Mysos.Core.Clusters;
using Mysos.Core.Protocol;
using Mysos.Core.Scheduling;
using Mysos.Executor.Nodes;

namespace Mysos.Simulator.Mistakes;

/// <summary>
/// A mistake that Mysos might make, planted around its code: what decisions come to, what is sent, what is heard. This one makes none.
/// </summary>
internal class Mistake
{
    /// <summary>A leader goes on when another one leads, and nobody refuses what it sends.</summary>
    public virtual bool StaleLeaderActs => false;

    /// <summary>The kinds of faults that are apt to show it; null: each seed has some of all.</summary>
    public virtual IReadOnlyList<string>? ShownBy => null;

    /// <summary>Only clusters with more than one acker can show it.</summary>
    public virtual bool SeveralAckers => false;

    /// <summary>What it is found by.</summary>
    public virtual IReadOnlyList<Invariant> Breaks => [Invariant.AcknowledgedWritesAreOnTheMaster, Invariant.OneNodeCanAcknowledge];

    public virtual bool ActsBeforeDurable(Effect effect) => false;

    public virtual Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now) => decision;

    public virtual LoopEvent Heard(LoopEvent happened, ClusterState? cluster) => happened;

    public virtual Directive Obeyed(Directive directive, Orders orders) => directive;

    public virtual Report Reported(Report report) => report;

    /// <summary>Clients are killed, and only then the server is made read-only.</summary>
    public virtual bool KillsClientsFirst => false;

    /// <summary>Commits that wait are ended by waiting for nobody, for as long as MySQL takes to look at that.</summary>
    public virtual bool StopsWaiting => false;

    /// <summary>A line of mysqld's option file.</summary>
    public virtual string Option(string line) => line;

    /// <summary>The decision, had it left its clusters otherwise.</summary>
    protected static Decision Change(Decision decision, Func<ClusterState, ClusterState> change)
    {
        foreach (var (name, cluster) in decision.State.Clusters)
        {
            if (change(cluster) is var changed && !ReferenceEquals(changed, cluster))
            {
                decision = decision with
                {
                    State = decision.State with { Clusters = decision.State.Clusters.SetItem(name, changed) }, Touched = decision.Touched.Add(name),
                };
            }
        }
        return decision;
    }
}

/// <summary>None, in the worlds of one.</summary>
internal sealed class OnlyFaultsOf(Mistake mistake) : Mistake
{
    public override IReadOnlyList<string>? ShownBy => mistake.ShownBy;

    public override bool SeveralAckers => mistake.SeveralAckers;
}
