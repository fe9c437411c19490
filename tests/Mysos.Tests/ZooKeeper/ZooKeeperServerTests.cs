using System.Net;
using System.Net.Sockets;
using Mysos.Core.ZooKeeper;
using Shouldly;
using Xunit;

namespace Mysos.Tests.ZooKeeper;

public sealed class ZooKeeperServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mysos-zk-server-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Start_StoppedAndStartedAgain_HasItsData()
    {
        var server = await ZooKeeperServer.StartAsync(_directory.FullName, 0, TimeProvider.System, ZooKeeperFixture.Deadline());
        await using (var zk = await ZooKeeperFixture.ConnectAsync(ZooKeeperUrl.Parse($"zk://{server.ConnectString}")))
            await zk.CreateAsync("/kept", "data"u8.ToArray());
        await server.StopAsync();
        await using var again = await ZooKeeperServer.StartAsync(_directory.FullName, server.Port, TimeProvider.System, ZooKeeperFixture.Deadline());
        again.ProcessId.ShouldNotBe(server.ProcessId);
        await using var client = await ZooKeeperFixture.ConnectAsync(ZooKeeperUrl.Parse($"zk://{again.ConnectString}"));
        (await client.GetAsync("/kept"))!.Data.ShouldBe("data"u8.ToArray());
    }

    [Fact]
    public async Task Start_PortTaken_FailsAndSaysWhy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var closing = new CancellationTokenSource();
        var closer = CloseAllAsync(listener, closing.Token);
        var error = await Should.ThrowAsync<InvalidOperationException>(() =>
            ZooKeeperServer.StartAsync(_directory.FullName, port, TimeProvider.System, ZooKeeperFixture.Deadline()));
        error.Message.ShouldContain($"{port}");
        error.Message.ShouldContain("already in use");
        await closing.CancelAsync();
        await closer;
    }

    private static async Task CloseAllAsync(TcpListener listener, CancellationToken cancellation)
    {
        try
        {
            while (true)
                (await listener.AcceptTcpClientAsync(cancellation)).Dispose();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
