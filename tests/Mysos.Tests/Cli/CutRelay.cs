using System.Net;
using System.Net.Sockets;

namespace Mysos.Tests.Cli;

/// <summary>Passes connections on to a port of this machine, and can cut all that there are.</summary>
internal sealed class CutRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private readonly Task _accepting;

    public CutRelay(int to)
    {
        _listener.Start();
        _accepting = AcceptAsync(to);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut()
    {
        lock (_open)
        {
            _open.ForEach(c => c.Dispose());
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
    }

    private async Task AcceptAsync(int to)
    {
        try
        {
            while (true)
            {
                var from = await _listener.AcceptTcpClientAsync();
                var onward = new TcpClient();
                await onward.ConnectAsync(IPAddress.Loopback, to);
                lock (_open)
                    _open.AddRange([from, onward]);
                _ = PassAsync(from, onward);
                _ = PassAsync(onward, from);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        to.Dispose();
    }
}
