using System.Net;
using Mysos.Host.Tls;

namespace Mysos.Host.Scheduler;

/// <summary>Connections from one scheduler to another.</summary>
internal sealed class LeaderHttp(PeerAuthorities peers) : IDisposable
{
    /// <summary>Marks what another scheduler has passed on, so that it is not passed on again.</summary>
    public const string ForwardedHeader = "Mysos-Forwarded";

    /// <summary>Names, in the answer to a write, the first view that shows what was written.</summary>
    public const string ViewHeader = "Mysos-View";

    public HttpMessageHandler Handler { get; } = new SocketsHttpHandler
    {
        UseProxy = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(3), SslOptions = TlsFiles.ClientOptions(peers.Authorities),
    };

    public void Dispose() => Handler.Dispose();
}
