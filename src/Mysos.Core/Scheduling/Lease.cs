using Mysos.Core.ZooKeeper;

namespace Mysos.Core.Scheduling;

/// <summary>One leadership, as those who act for it ask for it right before they act.</summary>
/// <param name="Term">Rises from leader to leader.</param>
/// <param name="Holds">Whether this scheduler leads at this moment, by its own clock (<see cref="LeaderLatch.IsLeading"/>).</param>
public sealed record Lease(long Term, Func<bool> Holds)
{
    /// <exception cref="NotLeadingException">It is over.</exception>
    public void Require(string what)
    {
        if (!Holds())
            throw new NotLeadingException(what);
    }
}

/// <summary>
/// Lets no request out once the lease is over. A SUBSCRIBE above all must not: Mesos would cut off the scheduler that
/// leads now in favour of the one that comes late.
/// </summary>
public sealed class LeaseHandler(Lease lease, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        lease.Require($"Nothing was sent to {request.RequestUri?.Authority}");
        return base.SendAsync(request, cancellationToken);
    }
}
