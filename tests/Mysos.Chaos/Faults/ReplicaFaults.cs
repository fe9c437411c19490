using Mysos.Chaos.Stack;
using Mysos.Core.Processes;
using MySqlConnector;
using static Mysos.Chaos.Faults.MasterFaults;

namespace Mysos.Chaos.Faults;

/// <summary>What befalls the acker and other slaves, alone or with the master.</summary>
internal static class ReplicaFaults
{
    private static readonly TimeSpan Some = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(6);

    public static IEnumerable<Fault> All =>
    [
        new("link of master and acker: cut", 2, new(Failover.May, TimeSpan.FromSeconds(9)),
            scene => scene.Stack.Network.CutAsync(scene.HostOf(scene.Master), scene.HostOf(scene.Acker)))
        {
            Lasts = Some, EndAsync = scene => scene.Stack.Network.MendAsync(scene.HostOf(scene.Master), scene.HostOf(scene.Acker)),
        },
        new("acker: kill -9", 2, new(Failover.MustNot, TimeSpan.FromSeconds(3)), scene => Done(() => scene.Signal(scene.Acker, UnixSignal.Kill))),
        new("acker: SIGSTOP for 8 s", 2, new(Failover.MustNot, Outage), scene => FreezeAsync(scene, scene.Acker))
        {
            Lasts = Some, EndAsync = scene => ThawAsync(scene, scene.Acker),
        },
        new("acker's host: isolated", 2, new(Failover.MustNot, Outage), scene => IsolateAsync(scene, scene.Acker))
        {
            Lasts = Some, EndAsync = scene => RejoinAsync(scene, scene.Acker),
        },
        new("acker: executor killed", 2, new(Failover.MustNot, Outage), scene => KillExecutorAsync(scene, scene.Acker)),
        new("acker and another slave: kill -9 at once", 3, new(Failover.MustNot, Outage), scene => Done(() => Kill(scene, scene.Acker, scene.Replica))),
        new("master and acker: kill -9 at once", 2, new(Failover.May, TimeSpan.FromSeconds(15)), scene => Done(() => Kill(scene, scene.Acker, scene.Master))),
        new("master and acker: kept down for 8 s", 3, new(Failover.May, TimeSpan.FromSeconds(25)), KeepDownAsync)
        {
            Lasts = Some, EndAsync = BringBackAsync,
        },
        new("elected one: kill -9 before it serves", 3, new(Failover.May, TimeSpan.FromSeconds(15)), KillElectedAsync),
        new("replica: killed with unapplied relay log", 2, new(Failover.MustNot, Outage), scene => KillBehindAsync(scene, scene.Replica)),
        new("acker: killed with unapplied relay log, then the master", 2, new(Failover.May, TimeSpan.FromSeconds(20)), async scene =>
        {
            await KillBehindAsync(scene, scene.Acker);
            scene.Signal(scene.Master, UnixSignal.Kill);
        }),
        new("replica: relay log with a torn tail", 2, new(Failover.MustNot, Outage), TearAsync)
        {
            EndAsync = scene => Done(() => Executor(scene, scene.Replica, UnixSignal.Continue)),
        },
        new("replica: binary logs purged meanwhile", 2, new(Failover.MustNot, Outage), PurgeAsync)
        {
            EndAsync = scene => Done(() => Executor(scene, scene.Replica, UnixSignal.Continue)),
        },
    ];

    private static void Kill(Scene scene, params int[] nodes)
    {
        foreach (var server in nodes.Select(scene.ServerOf).ToArray())
            Processes.Signal(server, UnixSignal.Kill);
    }

    private static void Executor(Scene scene, int node, UnixSignal signal)
    {
        if (Processes.Executor(scene.TaskOf(node)) is { } executor)
            Processes.Signal(executor, signal);
    }

    private static Task KeepDownAsync(Scene scene) => Done(() =>
    {
        int[] both = [scene.Master, scene.Acker];
        foreach (var node in both)
            Executor(scene, node, UnixSignal.Stop);
        Kill(scene, both);
    });

    /// <summary>
    /// Until now nobody can have been elected: only these two are sure to have the last writes. But an agent that was restarted just before ends an executor that it does
    /// not hear, and that node is back.
    /// </summary>
    private static async Task BringBackAsync(Scene scene)
    {
        var elected = await scene.HasFailedOverAsync() && Array.TrueForAll([scene.Master, scene.Acker], node => Processes.Executor(scene.TaskOf(node)) is not null);
        Executor(scene, scene.Acker, UnixSignal.Continue);
        await scene.Writers.AcknowledgedAsync(1, Some);
        Executor(scene, scene.Master, UnixSignal.Continue);
        if (elected)
            throw new InvalidOperationException("A master was elected while the old one and its acker were down.");
    }

    private static async Task KillElectedAsync(Scene scene)
    {
        var elected = scene.DurablyAsync(now => now.Election is null && now.Master is { } master && master != scene.Master, TimeSpan.FromSeconds(20));
        scene.Signal(scene.Master, UnixSignal.Kill);
        if (await elected is { Master: { } next })
            scene.Signal(next, UnixSignal.Kill);
    }

    /// <summary>A table that is locked keeps the slave from applying what it receives.</summary>
    private static async Task KillBehindAsync(Scene scene, int node)
    {
        await using var connection = await scene.Cluster.OpenAsync(scene.EndpointOf(node));
        await using var locking = new MySqlCommand("LOCK TABLES chaos.t READ", connection);
        await locking.ExecuteNonQueryAsync();
        await scene.Writers.AcknowledgedAsync(100, Some);
        scene.Signal(node, UnixSignal.Kill);
    }

    private static async Task TearAsync(Scene scene)
    {
        var server = scene.ServerOf(scene.Replica);
        var data = Processes.DataDirectory(server);
        Executor(scene, scene.Replica, UnixSignal.Stop);
        Processes.Signal(server, UnixSignal.Kill);
        await Eventually.IsAsync(() => Task.FromResult(!Processes.Lives(server)), Some);
        var last = Directory.EnumerateFiles(data, "relay*").Where(f => char.IsAsciiDigit(f[^1])).Order(StringComparer.Ordinal).Last();
        using var log = new FileStream(last, FileMode.Open, FileAccess.Write);
        log.SetLength(Math.Max(4, log.Length - 37));
    }

    private static async Task PurgeAsync(Scene scene)
    {
        Executor(scene, scene.Replica, UnixSignal.Stop);
        scene.Signal(scene.Replica, UnixSignal.Kill);
        await scene.Writers.AcknowledgedAsync(100, Some);
        foreach (var node in scene.Before.Nodes.Keys.Where(n => n != scene.Replica))
        {
            await using var connection = await scene.Cluster.OpenAsync(scene.EndpointOf(node));
            await ExecuteAsync(connection, "FLUSH BINARY LOGS");
            await scene.Writers.AcknowledgedAsync(20, Some);
            await ExecuteAsync(connection, "FLUSH BINARY LOGS");
            await using var show = new MySqlCommand("SHOW BINARY LOGS", connection);
            var logs = new List<string>();
            await using (var reader = await show.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                    logs.Add(reader.GetString(0));
            }
            await ExecuteAsync(connection, $"PURGE BINARY LOGS TO '{logs[^1]}'");
        }
    }

    private static async Task ExecuteAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
