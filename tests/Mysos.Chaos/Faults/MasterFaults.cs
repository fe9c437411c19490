using Mysos.Chaos.Stack;
using Mysos.Core.Processes;

namespace Mysos.Chaos.Faults;

/// <summary>What befalls the master, or the host it is on.</summary>
internal static class MasterFaults
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    public static IEnumerable<Fault> All =>
    [
        new("master: kill -9", 1, new(Failover.Must, TimeSpan.FromSeconds(5)),
            scene => Done(() => scene.Signal(scene.Master, UnixSignal.Kill))),
        new("master: kill -9, back before a scheduler looks", 1, new(Failover.May, TimeSpan.FromSeconds(15)), KilledAndBackAsync)
        {
            EndAsync = scene => Done(() => scene.Leader.Signal(UnixSignal.Continue)),
        },
        new("master: SIGSTOP, SIGCONT after the failover", 2, new(Failover.Must, TimeSpan.FromSeconds(10)), scene => FreezeAsync(scene, scene.Master))
        {
            Lasts = Long, UntilFailover = true, EndAsync = scene => ThawAsync(scene, scene.Master),
        },
        new("master's host: isolated from all", 1, new(Failover.Must, TimeSpan.FromSeconds(12)), IsolateMasterAsync)
        {
            Lasts = Long, UntilFailover = true, EndAsync = scene => RejoinAsync(scene, scene.Master),
        },
        new("master's host: isolated from ZooKeeper, Mesos and the schedulers", 1, new(Failover.MustNot, TimeSpan.FromSeconds(1)),
            async scene =>
            {
                await scene.Stack.Agent(scene.HostOf(scene.Master)).CutOffAsync();
                await scene.Stack.Network.CutAsync(scene.HostOf(scene.Master), 0);
            })
        {
            Lasts = Long,
            EndAsync = async scene =>
            {
                await scene.Stack.Network.MendAsync(scene.HostOf(scene.Master), 0);
                await scene.Stack.Agent(scene.HostOf(scene.Master)).ReconnectAsync();
            },
        },
        new("master's host: killed, back after 10 s", 1, new(Failover.Must, TimeSpan.FromSeconds(12)),
            scene => scene.Stack.Agent(scene.HostOf(scene.Master)).KillAsync(withExecutors: true))
        {
            Lasts = TimeSpan.FromSeconds(10), EndAsync = scene => scene.Stack.Agent(scene.HostOf(scene.Master)).StartAsync(),
        },
        new("master: executor killed", 1, new(Failover.Must, TimeSpan.FromSeconds(8)), scene => KillExecutorAsync(scene, scene.Master)),
        new("master: executor killed without its agent", 1, new(Failover.Must, TimeSpan.FromSeconds(15)),
            async scene =>
            {
                await scene.Stack.Agent(scene.HostOf(scene.Master)).KillAsync();
                await KillExecutorAsync(scene, scene.Master);
            })
        {
            Lasts = TimeSpan.FromSeconds(5), EndAsync = scene => scene.Stack.Agent(scene.HostOf(scene.Master)).StartAsync(),
        },
        new("master: busy, 64 clients compute", 1, new(Failover.MustNot, TimeSpan.FromSeconds(3)), scene => CrowdAsync(scene, at => Crowd.ComputingAsync(at, 64)))
        {
            Lasts = TimeSpan.FromSeconds(10), EndAsync = DisperseAsync,
        },
        new("master: takes no more connections", 1, new(Failover.MustNot, TimeSpan.FromSeconds(1)), scene => CrowdAsync(scene, Crowd.FillingAsync))
        {
            Lasts = TimeSpan.FromSeconds(10), EndAsync = DisperseAsync,
        },
        new("master: disk full", 2, new(Failover.Must, TimeSpan.FromSeconds(15)), FillAsync)
        {
            Lasts = Long, UntilFailover = true, EndAsync = scene => Done(() => File.Delete(scene.Stack.Filler(scene.HostOf(scene.Master)))),
        },
        new("master: data directory gone", 2, new(Failover.Must, TimeSpan.FromSeconds(10)),
            scene => Done(() =>
            {
                var server = scene.ServerOf(scene.Master);
                Directory.Delete(Processes.DataDirectory(server), recursive: true);
                Processes.Signal(server, UnixSignal.Kill);
            })),
    ];

    public static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    public static Task FreezeAsync(Scene scene, int node)
    {
        scene.Keep($"frozen {node}", scene.ServerOf(node));
        return Done(() => scene.Signal(node, UnixSignal.Stop));
    }

    public static Task ThawAsync(Scene scene, int node) => Done(() => Processes.Signal(scene.Kept<int>($"frozen {node}"), UnixSignal.Continue));

    public static async Task IsolateAsync(Scene scene, int node)
    {
        await scene.Stack.Agent(scene.HostOf(node)).CutOffAsync();
        await Network.UnplugAsync(scene.HostOf(node));
    }

    public static async Task RejoinAsync(Scene scene, int node)
    {
        await Network.PlugInAsync(scene.HostOf(node));
        await scene.Stack.Agent(scene.HostOf(node)).ReconnectAsync();
    }

    /// <exception cref="InvalidOperationException">Its mysqld has not ended with it.</exception>
    public static async Task KillExecutorAsync(Scene scene, int node)
    {
        var server = scene.ServerOf(node);
        Processes.Signal(scene.ExecutorOf(node), UnixSignal.Kill);
        if (!await Eventually.IsAsync(() => Task.FromResult(!Processes.Lives(server)), TimeSpan.FromSeconds(3)))
            throw new InvalidOperationException($"mysqld {server} has outlived its executor.");
    }

    /// <summary>Clients on the same host go on writing: what they are told is committed must not be lost either.</summary>
    private static async Task IsolateMasterAsync(Scene scene)
    {
        scene.WriteOnHost(scene.Master);
        await IsolateAsync(scene, scene.Master);
    }

    private static async Task CrowdAsync(Scene scene, Func<(string, int), Task<Crowd>> come) => scene.Keep("crowd", await come(scene.EndpointOf(scene.Master)));

    private static Task DisperseAsync(Scene scene) => scene.Kept<Crowd>("crowd") is { } crowd ? crowd.DisposeAsync().AsTask() : Task.CompletedTask;

    private static async Task KilledAndBackAsync(Scene scene)
    {
        var server = scene.ServerOf(scene.Master);
        scene.Leader.Signal(UnixSignal.Stop);
        Processes.Signal(server, UnixSignal.Kill);
        await Eventually.IsAsync(() => Task.FromResult(Processes.Mysqld(scene.TaskOf(scene.Master)) is { } next && next != server), TimeSpan.FromSeconds(2));
    }

    private static Task FillAsync(Scene scene) => Done(() =>
    {
        var buffer = new byte[1 << 20];
        using var file = new FileStream(scene.Stack.Filler(scene.HostOf(scene.Master)), FileMode.Create, FileAccess.Write, FileShare.None, 1);
        for (var size = buffer.Length; size >= 1;)
        {
            try
            {
                file.Write(buffer, 0, size);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    });
}
