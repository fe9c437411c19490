using System.Net.Security;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Tls;

/// <summary>The certificate that is served now. It follows its files; new ones that are wrong change nothing, and are logged.</summary>
internal sealed partial class ServerCertificate : IDisposable
{
    private readonly TlsSettings _settings;
    private readonly ILogger<ServerCertificate> _log;
    private readonly FileChanges _watch;
    private volatile SslStreamCertificateContext _current;

    public ServerCertificate(TlsSettings settings, TimeProvider time, ILogger<ServerCertificate> log)
    {
        (_settings, _log, _current) = (settings, log, settings.First);
        _watch = new FileChanges([settings.CertFile, settings.KeyFile], Reload, time);
    }

    public SslStreamCertificateContext Current => _current;

    public void Dispose() => _watch.Dispose();

    private void Reload()
    {
        try
        {
            _current = TlsFiles.LoadServer(_settings.CertFile, _settings.KeyFile);
            Reloaded(_current.TargetCertificate.Subject, _current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (InvalidDataException e)
        {
            NotReloaded(e.Message);
        }
    }

    [LoggerMessage(230, LogLevel.Information, "Another certificate is served from now on: {Subject}, until {Until:u}")]
    private partial void Reloaded(string subject, DateTime until);

    [LoggerMessage(231, LogLevel.Error, "--tls_cert or --tls_key has changed and is wrong, so the certificate of before is served on: {Problem}")]
    private partial void NotReloaded(string problem);
}
