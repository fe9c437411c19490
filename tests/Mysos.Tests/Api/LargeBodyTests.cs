using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Api;

public sealed class LargeBodyTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const long Length = 100L * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_Of100MB_IsRefusedAtOnce(bool chunked)
    {
        var start = Stopwatch.GetTimestamp();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient { SendBufferSize = 65536 };
        await client.ConnectAsync("127.0.0.1", host.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(chunked), deadline.Token);

        var answer = ReadAsync(stream, deadline.Token);
        var sent = await SendAsync(stream, chunked, answer, deadline.Token);

        var text = await answer;
        text.ShouldStartWith("HTTP/1.1 413");
        text.ShouldContain("application/problem+json");
        text.ShouldContain("64 kB");
        sent.ShouldBeLessThan(Length / 2);
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await host.Http.GetAsync("/health", deadline.Token)).EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_Of100MB_OfAClientThatReadsOnlyAfterwards_IsAnsweredToo(bool chunked)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", host.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(chunked), deadline.Token);

        await SendAsync(stream, chunked, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, deadline.Token), deadline.Token);

        (await ReadAsync(stream, deadline.Token)).ShouldStartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task Body_ThatNeverEnds_IsCutOff()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", host.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Head(chunked: true), deadline.Token);

        await Should.ThrowAsync<IOException>(async () =>
        {
            while (true)
                await stream.WriteAsync("1\r\n \r\n"u8.ToArray(), deadline.Token);
        });
    }

    [Fact]
    public async Task Body_Of100MB_ThatAsksFirst_IsNotSentAtAll()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", host.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /clusters/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {Length}\r\n\r\n"), deadline.Token);

        (await ReadAsync(stream, deadline.Token)).ShouldStartWith("HTTP/1.1 413");
    }

    private static byte[] Head(bool chunked)
    {
        var framing = chunked ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Length}");
        return Encoding.ASCII.GetBytes($"POST /clusters/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{framing}\r\n\r\n");
    }

    /// <summary>Sends until the answer is there or the connection is closed.</summary>
    private static async Task<long> SendAsync(NetworkStream stream, bool chunked, Task answer, CancellationToken cancellation)
    {
        var block = new byte[65536];
        Array.Fill(block, (byte)' ');
        var frame = Encoding.ASCII.GetBytes($"{block.Length:x}\r\n");
        var sent = 0L;
        try
        {
            while (sent < Length && !answer.IsCompleted)
            {
                if (chunked)
                    await stream.WriteAsync(frame, cancellation);
                await stream.WriteAsync(block, cancellation);
                if (chunked)
                    await stream.WriteAsync("\r\n"u8.ToArray(), cancellation);
                sent += block.Length;
            }
        }
        catch (IOException)
        {
            // Closed by the server, as announced in its answer.
        }

        return sent;
    }

    private static async Task<string> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains('}'))
        {
            var count = await stream.ReadAsync(buffer, cancellation);
            if (count == 0)
                break;
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
