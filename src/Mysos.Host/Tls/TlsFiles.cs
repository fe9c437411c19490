using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mysos.Host.Access.Files;

namespace Mysos.Host.Tls;

/// <summary>Reads certificates and keys, in PEM.</summary>
internal static class TlsFiles
{
    /// <summary>The server's certificate with its key, and the chain that follows it in the file.</summary>
    /// <exception cref="InvalidDataException">The message says what is wrong with which file.</exception>
    public static SslStreamCertificateContext LoadServer(string certFile, string keyFile)
    {
        var key = PrivateFile.ReadText(keyFile);
        try
        {
            var pem = File.ReadAllText(certFile);
            using var made = X509Certificate2.CreateFromPem(pem, key);
            // A key that came from PEM lives in memory only, and some platforms do not serve with such.
            var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"Cannot read '{certFile}': {e.Message}", e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException(
                $"'{certFile}' and '{keyFile}' are no certificate in PEM (the server's first, then those that lead to its CA) with the key of it: {e.Message}", e);
        }
    }

    /// <exception cref="InvalidDataException">The message says what is wrong with the file.</exception>
    public static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidDataException($"Cannot read certificates in '{file}': {e.Message}", e);
        }
        return authorities.Count > 0 ? authorities : throw new InvalidDataException($"'{file}' has no certificate in PEM.");
    }

    /// <summary>How a client checks servers: by the system's authorities, or by these alone.</summary>
    public static SslClientAuthenticationOptions ClientOptions(X509Certificate2Collection? authorities)
    {
        var options = new SslClientAuthenticationOptions();
        if (authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return options;
    }
}
