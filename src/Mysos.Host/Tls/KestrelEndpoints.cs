using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mysos.Host.Composition;

namespace Mysos.Host.Tls;

/// <summary>Where Mysos listens: first the port of the API.</summary>
internal static class KestrelEndpoints
{
    public static void Listen(KestrelServerOptions kestrel, MysosWebSettings settings)
    {
        if (settings.Tls is not { } tls)
        {
            kestrel.Listen(settings.Bind, settings.Port);
            return;
        }
        var certificate = kestrel.ApplicationServices.GetRequiredService<ServerCertificate>();
        kestrel.Listen(settings.Bind, settings.Port, endpoint => endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            // Each connection gets the certificate of now. The versions of TLS are those that the system allows.
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Current }),
        }));
        if (tls.PlainPort is { } port)
            kestrel.Listen(settings.Bind, port);
    }
}
