using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Mysos.Core.Protocol;
using Mysos.Executor.Copies;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Executor;

/// <summary>Who gets a copy, from whom, and that it is whole.</summary>
public sealed class CopyHandshakeTests
{
    private const string Secret = "replication-password";

    [Fact]
    public async Task Handshake_BothKnowThePassword_BytesComeWhole()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 100_000)));
        var got = new MemoryStream();
        var (gave, took) = await MeetAsync(Secret, Secret, 3, 3,
            stream => CopyFrames.SendAsync(new MemoryStream(text), stream, _ => Task.CompletedTask, long.MaxValue, TimeProvider.System, default),
            stream => CopyFrames.ReceiveAsync(stream, got, TimeSpan.FromSeconds(10), TimeProvider.System, default));
        (gave, took).ShouldBe((null, null));
        got.ToArray().ShouldBe(text);
    }

    [Theory]
    [InlineData("another-password", 3)]
    [InlineData("", 3)]
    [InlineData(Secret, 4)]
    public async Task Receiver_WrongPasswordOrNode_IsRefusedAndGetsNothing(string secret, int node)
    {
        var given = false;
        var (gave, took) = await MeetAsync(Secret, secret, 3, node, _ => { given = true; return Task.CompletedTask; }, _ => Task.CompletedTask);
        gave.ShouldBeOfType<AuthenticationException>();
        took.ShouldBeAssignableTo<IOException>();
        given.ShouldBeFalse();
    }

    /// <summary>It lets anybody in, as a false donor would.</summary>
    [Fact]
    public async Task Donor_WithoutThePassword_IsRefused()
    {
        using var listener = Listen();
        using var certificate = CopyHandshake.NewCertificate(DateTimeOffset.UtcNow);
        var accepting = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            var proof = new byte[32];
            await stream.ReadExactlyAsync(proof);
            // All that it has learnt is the receiver's own proof.
            await stream.WriteAsync(proof);
            await stream.ReadAtLeastAsync(proof, 1, throwOnEndOfStream: false);
        });
        using var receiver = new TcpClient();
        await Should.ThrowAsync<AuthenticationException>(
            () => CopyHandshake.ConnectAsync(receiver, Endpoint(listener), 3, Secret, TimeProvider.System, default));
        await accepting.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Copy_ThatFailsAtTheDonor_IsNotTakenForWhole()
    {
        var (gave, took) = await MeetAsync(Secret, Secret, 3, 3,
            stream => CopyFrames.SendAsync(new MemoryStream([1, 2, 3]), stream, _ => throw new InvalidDataException("half"), long.MaxValue, TimeProvider.System, default),
            stream => CopyFrames.ReceiveAsync(stream, new MemoryStream(), TimeSpan.FromSeconds(10), TimeProvider.System, default));
        gave.ShouldBeOfType<InvalidDataException>();
        took.ShouldBeAssignableTo<IOException>();
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private static Endpoint Endpoint(TcpListener listener) => new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    /// <summary>How each side ended; null: well.</summary>
    private static async Task<(Exception? Gave, Exception? Took)> MeetAsync(
        string donorsSecret, string receiversSecret, int granted, int receiver, Func<SslStream, Task> give, Func<SslStream, Task> take)
    {
        using var listener = Listen();
        using var certificate = CopyHandshake.NewCertificate(DateTimeOffset.UtcNow);
        var giving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = await CopyHandshake.AcceptAsync(client.GetStream(), certificate, granted, donorsSecret, TimeProvider.System, default);
            await give(stream);
        });
        var taking = Task.Run(async () =>
        {
            using var client = new TcpClient();
            await using var stream = await CopyHandshake.ConnectAsync(client, Endpoint(listener), receiver, receiversSecret, TimeProvider.System, default);
            await take(stream);
        });
        await Task.WhenAll(giving, taking).WaitAsync(TimeSpan.FromSeconds(20)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (giving.Exception?.InnerException, taking.Exception?.InnerException);
    }
}
