using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Scheduler;

/// <summary>Registers the scheduler behind the web side.</summary>
internal static class SchedulerServices
{
    public static void AddMysosScheduler(this IServiceCollection services, SchedulerPlan plan)
    {
        services.AddSingleton(plan);
        services.AddSingleton<ListeningPort>();
        services.AddSingleton<CurrentTerm>();
        services.AddSingleton<IClusterService>(s => s.GetRequiredService<CurrentTerm>());
        services.AddSingleton<ReadModel>();
        services.AddSingleton<IReadModel>(s => s.GetRequiredService<ReadModel>());
        services.AddSingleton<LeaderAddress>();
        services.AddSingleton<IReadiness, SchedulerReadiness>();
        services.AddHttpForwarder();
        services.AddHostedService<LeadershipService>();
    }
}
