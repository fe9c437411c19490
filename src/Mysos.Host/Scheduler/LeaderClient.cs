using Mysos.Core.Access;
using Mysos.Core.Clusters;
using Mysos.Host.Access.Peers;
using Mysos.Host.Client;

namespace Mysos.Host.Scheduler;

/// <summary>
/// What a user asks of a follower without HTTP (in its dashboard), asked of the leader's REST API. Its refusals are the
/// leader's; 503 when no leader answers.
/// </summary>
internal sealed class LeaderClient(LeaderAddress leader, LeaderHttp http, PeerSeal seal, WrittenViews written) : IClusterService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<TAnswer> AskAsync<TAnswer>(ClusterRequest<TAnswer> request, CancellationToken cancellation) =>
        AskAsync(request.By, api => api.AskAsync(request, cancellation));

    public Task<DryRunAnswer> DryRunAsync(ClusterRequest request, CancellationToken cancellation) =>
        AskAsync(request.By, api => api.DryRunAsync(request, cancellation));

    private async Task<T> AskAsync<T>(Actor? by, Func<MysosApiClient, Task<Answer<T>>> ask)
    {
        if (leader.Current is not { } address)
            throw new RequestException(503, null, "No scheduler leads now, so nothing can be changed; try again soon.");
        using var client = new HttpClient(new PeerMessages(http.Handler, seal, by, written), disposeHandler: false) { BaseAddress = address, Timeout = Patience };
        client.DefaultRequestHeaders.Add(LeaderHttp.ForwardedHeader, "1");
        try
        {
            return (await ask(new MysosApiClient(client))).Value;
        }
        catch (MysosApiException e)
        {
            throw new RequestException((int)e.Status, e.Field, e.Message) { RetryAfter = e.RetryAfter };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new RequestException(503, null,
                $"The leading scheduler at {address.Authority} does not answer, so whether the request was accepted is unknown; try again soon.");
        }
    }

    private sealed class PeerMessages(HttpMessageHandler inner, PeerSeal seal, Actor? by, WrittenViews written) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seal.Sign(request, request.RequestUri!, by);
            var answer = await base.SendAsync(request, cancellationToken);
            await written.WaitAsync(answer, cancellationToken);
            return answer;
        }
    }
}
