using System.Diagnostics;
using Mysos.Core.ZooKeeper;
using Mysos.LocalMesos;

namespace Mysos.Host.Local;

/// <summary>
/// What a scheduler needs around it, on this machine: a ZooKeeper server as a child process, unless there is one already, and a
/// Mesos master with agents in this process.
/// </summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private readonly ZooKeeperServer? _zooKeeper;

    private LocalStack(ZooKeeperServer? zooKeeper, ZooKeeperUrl url, LocalMesosCluster mesos) => (_zooKeeper, ZooKeeper, Mesos) = (zooKeeper, url, mesos);

    public ZooKeeperUrl ZooKeeper { get; }

    public LocalMesosCluster Mesos { get; }

    /// <summary>Where several masters elect their leader; null: there is one.</summary>
    public ZooKeeperUrl? Masters { get; private init; }

    /// <summary>Starts both. When one does not start, neither is left.</summary>
    /// <param name="zooKeeper">One that runs; null: start one.</param>
    public static async Task<LocalStack> StartAsync(
        LocalMesosOptions options, ZooKeeperUrl? zooKeeper, string workDir, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellation)
    {
        var server = zooKeeper is null ? await StartZooKeeperAsync(Path.Combine(workDir, "zookeeper"), time, cancellation) : null;
        try
        {
            var url = zooKeeper ?? ZooKeeperUrl.Parse($"zk://{server!.ConnectString}/mysos");
            if (options.Masters > 1)
                options = options with { ZooKeeper = ZooKeeperUrl.Parse($"zk://{url.ConnectString}/mesos") };
            return new LocalStack(server, url, await LocalMesosCluster.StartAsync(options, loggers, time, cancellation)) { Masters = options.ZooKeeper };
        }
        catch
        {
            if (server is not null)
                await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends Mesos with its executors first, while ZooKeeper can still be told of it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Mesos.DisposeAsync();
        if (_zooKeeper is not null)
            await _zooKeeper.DisposeAsync();
    }

    /// <summary>On the port of the last run when it is free, so that what clients remember of it stays right.</summary>
    private static async Task<ZooKeeperServer> StartZooKeeperAsync(string directory, TimeProvider time, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        var note = Path.Combine(directory, "port");
        var last = File.Exists(note) && int.TryParse(await File.ReadAllTextAsync(note, cancellation), out var port) ? port : 0;
        ZooKeeperServer server;
        try
        {
            server = await ZooKeeperServer.StartAsync(directory, last, time, cancellation);
        }
        catch (InvalidOperationException) when (last != 0)
        {
            server = await ZooKeeperServer.StartAsync(directory, 0, time, cancellation);
        }
        await File.WriteAllTextAsync(note, $"{server.Port}", cancellation);
        return server;
    }
}
