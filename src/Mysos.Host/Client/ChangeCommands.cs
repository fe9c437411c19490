using System.CommandLine;
using System.Globalization;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary><c>mysos resize|backup|switchover|restart|password|replace|election|promotion|delay|pause|resume|delete</c>: changes of a cluster, with its password.</summary>
internal static class ChangeCommands
{
    public static IEnumerable<Command> Create(CommandIo io) =>
        [Resize(io), Backup(io), Switchover(io), Restart(io), ChangePassword(io), Replace(io), Election(io), Promotion(io), Delay(io), Pause(io), Resume(io), Delete(io)];

    private static ClientCommand Resize(CommandIo io)
    {
        var nodes = new Option<int>("--nodes") { Description = "How many MySQL instances there are to be.", HelpName = "NUMBER", Required = true };
        return Change(io, "resize", "Changes the number of instances of a cluster.", [nodes],
            (parsed, name) => new ResizeRequest { Name = name, NumNodes = parsed.GetRequiredValue(nodes) },
            (r, a) => $"Cluster {r.Name} will have {Text(a.NumNodes)} nodes.\n", (_, _) => Goals.Healthy);
    }

    private static ClientCommand Backup(CommandIo io) =>
        Change(io, "backup", "Starts a backup of a cluster and prints its id. It returns before the backup is done, unless --wait is given.", [],
            (_, name) => new BackupRequest { Name = name }, (_, a) => $"{Table.Printable(a.BackupId)}\n",
            (_, a) => cluster => Goals.BackedUp(cluster, a.BackupId));

    private static ClientCommand Switchover(CommandIo io)
    {
        var to = new Option<int?>("--to") { Description = "The server_id of the slave that is to be the master. [default: the one that is best prepared]", HelpName = "NUMBER" };
        return Change(io, "switchover", "Makes a slave the master, without losing a write.", [to],
            (parsed, name) => new SwitchoverRequest { Name = name, To = parsed.GetValue(to) },
            (r, a) => $"Cluster {r.Name} switches over{(a.From is { } from ? $" from node {Text(from)}" : "")} to node {Text(a.To)}.\n",
            (_, a) => cluster => Goals.SwitchedOver(cluster, a.To));
    }

    private static ClientCommand Restart(CommandIo io) =>
        Change(io, "restart", "Restarts all instances of a cluster, one at a time, the master last.", [],
            (_, name) => new RestartRequest { Name = name },
            (r, a) => $"Cluster {r.Name} restarts node {string.Join(", ", a.Nodes.Select(Text))}.\n", (_, _) => Goals.Restarted);

    private static ClientCommand ChangePassword(CommandIo io)
    {
        var file = new Option<string?>("--new-password-file") { Description = "A file whose first line is the new password. [default: one is generated]", HelpName = "FILE" };
        return Change<PasswordAnswer>(io, "password", "Changes a cluster's password and prints the new one.", [file],
            async (parsed, name) => new PasswordRequest
            {
                Name = name,
                NewPassword = parsed.GetValue(file) is { } path ? await ClientOptions.ReadPasswordAsync(null, path, io) : null,
            },
            (_, a) => $"{Table.Printable(a.ClusterPassword)}\n");
    }

    private static ClientCommand Replace(CommandIo io)
    {
        var node = new Option<int>("--node") { Description = "The server_id of the node to give up, with its data.", HelpName = "NUMBER", Required = true };
        var accept = new Option<bool>("--accept-data-loss") { Description = "Also when it may be the only node with the last acknowledged writes." };
        return Change(io, "replace", "Gives a node up with its data, and makes another one in its place.", [node, accept],
            (parsed, name) => new ReplaceRequest
            {
                Name = name, Node = parsed.GetRequiredValue(node), AcceptDataLoss = parsed.GetValue(accept),
            },
            (r, a) => $"Cluster {r.Name} replaces node {Text(a.Node)}.\n", (_, _) => Goals.Healthy);
    }

    private static ClientCommand Election(CommandIo io)
    {
        var policy = ClientOptions.ElectionPolicy();
        var timeout = ClientOptions.ElectionTimeout();
        var count = ClientOptions.SyncReplicas();
        return Change(io, "election", "Changes how a cluster's masters are elected, and how many slaves acknowledge.", [policy, timeout, count],
            (parsed, name) => new ElectionRequest
            {
                Name = name,
                Policy = parsed.GetValue(policy) is { } word ? ElectionText.ParsePolicy(word) : null,
                Timeout = parsed.GetValue(timeout) is { } time ? ElectionText.ParseTimeout(time) : null,
                SyncReplicas = parsed.GetValue(count) is { } number ? ElectionText.ParseSyncReplicas(number) : null,
            },
            (r, a) => $"Cluster {r.Name} has election policy {Table.Printable(a.ElectionPolicy)}, election timeout {Table.Printable(a.ElectionTimeout)} "
                + $"and sync replicas {Table.Printable(a.SyncReplicas)}.\n");
    }

    private static ClientCommand Promotion(CommandIo io)
    {
        var node = new Option<int>("--node") { Description = "The server_id of the node.", HelpName = "NUMBER", Required = true };
        var to = new Option<string>("--to")
        {
            Description = "prefer: it is elected among equals, and a healthy cluster switches over to it; never: it is elected only for want of another.",
            HelpName = "prefer|neutral|never", Required = true, CompletionSources = { "prefer", "neutral", "never" },
        };
        return Change(io, "promotion", "Says whether a node is to be the master.", [node, to],
            (parsed, name) => new PromotionRequest
            {
                Name = name, Node = parsed.GetRequiredValue(node), Promotion = EnumWords.Parse<Promotion>("--to", parsed.GetRequiredValue(to)),
            },
            (r, a) => $"Cluster {r.Name} has node {Text(a.Node)} with promotion {EnumWords.Of(a.Promotion)}.\n");
    }

    private static ClientCommand Delay(CommandIo io)
    {
        var node = new Option<int>("--node") { Description = "The server_id of the node.", HelpName = "NUMBER", Required = true };
        var by = new Option<string>("--by") { Description = "How late it applies its master's writes, such as 1h or 1h30m; 0s: at once.", HelpName = "TIME", Required = true };
        return Change(io, "delay", "Lets a slave apply its master's writes late, so that a mistake can be had back from it.", [node, by],
            (parsed, name) => new DelayRequest { Name = name, Node = parsed.GetRequiredValue(node), Delay = DelayText.Parse(parsed.GetRequiredValue(by)) },
            (r, a) => $"Cluster {r.Name} has node {Text(a.Node)} apply {(a.DelaySeconds == 0 ? "at once" : $"{DelayText.Of(a.DelaySeconds)} late")}.\n");
    }

    private static ClientCommand Pause(CommandIo io) =>
        Change(io, "pause", "Has nothing begun in a cluster by itself, so that its owner can work on it: no election, launch, rebuild or repair.", [],
            (_, name) => new PauseRequest { Name = name }, (r, _) => $"Cluster {r.Name} is paused.\n");

    private static ClientCommand Resume(CommandIo io) =>
        Change(io, "resume", "Ends a cluster's pause.", [],
            (_, name) => new ResumeRequest { Name = name }, (r, _) => $"Cluster {r.Name} is resumed.\n", (_, _) => Goals.Healthy);

    private static ClientCommand Delete(CommandIo io) =>
        Change(io, "delete", "Removes a cluster with its data. It returns before the instances have ended, unless --wait is given.", [],
            (_, name) => new DeleteRequest { Name = name },
            (r, a) => $"Cluster {r.Name} is being removed; {Table.Printable(a.ClusterUrl)} goes away when it is gone.\n", (_, _) => Goals.Gone);

    private static ClientCommand Change<T>(
        CommandIo io, string command, string description, Option[] more,
        Func<ParseResult, string, ClusterRequest<T>> read, Func<ClusterRequest<T>, T, string> text,
        Func<ClusterRequest<T>, T, Func<ClusterView?, int?>>? goal = null) =>
        Change(io, command, description, more, (parsed, name) => Task.FromResult(read(parsed, name)), text, goal);

    private static ClientCommand Change<T>(
        CommandIo io, string command, string description, Option[] more,
        Func<ParseResult, string, Task<ClusterRequest<T>>> read, Func<ClusterRequest<T>, T, string> text,
        Func<ClusterRequest<T>, T, Func<ClusterView?, int?>>? goal = null)
    {
        var name = ClientOptions.ExistingName();
        var password = ClientOptions.Password("The cluster's password, from its creation.");
        var file = ClientOptions.PasswordFile();
        var key = ClientOptions.IdempotencyKey();
        var version = ClientOptions.IfVersion();
        var dryRun = ClientOptions.DryRun();
        var result = new ClientCommand(io, command, description) { name, password, file, key, version, dryRun };
        foreach (var option in more)
            result.Options.Add(option);
        var wait = goal is null ? null : result.AddWait();
        return result.Does(async call =>
        {
            var secret = await ClientOptions.ReadPasswordAsync(call.Parsed.GetValue(password), call.Parsed.GetValue(file), io);
            if (string.IsNullOrEmpty(secret))
                throw new UsageException("the cluster's password is needed: --password-file, --password or MYSOS_PASSWORD.");
            var request = await read(call.Parsed, call.Parsed.GetRequiredValue(name)) with
            {
                Password = secret, IdempotencyKey = ClientOptions.KeyOf(call.Parsed.GetValue(key)), IfVersion = call.Parsed.GetValue(version),
            };
            return await call.DoAsync(request, call.Parsed.GetValue(dryRun), answer => text(request, answer), answer => wait?.Invoke(call, request.Name, goal!(request, answer)));
        });
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
