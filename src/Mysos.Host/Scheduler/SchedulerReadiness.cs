using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Scheduler;

/// <summary>A leader is ready when it is subscribed to Mesos; a follower when it knows its leader and has something to show.</summary>
internal sealed class SchedulerReadiness(CurrentTerm term, LeaderAddress leader, IReadModel readModel) : IReadiness
{
    public Readiness Check()
    {
        var view = readModel.Current;
        if (term.Leads)
        {
            return new Readiness(view.Mesos.Connected ? null
                : view.Mesos.Problem ?? "The scheduler leads and waits for Mesos to accept its subscription.") { Leads = true };
        }
        var waitsFor = leader.Current is null ? "No scheduler leads yet."
            : view is { Term: 0, Stale: null } ? "The leading scheduler has not told yet what there is."
            : null;
        return new Readiness(waitsFor is not null && view.Stale is { } old ? $"{waitsFor} What is shown is of {old.Since.UtcDateTime:O}." : waitsFor)
        {
            Leads = false, Leader = leader.Current?.Authority, StaleSince = view.Stale?.Since,
        };
    }
}
