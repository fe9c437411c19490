using System.Text.Json;
using Mysos.Core.Clusters;

namespace Mysos.Host.Api.Status;

/// <summary>
/// The metrics of the first Mysos under their names. <c>uptime</c> is in seconds; resources are those asked for by all
/// clusters together (in MiB), whether or not they have been found.
/// </summary>
internal static class Vars
{
    public static byte[] Serialize(SchedulerView view, DateTimeOffset now)
    {
        var clusters = view.Clusters.Values.ToArray();
        var counters = view.Counters;
        var started = counters.Started == default ? now : counters.Started;
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteNumber("scheduler.cluster_count", clusters.Length);
            writer.WriteNumber("scheduler.total_requested_cpus", Math.Round(clusters.Sum(c => c.NumNodes * c.Size.Cpus), 3));
            writer.WriteNumber("scheduler.total_requested_mem_mb", clusters.Sum(c => c.NumNodes * c.Size.MemMb));
            writer.WriteNumber("scheduler.total_requested_disk_mb", clusters.Sum(c => c.NumNodes * c.Size.DiskMb));
            writer.WriteNumber("scheduler.framework_registered", view is { Mesos.Connected: true, Stale: null } ? 1 : 0);
            writer.WriteNumber("scheduler.uptime", Math.Round(Math.Max(0, (now - started).TotalSeconds), 3));
            writer.WriteNumber("scheduler.tasks_launched", counters.TasksLaunched);
            writer.WriteNumber("scheduler.tasks_lost", counters.TasksLost);
            writer.WriteNumber("scheduler.tasks_finished", counters.TasksFinished);
            writer.WriteNumber("scheduler.tasks_failed", counters.TasksFailed);
            writer.WriteNumber("scheduler.tasks_killed", counters.TasksKilled);
            writer.WriteNumber("scheduler.resource_offers", counters.ResourceOffers);
            writer.WriteNumber("scheduler.offers_incompatible_role", counters.OffersIncompatibleRole);
            writer.WriteNumber("scheduler.offers_unused", counters.OffersUnused);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
