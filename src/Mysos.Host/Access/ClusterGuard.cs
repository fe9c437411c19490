using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Host.Access.Login;

namespace Mysos.Host.Access;

/// <summary>
/// Stands before the leader's service: who may not do something is refused, wrong cluster passwords are counted, and everything
/// is in the audit log. REST and dashboard of all schedulers come through here, once.
/// </summary>
internal sealed class ClusterGuard(IClusterService inner, Attempts attempts, AuditLog audit) : IClusterService
{
    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation) =>
        GuardAsync(request, false, () => inner.AskAsync(request, cancellation));

    public Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation) =>
        GuardAsync(request, true, () => inner.DryRunAsync(request, cancellation));

    private async Task<T> GuardAsync<T>(ClusterRequest request, bool dryRun, Func<Task<T>> ask)
    {
        try
        {
            var by = request.By ?? throw new RequestException(401, null, "Nobody is known to ask for this; log in.");
            if (AccessRules.WhyNot(by.Role, AccessRules.Needed(request)) is { } why)
                throw new RequestException(403, null, why);
            var password = AttemptOn.Cluster(request.Name);
            if (request is not CreateRequest && attempts.WaitOf(by.From, password) is { } wait)
                throw new RequestException(429, "password", Challenges.TooMany(wait)) { RetryAfter = wait };
            T answer;
            try
            {
                answer = await ask();
            }
            catch (RequestException e) when (e is { Status: 403, Field: "password" } && !string.IsNullOrEmpty(request.Password))
            {
                attempts.Failed(by.From, password);
                throw;
            }
            audit.Change(by, request, dryRun);
            return answer;
        }
        catch (RequestException e)
        {
            audit.Change(request.By, request, dryRun, e.Status, e.Message);
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            audit.Change(request.By, request, dryRun, 500, e.GetType().Name);
            throw;
        }
    }
}
