using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mysos.Host.Tls;

namespace Mysos.Tests.Access;

/// <summary>A CA of the test's own, and certificates of it for this machine, in files.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-tls-").FullName;
    private readonly X509Certificate2 _ca;

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _ca = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(2));
        File.WriteAllText(CaFile, _ca.ExportCertificatePem());
        Issue("first");
    }

    public string CaFile => Path.Combine(_directory, "ca.pem");
    public string CertFile => Path.Combine(_directory, "cert.pem");
    public string KeyFile => Path.Combine(_directory, "key.pem");

    public TlsSettings Settings(int? plainPort = null) => new(CertFile, KeyFile, TlsFiles.LoadServer(CertFile, KeyFile), plainPort);

    /// <summary>A certificate with a name of its own, for 127.0.0.1, in the place of the one before.</summary>
    public void Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_ca, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertFile, issued.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose()
    {
        _ca.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
