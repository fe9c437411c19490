using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Mysos.Host.Tls;

/// <summary>How Mysos speaks TLS.</summary>
/// <param name="First">What the files had at the start.</param>
/// <param name="PlainPort">Where what agents and health checks need is served without it; null: nowhere.</param>
internal sealed record TlsSettings(string CertFile, string KeyFile, SslStreamCertificateContext First, int? PlainPort);

/// <summary>Whom this scheduler believes to be another one.</summary>
/// <param name="Authorities">Null: the system's.</param>
internal sealed record PeerAuthorities(X509Certificate2Collection? Authorities);
