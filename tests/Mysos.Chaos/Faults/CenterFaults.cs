using Mysos.Chaos.Stack;
using Mysos.Core.Clusters;
using Mysos.Core.Processes;
using static Mysos.Chaos.Faults.MasterFaults;

namespace Mysos.Chaos.Faults;

/// <summary>What befalls the schedulers, ZooKeeper, Mesos, and all hosts at once. None of it alone stops a healthy cluster.</summary>
internal static class CenterFaults
{
    private static readonly TimeSpan Some = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);
    private static readonly Expectation Undisturbed = new(Failover.MustNot, Short);

    /// <summary>Another scheduler leads when the session of the dead one is over, and does the rest.</summary>
    private static readonly Expectation AfterTakeover = new(Failover.Must, ChaosStack.SessionTimeout + TimeSpan.FromSeconds(12));

    private static readonly Expectation AckerLost = AfterTakeover with { Failover = Failover.MustNot };

    public static IEnumerable<Fault> All =>
    [
        new("scheduler: leader killed, back after 8 s", 1, Undisturbed, scene => scene.Leader.KillAsync())
        {
            Lasts = Some, EndAsync = scene => scene.Leader.StartAsync(),
        },
        new("scheduler: leader frozen for 8 s", 1, Undisturbed, scene => Done(() => scene.Leader.Signal(UnixSignal.Stop)))
        {
            Lasts = Some, EndAsync = scene => Done(() => scene.Leader.Signal(UnixSignal.Continue)),
        },
        // The old master may be back before another scheduler leads, and has as much as any.
        KilledWhen("the election begins", 2, AfterTakeover with { Failover = Failover.May }, scene => scene.Master, (_, now) => now.Election is not null),
        KilledWhen("a master is elected", 2, AfterTakeover, scene => scene.Master, (_, now) => now.Election is null && now.Epoch > now.ServedEpoch),
        KilledWhen("the master serves", 2, AfterTakeover, scene => scene.Master, (before, now) => now.ServedEpoch > before.ServedEpoch),
        KilledWhen("the acker begins to change", 3, AckerLost, scene => scene.Acker, (_, now) => now.AckChange is not null),
        KilledWhen("the master's GTIDs are noted", 3, AckerLost, scene => scene.Acker, (_, now) => now.AckChange is { Step: AckStep.Noting }),
        KilledWhen("the acker has changed", 3, AckerLost, scene => scene.Acker, (before, now) => !now.Ackers.SetEquals(before.Ackers)),
        // The old master may be back before another scheduler leads.
        new("scheduler: leader frozen during a failover", 2, AfterTakeover with { Failover = Failover.May }, async scene =>
        {
            var begun = scene.DurablyAsync(now => now.Election is not null, Some);
            scene.Signal(scene.Master, UnixSignal.Kill);
            await begun;
            scene.Leader.Signal(UnixSignal.Stop);
        })
        {
            Lasts = Some, EndAsync = scene => Done(() => scene.Leader.Signal(UnixSignal.Continue)),
        },
        new("ZooKeeper: killed, back after 8 s", 1, Undisturbed, scene => Done(() => scene.Stack.SignalZooKeeper(UnixSignal.Kill)))
        {
            Lasts = Some, EndAsync = scene => scene.Stack.StartZooKeeperAsync(),
        },
        new("ZooKeeper: frozen for 8 s", 1, Undisturbed, scene => Done(() => scene.Stack.SignalZooKeeper(UnixSignal.Stop)))
        {
            Lasts = Some, EndAsync = scene => Done(() => scene.Stack.SignalZooKeeper(UnixSignal.Continue)),
        },
        new("ZooKeeper: restarted", 1, Undisturbed, scene => Done(() => scene.Stack.SignalZooKeeper(UnixSignal.Term)))
        {
            Lasts = Short, EndAsync = scene => scene.Stack.StartZooKeeperAsync(),
        },
        new("Mesos master: killed, back after 8 s", 1, Undisturbed, scene => scene.Stack.Mesos.Masters[0].KillAsync())
        {
            Lasts = Some, EndAsync = scene => scene.Stack.Mesos.Masters[0].StartAsync(),
        },
        new("master's agent: killed, back after 8 s", 1, Undisturbed, scene => scene.Stack.Agent(scene.HostOf(scene.Master)).KillAsync())
        {
            Lasts = Some, EndAsync = scene => scene.Stack.Agent(scene.HostOf(scene.Master)).StartAsync(),
        },
        new("all agents: restarted", 1, Undisturbed, scene => EachHostAsync(scene, agent => agent.KillAsync()))
        {
            Lasts = Short, EndAsync = scene => EachHostAsync(scene, agent => agent.StartAsync()),
        },
        new("all hosts: power cut", 1, new(Failover.May, TimeSpan.FromSeconds(30)), scene => EachHostAsync(scene, agent => agent.KillAsync(withExecutors: true)))
        {
            Lasts = Short, EndAsync = scene => EachHostAsync(scene, agent => agent.StartAsync()),
        },
    ];

    /// <summary>The step is seen a little after it is durable: the leader may be one further.</summary>
    private static Fault KilledWhen(string step, int leastNodes, Expectation expect, Func<Scene, int> victim, Func<Cluster, Cluster, bool> reached) =>
        new($"scheduler: leader killed when {step}", leastNodes, expect, async scene =>
        {
            var there = scene.DurablyAsync(now => reached(scene.Before, now), Some);
            scene.Signal(victim(scene), UnixSignal.Kill);
            await there;
            await scene.Leader.KillAsync();
        })
        {
            Lasts = Short, EndAsync = scene => scene.Leader.StartAsync(),
        };

    private static Task EachHostAsync(Scene scene, Func<LocalMesos.LocalAgent, Task> act) => Task.WhenAll(scene.Stack.Mesos.Agents.Select(act));
}
