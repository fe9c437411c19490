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

    public virtual bool ActsBeforeDurable(Effect effect) => false;

    public virtual Decision Decided(SchedulerState before, Decision decision, DateTimeOffset now) => decision;

    public virtual LoopEvent Heard(LoopEvent happened) => happened;

    public virtual Directive Obeyed(Directive directive, Orders orders) => directive;

    public virtual Report Reported(Report report) => report;

    /// <summary>A line of mysqld's option file.</summary>
    public virtual string Option(string line) => line;
}
