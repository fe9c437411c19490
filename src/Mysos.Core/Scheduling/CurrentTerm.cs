using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// The door to whoever leads in this process: the service of the present term, or a refusal while this scheduler does
/// not lead.
/// </summary>
public sealed class CurrentTerm : IClusterService
{
    private volatile IClusterService? _service;

    public bool Leads => _service is not null;

    /// <summary>Opens the door to a term's service; null closes it.</summary>
    public void Set(IClusterService? service) => _service = service;

    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation) =>
        Leader.AskAsync(request, cancellation);

    public Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation) => Leader.DryRunAsync(request, cancellation);

    private IClusterService Leader => _service
        ?? throw new RequestException(503, null, "No scheduler leads now, so nothing can be changed; try again soon.");
}
