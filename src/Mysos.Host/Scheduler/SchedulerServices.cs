using Mysos.Core.Clusters;
using Mysos.Core.Scheduling;
using Mysos.Host.Access;
using Mysos.Host.Api.Status;

namespace Mysos.Host.Scheduler;

/// <summary>Registers the scheduler behind the web side.</summary>
internal static class SchedulerServices
{
    public static void AddMysosScheduler(this IServiceCollection services, SchedulerPlan plan)
    {
        services.AddOneOfManySchedulers();
        services.AddSingleton(plan);
        services.AddSingleton<ListeningPort>();
        services.AddHostedService<LeadershipService>();
    }

    /// <summary>What one scheduler is to users and to the others, whoever leads.</summary>
    public static void AddOneOfManySchedulers(this IServiceCollection services)
    {
        services.AddSingleton<LeaderAddress>();
        services.AddSingleton<LeaderHttp>();
        services.AddSingleton<LeaderFollower>();
        services.AddSingleton<LeaderClient>();
        services.AddSingleton<WrittenViews>();
        services.AddSingleton(s => new CurrentTerm(s.GetRequiredService<LeaderClient>(), s.GetRequiredService<ClusterGuards>().Guard));
        services.AddSingleton<IClusterService>(s => s.GetRequiredService<CurrentTerm>());
        services.AddSingleton<ReadModel>();
        services.AddSingleton<IReadModel>(s => s.GetRequiredService<ReadModel>());
        services.AddSingleton<FatalError>();
        services.AddSingleton<IReadiness, SchedulerReadiness>();
        services.AddHttpForwarder();
    }
}
