namespace Mysos.Tests.LocalMesos.Conformance;

/// <summary>The recordings that are played, with what is to be known of each.</summary>
internal static class Scenarios
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("01-subscribe"),
        new("03-offers") { Phase = 697 },
        new("04-launch") { Phase = 40 },
        new("05-message") { Phase = 82 },
        new("06-kill")
        {
            Phase = 299,
            Deviations =
            [
                new Deviation(120, 120, ".failure.status", "Here the process has already started when the KILL comes."),
            ],
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
        new("08-task-failures") { Phase = 812 },
        new("09-reconcile") { Phase = 899 },
        new("10-resubscribe") { Phase = 49 },
    ];
}
