using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Hosting;

/// <summary>
/// A thousand ports for the tasks of one agent, below the range that the kernel takes client ports from. The last port is
/// not offered: whoever listens on it owns the block, so that several clusters on one machine keep out of each other's way.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    private const int Size = 1000;
    private const int Lowest = 10000;
    private const int Blocks = 22;

    private readonly Socket? _guard;

    private PortBlock(int first, Socket? guard) => (First, _guard) = (first, guard);

    public int First { get; }
    /// <summary>Somebody else listens on the block's guard port.</summary>
    public bool IsShared => _guard is null;

    public PortRange Offered => new((ulong)First, (ulong)(First + Size - 2));

    /// <summary>The block of an earlier run: its ports may be reserved, so it is kept even if its guard port is taken.</summary>
    public static PortBlock Again(IPAddress address, int first) => new(first, Guard(address, first));

    /// <param name="address">Where the ports are.</param>
    /// <param name="seed">Blocks are tried from one that this text picks, so that clusters seldom meet.</param>
    /// <exception cref="IOException">None is free.</exception>
    public static PortBlock Find(IPAddress address, string seed)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(listener => listener.Port).ToHashSet();
        var start = (int)(Encoding.UTF8.GetBytes(seed).Aggregate(2166136261u, (hash, part) => (hash ^ part) * 16777619u) % Blocks);
        for (var i = 0; i < Blocks; i++)
        {
            var first = Lowest + (start + i) % Blocks * Size;
            if (!Enumerable.Range(first, Size).Any(taken.Contains) && Guard(address, first) is { } guard)
                return new PortBlock(first, guard);
        }
        throw new IOException(
            $"No block of {Size} ports between {Lowest} and {Lowest + Blocks * Size - 1} is free for an agent; name ports in AgentResources, for example 'cpus:8;mem:16384;disk:102400;ports:[40000-42999]'.");
    }

    public void Dispose() => _guard?.Dispose();

    private static Socket? Guard(IPAddress address, int first)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, first + Size - 1));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
