using Mysos.Core.Protocol;
using Mysos.Executor;
using Mysos.Executor.Data;
using Mysos.Executor.Servers;
using Mysos.Simulator.MySql;

namespace Mysos.Simulator.Executors;

/// <summary>What a node stands on in this world: a disk, and servers that run on it.</summary>
internal sealed class Machine(World world, string name, NodeTask task, Disk disk, ProcessTime process) : IMachine
{
    public Instance Instance { get; } = new("/nowhere", task, "0.0.0.0");

    public Endpoint Local { get; } = new(task.Host, task.Port);

    public NodeMarker? Marker => disk.Marker;

    public bool Follows => disk.Source is not null;

    public bool DataAreThere => disk is { Marker: not null, Deleted: false };

    public Task<string?> TryVolumeAsync() => Task.FromResult<string?>(null);

    public Task<long> MeasureDataAsync() => Task.FromResult((long)disk.Binlog.Count);

    public Server? Server { get; private set; }

    public async Task<bool> PrepareAsync(ServerProgram program, int rebuild, bool copied, CancellationToken cancellation)
    {
        var before = Marker;
        if (!disk.Deleted && before?.Rebuild >= rebuild)
            return true;
        disk.Wipe(world.NextOrigin());
        await process.PauseAsync(world.Chance.Milliseconds(15, 60), cancellation).ConfigureAwait(false);
        disk.Marker = NodeMarker.New(task, rebuild, program.Flavor.Name, process.GetUtcNow(), before);
        return false;
    }

    public async Task CopyAsync(ServerProgram program, Core.Protocol.Accounts accounts, Donor donor, CancellationToken cancellation)
    {
        await process.PauseAsync(world.Chance.Milliseconds(100, 1500), cancellation).ConfigureAwait(false);
        if (world.Network.At(donor.Server, task.Host) is not { Ended: false, Frozen: false } server)
            throw new IOException($"{donor.Server} cannot be reached");
        disk.CopyOf(server.Disk, server.ServerId);
        disk.Marker = disk.Marker! with { Made = process.GetUtcNow() };
    }

    public CopyOffer? Give(ServerProgram program, Core.Protocol.Accounts accounts, CopyGrant? grant) =>
        grant is not null && program.Flavor.StreamsCopies ? new CopyOffer(grant.Node, Local.Port) : null;

    public Task FinishAsync(CancellationToken cancellation) => Task.CompletedTask;

    public void CutsOff() => disk.Marker = disk.Marker! with { Renumber = true };

    public void Renumbered(uint serverId) => disk.Marker = disk.Marker! with { ServerId = serverId, Renumber = false };

    public void CopyTakenOver()
    {
    }

    public void KeepFrom(string binaryLog) => disk.Marker = disk.Marker! with { KeepFrom = binaryLog };

    public Task<IServerProcess> StartAsync(ServerProgram program, Core.Protocol.Accounts accounts, IReadOnlyList<string> options)
    {
        var file = MyCnf.For(program.Flavor, task, Marker!.ServerId, Instance.Paths, "0.0.0.0", asRoot: true).Split('\n');
        var lines = file.Select(world.Mistake.Option).ToHashSet(StringComparer.Ordinal);
        Server = new Server(world, name, task.Node, Local, disk, program.Flavor, Marker!.ServerId);
        // Recovering as a slave cuts off what the engine had not committed; any other way commits it.
        if (options.Contains("--init-rpl-role=SLAVE") && disk.Committed < disk.Binlog.Count)
        {
            world.Journal.Write(name, $"recovery cuts {disk.Binlog.Count - disk.Committed} transactions off");
            disk.Truncate(disk.Committed);
        }
        disk.Committed = disk.Binlog.Count;
        Server.SemiSyncReplica = options.Contains("--rpl-semi-sync-slave-enabled=ON");
        Server.ReadOnly = lines.Contains("read_only=ON") || lines.Contains("super_read_only=ON");
        Server.Replica.Recover(relayLogRecovery: !lines.Contains("relay_log_recovery=OFF"));
        return Task.FromResult<IServerProcess>(new ServerProcess(world, Server, process));
    }

    public void DeleteInitFile()
    {
    }

    public Task<ServerConnection> OpenAsync(Account account, TimeSpan timeout, CancellationToken cancellation) =>
        Connection.OpenAsync(world, Server is { Ended: false } ? Server : null, account, task.Host, process, timeout, cancellation);

    public Task<ServerConnection> OpenAsync(Endpoint endpoint, Account account, TimeSpan timeout, CancellationToken cancellation) =>
        Connection.OpenAsync(world, world.Network.At(endpoint, task.Host), account, task.Host, process, timeout, cancellation);

    public void Dispose()
    {
    }
}

/// <summary>A mysqld process.</summary>
internal sealed class ServerProcess(World world, Server server, ProcessTime process) : IServerProcess
{
    public Task<int> Exited => server.Exit.Task;

    public async Task<ServerConnection?> ReadyAsync(Account admin, CancellationToken cancellation)
    {
        var ready = new TaskCompletionSource<bool>();
        using var registration = cancellation.UnsafeRegister(_ => ready.TrySetCanceled(cancellation), null);
        server.After(world.Chance.Milliseconds(70, 400), () =>
        {
            if (!process.Ended)
                ready.TrySetResult(true);
        });
        if (await Task.WhenAny(ready.Task, Exited).ConfigureAwait(false) == Exited)
            return null;
        await ready.Task.ConfigureAwait(false);
        world.Network.Listen(server);
        return new Connection(server, process, server.Endpoint.Host);
    }

    public async Task StopAsync(TimeSpan grace)
    {
        server.After(world.Chance.Milliseconds(20, 300), () => server.End(0));
        if (grace != Timeout.InfiniteTimeSpan)
            world.Clock.After(grace, () => server.End(137));
        await Exited.ConfigureAwait(false);
    }

    public void Kill() => server.End(137);

    public void Interrupt(int thread)
    {
    }

    public string LastWords(int code) => $"mysqld ended with {code}";

    public void Dispose() => server.End(137);
}
