using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mysos.Core.Protocol;

namespace Mysos.Executor.Copies;

/// <summary>
/// How both ends of a copy know each other: each proves that it knows the cluster's replication password, for this one TLS
/// connection. The donor's certificate is its own and new; who stands between has another one, and proofs for it are of no use.
/// </summary>
internal static class CopyHandshake
{
    /// <summary>The name in the certificate; nobody looks at it.</summary>
    private const string Name = "mysos-copy";
    private const int NodeSize = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static X509Certificate2 NewCertificate(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
    }

    /// <summary>The donor's side.</summary>
    /// <param name="receiver">The only node that is let in.</param>
    /// <exception cref="AuthenticationException">It is another one, or does not know the password.</exception>
    public static async Task<SslStream> AcceptAsync(
        Stream connection, X509Certificate2 certificate, int receiver, string secret, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var stream = new SslStream(connection);
        try
        {
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, either.Token).ConfigureAwait(false);
            await ExpectAsync(stream, Proof(secret, "receiver", receiver, certificate), either.Token).ConfigureAwait(false);
            await stream.WriteAsync(Proof(secret, "donor", receiver, certificate), either.Token).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The receiver's side.</summary>
    /// <exception cref="AuthenticationException">Who answers does not know the password.</exception>
    /// <exception cref="IOException">Nobody has answered in time, or it hung up, as on a receiver that it does not let in.</exception>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public static async Task<SslStream> ConnectAsync(
        TcpClient client, Endpoint donor, int receiver, string secret, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        SslStream? stream = null;
        try
        {
            await client.ConnectAsync(donor.Host, donor.Port, either.Token).ConfigureAwait(false);
            stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = Name,
                // The proof vouches for it.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            }, either.Token).ConfigureAwait(false);
            using var shown = X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
            await stream.WriteAsync(Proof(secret, "receiver", receiver, shown), either.Token).ConfigureAwait(false);
            await ExpectAsync(stream, Proof(secret, "donor", receiver, shown), either.Token).ConfigureAwait(false);
            return stream;
        }
        catch (Exception e)
        {
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new IOException($"{donor} has not answered within {Patience.TotalSeconds:F0} s", e);
            throw;
        }
    }

    private static byte[] Proof(string secret, string role, int receiver, X509Certificate2 certificate)
    {
        var said = new byte[NodeSize];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(said, receiver);
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret),
            (byte[])[.. Encoding.ASCII.GetBytes($"{Name} {role} "), .. said, .. SHA256.HashData(certificate.RawData)]);
    }

    private static async Task ExpectAsync(SslStream stream, byte[] proof, CancellationToken cancellation)
    {
        var shown = new byte[proof.Length];
        await stream.ReadExactlyAsync(shown, cancellation).ConfigureAwait(false);
        if (!CryptographicOperations.FixedTimeEquals(shown, proof))
            throw new AuthenticationException("The other side of a copy does not know the cluster's replication password.");
    }
}
