using Mysos.Core.Clusters;

namespace Mysos.Core.Scheduling;

/// <summary>
/// The door to whoever leads: the service of the present term while this process leads, else <paramref name="elsewhere"/>,
/// which asks the leading scheduler.
/// </summary>
/// <param name="guard">Stands before each term's service: whoever leads decides who may do what.</param>
public sealed class CurrentTerm(IClusterService elsewhere, Func<IClusterService, IClusterService> guard) : IClusterService
{
    private volatile Opened? _opened;

    /// <summary>Whether this process leads and serves, by the clock.</summary>
    public bool Leads => _opened is { } opened && opened.Lease.Holds();

    /// <summary>The lease has ended, and what is shown here has not been marked as old yet.</summary>
    public bool IsEnding => _opened is { } opened && !opened.Lease.Holds();

    public void Open(IClusterService service, Lease lease) => _opened = new Opened(guard(service), lease);

    public void Close() => _opened = null;

    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation) =>
        AskAsync(leader => leader.AskAsync(request, cancellation));

    public Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation) =>
        AskAsync(leader => leader.DryRunAsync(request, cancellation));

    /// <summary>An answer counts only if the lease holds when it is given: what a deposed leader says may be out of date.</summary>
    private async Task<T> AskAsync<T>(Func<IClusterService, Task<T>> ask)
    {
        if (_opened is not { } opened || !opened.Lease.Holds())
            return await ask(elsewhere).ConfigureAwait(false);
        try
        {
            var answer = await ask(opened.Service).ConfigureAwait(false);
            if (opened.Lease.Holds())
                return answer;
        }
        catch (RequestException) when (!opened.Lease.Holds())
        {
            // Refused by what was known when it led.
        }
        throw SchedulerLoop.Deposed();
    }

    private sealed record Opened(IClusterService Service, Lease Lease);
}
