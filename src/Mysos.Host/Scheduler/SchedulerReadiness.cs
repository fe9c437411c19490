using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Scheduler;

/// <summary>A leader is ready when it is subscribed to Mesos; a follower when it knows its leader.</summary>
internal sealed class SchedulerReadiness(CurrentTerm term, LeaderAddress leader, IReadModel readModel) : IReadiness
{
    public Readiness Check() => term.Leads
        ? readModel.Current.Mesos.Connected ? Readiness.Ready : new Readiness("The scheduler leads and waits for Mesos to accept its subscription.")
        : leader.Current is not null ? Readiness.Ready : new Readiness("No scheduler leads yet.");
}
