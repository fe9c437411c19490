using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;

namespace Mysos.Host.Api.Clusters;

/// <summary>The name in a request's path.</summary>
internal static class ClusterName
{
    /// <exception cref="RequestException">400: it can be no cluster's name.</exception>
    public static string Checked(string? name) =>
        ClusterRules.CheckName(name) is { } error ? throw error.ToException() : name!;

    /// <exception cref="RequestException">400, or 404: there is no such cluster.</exception>
    public static ClusterView Find(SchedulerView view, string? name) =>
        view.Clusters.TryGetValue(Checked(name), out var cluster)
            ? cluster
            : throw new RequestException(StatusCodes.Status404NotFound, "cluster_name", $"There is no cluster '{name}'; GET /clusters lists them.");
}
