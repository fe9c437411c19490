using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mysos.Core.Processes;
using Mysos.Core.Protocol;
using Mysos.Executor.Backups;

namespace Mysos.Executor.Copies;

/// <summary>Gives copies of a running MariaDB to one other node, each a stream of mariadb-backup, one at a time; until it is disposed.</summary>
internal sealed class CopyGiver : IDisposable
{
    private readonly CopyGrant _grant;
    private readonly CopyOrder _order;
    private readonly string _secret;
    private readonly TimeProvider _time;
    private readonly Log _log;
    private readonly TcpListener _listener;
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="order">What is copied; its target is for mariadb-backup's temporary files.</param>
    /// <param name="secret">The cluster's replication password.</param>
    /// <exception cref="SocketException">No port can be had.</exception>
    public CopyGiver(IPAddress bind, CopyGrant grant, CopyOrder order, string secret, TimeProvider time, Log log)
    {
        (_grant, _order, _secret, _time, _log) = (grant, order, secret, time, log);
        _certificate = CopyHandshake.NewCertificate(time.GetUtcNow());
        _listener = new TcpListener(bind, 0);
        _listener.Start();
        _ = ListenAsync();
    }

    public CopyGrant Grant => _grant;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _over.Cancel();
        _listener.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _ = GiveAsync(await _listener.AcceptTcpClientAsync(_over.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            if (!_over.IsCancellationRequested)
                _log.Write($"No copies are given any more: {e.Message}");
        }
    }

    private async Task GiveAsync(TcpClient client)
    {
        using var connected = client;
        try
        {
            var stream = await CopyHandshake.AcceptAsync(client.GetStream(), _certificate, _grant.Node, _secret, _time, _over.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await _one.WaitAsync(_over.Token).ConfigureAwait(false);
                try
                {
                    await StreamAsync(stream).ConfigureAwait(false);
                }
                finally
                {
                    _one.Release();
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or FileNotFoundException)
        {
            _log.Write($"A copy for node {_grant.Node} was not given: {e.Message}");
        }
    }

    private async Task StreamAsync(SslStream to)
    {
        _log.Write($"Node {_grant.Node} gets a copy of the data.");
        Directory.CreateDirectory(_order.Target);
        try
        {
            using var backup = await ChildProcesses.StartAsync(PhysicalCopy.Streaming(_order)).ConfigureAwait(false);
            try
            {
                var said = LastErrorAsync(backup.StandardError);
                await CopyFrames.SendAsync(backup.StandardOutput.BaseStream, to, async cancellation =>
                {
                    await backup.WaitForExitAsync(cancellation).ConfigureAwait(false);
                    if (backup.ExitCode != 0)
                        throw new IOException($"mariadb-backup ended with {backup.ExitCode}: {await said.ConfigureAwait(false)}");
                }, (long)_grant.MbPerSecond << 20, _time, _over.Token).ConfigureAwait(false);
            }
            finally
            {
                ChildProcesses.Signal(backup, UnixSignal.Kill);
            }
            _log.Write($"Node {_grant.Node} has its copy.");
        }
        finally
        {
            Directory.Delete(_order.Target, recursive: true);
        }
    }

    /// <summary>Reads to the end, so that the program need not wait.</summary>
    private static async Task<string> LastErrorAsync(StreamReader from)
    {
        var last = "";
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
            last = line.Length > 0 ? line : last;
        return last;
    }
}
