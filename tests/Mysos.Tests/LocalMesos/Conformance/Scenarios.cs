namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>The recordings that are played, with what is to be known of each.</summary>
internal static class Scenarios
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("01-subscribe"),
        new("02-call-errors"),
        new("03-offers") { Phase = 697 },
        new("04-launch") { Phase = 40 },
        new("05-message") { Phase = 82 },
        new("06-kill")
        {
            Phase = 299,
            Options = options => options with { ContainerLaunch = TimeSpan.FromMilliseconds(50) },
        },
        new("07-executor-killed")
        {
            Phase = 492,
            Actions = new Dictionary<int, Func<Replay, Task>>
            {
                [27] = replay => replay.KillAsync("executor:exec-t1"),
                [114] = replay => replay.KillAsync("executor:exec-t4"),
            },
        },
        new("08-task-failures")
        {
            Phase = 797,
            Deviations =
            [
                new Deviation(134, 134, ".failure.status", "Mesos' launcher reports a status that no process can have."),
            ],
        },
        new("09-reconcile") { Phase = 899 },
        new("10-resubscribe") { Phase = 49 },
        new("11-reservations-volumes") { Phase = 280 },
        new("12-agent-restart")
        {
            Phase = 606,
            Options = options => options with { ContainerCleanUp = TimeSpan.FromMilliseconds(80) },
            Actions = new Dictionary<int, Func<Replay, Task>>
            {
                [49] = replay => replay.World.Agent(5051).KillAsync(),
                [76] = replay => replay.World.Agent(5051).StartAsync(),
                [97] = replay => replay.World.Agent(5051).KillAsync(),
                [105] = replay => replay.KillAsync("executor:exec-t1"),
                [106] = replay => replay.World.Agent(5051).StartAsync(),
                [137] = replay => replay.World.Agent(5051).KillAsync(),
                // It needed so long to recover that the executor is given up just before a cycle of offers.
                [138] = async replay =>
                {
                    await replay.World.AdvanceToAsync(TimeSpan.FromMilliseconds(19_600));
                    await replay.World.Agent(5051).StartAsync();
                },
                [177] = replay => replay.World.Agent(5051).KillAsync(),
                [182] = replay => replay.World.Agent(5051).StartAsync(),
            },
        },
        new("13-agent-unreachable")
        {
            Phase = 819,
            // Left by 11.
            Prepare = world => world.ReserveAsync(5051, """
                [{"name":"cpus","type":"SCALAR","scalar":{"value":1.0},"reservations":[{"type":"DYNAMIC","role":"mysos","principal":"mysos"}]}]
                """),
            Options = options => options with { AgentPingTimeout = TimeSpan.FromSeconds(1), MaxAgentPingTimeouts = 2 },
            Actions = new Dictionary<int, Func<Replay, Task>>
            {
                [59] = replay => replay.World.Agent(5051).FreezeAsync(),
                [82] = replay => replay.World.Agent(5051).ThawAsync(),
                [97] = replay => replay.World.Agent(5051).KillAsync(),
                [169] = replay => replay.World.Agent(5051).StartAsync(),
                [190] = replay => { _ = replay.World.Agent(5051).StopAsync(); return Task.CompletedTask; },
                [204] = replay => replay.World.Agent(5051).StartAsync(),
            },
        },
        new("14-master-failover")
        {
            Start = TimeSpan.FromMilliseconds(11051),
            IsInZooKeeper = true,
            MasterPorts = [5055, 5050, 5056],
            Options = options => options with
            {
                ZooKeeperSessionTimeout = TimeSpan.FromMinutes(1), MasterRecovery = TimeSpan.FromMilliseconds(200),
                FirstMasterRecovery = TimeSpan.FromSeconds(1),
            },
            Actions = new Dictionary<int, Func<Replay, Task>>
            {
                [82] = replay => replay.World.Agent(5052).FreezeAsync(),
                [83] = replay => replay.World.Master(5055).KillAsync(),
                [92] = replay => replay.World.FailOverAsync(from: 5055, to: 5050),
                [115] = replay => replay.World.Agent(5052).ThawAsync(),
                [128] = replay => replay.World.Master(5055).StartAsync(),
                [130] = replay => replay.World.Master(5050).KillAsync(),
                // The recorder asked once it had recovered.
                [131] = async replay =>
                {
                    await replay.World.AdvanceToAsync(TimeSpan.FromMilliseconds(43489.2 - 250));
                    await replay.World.FailOverAsync(from: 5050, to: 5056);
                },
            },
        },
        new("15-authentication")
        {
            Options = options => options with { Credentials = new Dictionary<string, string> { ["mysos"] = "secret", ["other"] = "secret2" } },
        },
        new("16-maintenance-drain")
        {
            Phase = 772,
            Actions = new Dictionary<int, Func<Replay, Task>> { [122] = replay => replay.World.Agent(5051).StartAsync() },
            // The recorded agent had registered before.
            Prepare = async world =>
            {
                await world.Agent(5052).KillAsync();
                await world.Agent(5052).StartAsync();
            },
        },
        new("17-teardown-failover-timeout"),
        new("18-load")
        {
            Phase = 719,
            Deviations =
            [
                new Deviation(1780, 1780, "came before", "The recorded master was still busy with the ACCEPT when the cycle before began."),
            ],
        },
        new("19-operator-api")
        {
            Phase = 559,
            Deviations =
            [
                new Deviation(28, 28, ".get_version.version_info.", "When, by whom and of what Mesos was built."),
                new Deviation(50, 50, ".build_", "The same."),
                new Deviation(50, 50, ".git_sha", "The same."),
                new Deviation(101, 101, "[0].uid", "Files belong to whoever runs the tests."),
                new Deviation(101, 101, "[0].gid", "The same."),
                new Deviation(101, 101, "[1].uid", "The same."),
                new Deviation(101, 101, "[1].gid", "The same."),
            ],
        },
        new("20-start-and-executor-edge-cases")
        {
            Phase = 160,
            IsInZooKeeper = true,
            Options = options => options with
            {
                ExecutorRegistrationTimeout = TimeSpan.FromSeconds(5),
                // From the end of the master to line 4.
                ZooKeeperSessionTimeout = TimeSpan.FromMilliseconds(11_450), MasterRecovery = TimeSpan.FromMilliseconds(20),
                AgentRecovery = TimeSpan.FromMilliseconds(100),
            },
            Actions = new Dictionary<int, Func<Replay, Task>>
            {
                [1] = replay => replay.World.Master(5050).KillAsync(),
                [2] = async replay =>
                {
                    // Its cycles of offers begin with its process.
                    await replay.World.AdvanceToAsync(TimeSpan.FromMilliseconds(180));
                    await replay.World.Master(5050).StartAsync();
                },
                [6] = replay => replay.World.Agent(5051).KillAsync(),
                [7] = replay => replay.World.Agent(5051).StartAsync(),
            },
        },
    ];
}
