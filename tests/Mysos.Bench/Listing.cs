using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mysos.Bench;

/// <summary>Many readers of one URL over plain sockets, so that the generator takes little of the two cores.</summary>
internal static class Listing
{
    public static async Task<(double PerSecond, int Bytes)> MeasureAsync(int port, string path, int connections, TimeSpan length)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        var clock = Stopwatch.StartNew();
        var bytes = 0;
        var readers = Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var buffer = new byte[1 << 20];
            var done = 0;
            while (clock.Elapsed < length)
            {
                await socket.SendAsync(request);
                Volatile.Write(ref bytes, await ReadResponseAsync(socket, buffer));
                done++;
            }
            return done;
        })).ToArray();
        var total = (await Task.WhenAll(readers)).Sum();
        return (total / clock.Elapsed.TotalSeconds, bytes);
    }

    private static async Task<int> ReadResponseAsync(Socket socket, byte[] buffer)
    {
        var read = 0;
        int headEnd;
        while ((headEnd = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8)) < 0)
            read += await ReceiveAsync(socket, buffer.AsMemory(read));
        var head = Encoding.ASCII.GetString(buffer, 0, headEnd);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            throw new InvalidDataException(head);
        var length = int.Parse(head.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))[15..],
            System.Globalization.CultureInfo.InvariantCulture);
        for (var left = length - (read - headEnd - 4); left > 0;)
            left -= await ReceiveAsync(socket, buffer.AsMemory(0, Math.Min(left, buffer.Length)));
        return length;
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer) =>
        await socket.ReceiveAsync(buffer) is > 0 and var n ? n : throw new IOException("The server closed the connection.");
}
