using Microsoft.AspNetCore.Http.Features;
using Mysos.Core.Access;

namespace Mysos.Host.Access.Peers;

/// <summary>Signs requests to another scheduler, and takes away what their senders have told about themselves.</summary>
internal static class PeerRequests
{
    /// <summary>Path and query, as they came.</summary>
    public static string Target(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    public static void Sign(this PeerSeal seal, HttpRequestMessage request, Uri target, Actor? by)
    {
        request.Headers.Authorization = null;
        request.Headers.Remove("Cookie");
        request.Headers.Remove(PeerSeal.Header);
        request.Headers.Add(PeerSeal.Header, seal.Sign(request.Method.Method, target.PathAndQuery, by));
    }
}
