using System.CommandLine;
using Mysos.Core.Clusters;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary><c>mysos wait</c>.</summary>
internal static class WaitCommand
{
    public static ClientCommand Create(CommandIo io)
    {
        var name = ClientOptions.ExistingName();
        var goal = new Option<string>("--for") { Description = "healthy: all nodes serve; deleted: the last instance has ended. [default: healthy]", HelpName = "healthy|deleted" };
        goal.AcceptOnlyFromAmong("healthy", "deleted");
        var timeout = ClientOptions.Timeout();
        return new ClientCommand(io, "wait", "Waits until a cluster is healthy or gone, and shows its progress. A cluster that has failed ends the wait with 1.")
        {
            name, goal, timeout,
        }.Does(call => Waiting.UntilAsync(
            call, call.Parsed.GetRequiredValue(name), ClientOptions.ReadTimeout(call.Parsed.GetValue(timeout)),
            call.Parsed.GetValue(goal) == "deleted" ? Goals.Gone : Goals.Healthy,
            async answer => await call.PrintAsync(answer, _ => "")));
    }
}

/// <summary>What is waited for, as exit codes; null: it is not so yet.</summary>
internal static class Goals
{
    public static int? Gone(ClusterView? cluster) => cluster is null ? ExitCodes.Ok : null;

    public static int? Healthy(ClusterView? cluster) => cluster?.State switch
    {
        ClusterCondition.Healthy => ExitCodes.Ok,
        ClusterCondition.Failed => ExitCodes.Failed,
        _ => null,
    };

    /// <summary>It is undone where the present master stays.</summary>
    public static int? SwitchedOver(ClusterView? cluster, int to) =>
        cluster?.State == ClusterCondition.Failed ? ExitCodes.Failed
        : cluster?.Master?.ServerId == to ? ExitCodes.Ok
        : LastOf(cluster, "switchover_began", "switchover_undone", "master_lost") is "switchover_undone" or "master_lost" && cluster?.State != ClusterCondition.Electing ? ExitCodes.Failed
        : null;

    public static int? Restarted(ClusterView? cluster) =>
        LastOf(cluster, "restart_began", "restart_done", "restart_abandoned") switch
        {
            "restart_done" => ExitCodes.Ok,
            "restart_abandoned" => ExitCodes.Failed,
            _ => Healthy(cluster) == ExitCodes.Failed ? ExitCodes.Failed : null,
        };

    public static int? BackedUp(ClusterView? cluster, string backup) =>
        cluster?.Backups.FirstOrDefault(b => b.BackupId == backup)?.State switch
        {
            Core.Protocol.BackupState.Done => ExitCodes.Ok,
            Core.Protocol.BackupState.Failed => ExitCodes.Failed,
            _ => null,
        };

    private static string? LastOf(ClusterView? cluster, params string[] kinds) =>
        cluster?.Events.LastOrDefault(e => kinds.Contains(e.Kind))?.Kind;
}
