using Mysos.Core.Clusters;
using Mysos.Core.Mesos;

namespace Mysos.Core.Scheduling;

/// <summary>
/// Task ids: <c>mysos-&lt;cluster&gt;.&lt;incarnation&gt;.&lt;node&gt;.&lt;attempt&gt;</c>. A cluster's name has no dot, so
/// the cluster of a task can be read from it. A volume is named like the task that it is made with, followed by
/// <c>.&lt;owner&gt;</c>: by that a scheduler knows its own volumes also where no label can say it.
/// </summary>
internal static class TaskNames
{
    private const string Prefix = "mysos-";

    public static TaskId Next(Cluster cluster, Node node) =>
        new($"{Prefix}{cluster.Name}.{cluster.Incarnation}.{node.Number}.{node.Attempts + 1}");

    public static string Volume(Cluster cluster, Node node, string? owner) => $"{Next(cluster, node).Value}.{owner}";

    public static bool IsVolumeOf(string persistenceId, string? owner) =>
        owner is { Length: > 0 } && persistenceId.StartsWith(Prefix, StringComparison.Ordinal)
        && persistenceId.EndsWith("." + owner, StringComparison.Ordinal);

    public static string? ClusterOf(TaskId task) =>
        task.Value.StartsWith(Prefix, StringComparison.Ordinal) && task.Value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
            ? task.Value[Prefix.Length..dot]
            : null;
}
