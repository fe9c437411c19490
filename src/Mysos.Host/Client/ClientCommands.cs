using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary><c>mysos create|list|get|wait|resize|backup|delete</c>.</summary>
internal static class ClientCommands
{
    public static IEnumerable<Command> Create(CommandIo io) =>
        [CreateCluster(io), List(io), Get(io), WaitCommand.Create(io), Resize(io), Backup(io), Delete(io)];

    private static ClientCommand CreateCluster(CommandIo io)
    {
        var name = ClientOptions.Name();
        var user = new Option<string>("--user") { Description = "The MySQL account to make, with all privileges.", HelpName = "USER", Required = true };
        var nodes = new Option<int?>("--nodes") { Description = "How many MySQL instances. [default: 1]", HelpName = "NUMBER" };
        var cpus = new Option<string?>("--cpus") { Description = "Cores of each instance. [default: 1.0]", HelpName = "NUMBER" };
        var mem = new Option<string?>("--mem") { Description = "Memory of each instance. [default: 512mb]", HelpName = "SIZE" };
        var disk = new Option<string?>("--disk") { Description = "Disk of each instance. [default: 2gb]", HelpName = "SIZE" };
        var backup = new Option<string?>("--backup-id") { Description = "The backup to restore from.", HelpName = "ID" };
        var password = ClientOptions.Password("The account's password. [default: one is generated and printed]");
        var file = ClientOptions.PasswordFile();
        var key = new Option<string?>("--idempotency-key") { Description = "Repeating the command with the same key creates nothing twice. [default: a random one]", HelpName = "KEY" };
        return new ClientCommand(io, "create", "Creates a cluster and prints its password and URL. It returns before the instances run; see 'mysos wait'.")
        {
            name, user, nodes, cpus, mem, disk, backup, password, file, key,
        }.Does(async call =>
        {
            var parsed = call.Parsed;
            var body = new CreateBody(
                parsed.GetRequiredValue(user), parsed.GetValue(nodes),
                Size(("cpus", parsed.GetValue(cpus)), ("mem", parsed.GetValue(mem)), ("disk", parsed.GetValue(disk))),
                parsed.GetValue(backup),
                await ClientOptions.ReadPasswordAsync(parsed.GetValue(password), parsed.GetValue(file), io));
            var cluster = parsed.GetRequiredValue(name);
            var answer = await call.Api.CreateAsync(cluster, body, parsed.GetValue(key) ?? Guid.NewGuid().ToString("N"), call.Cancellation);
            return await call.PrintAsync(answer, a =>
                $"Cluster {cluster} is accepted.\npassword {Table.Printable(a.ClusterPassword)}\nurl      {Table.Printable(a.ClusterUrl)}\n");
        });
    }

    private static ClientCommand List(CommandIo io) =>
        new ClientCommand(io, "list", "Lists all clusters.").Does(async call =>
            await call.PrintAsync(await call.Api.ListAsync(call.Cancellation), ClusterText.List));

    private static ClientCommand Get(CommandIo io)
    {
        var name = ClientOptions.Name();
        return new ClientCommand(io, "get", "Shows a cluster with its nodes, backups and last events.") { name }.Does(async call =>
            await call.PrintAsync(await call.Api.GetAsync(call.Parsed.GetRequiredValue(name), call.Cancellation), ClusterText.Whole));
    }

    private static ClientCommand Resize(CommandIo io)
    {
        var nodes = new Option<int>("--nodes") { Description = "How many MySQL instances there are to be.", HelpName = "NUMBER", Required = true };
        return WithPassword(io, "resize", "Changes the number of instances of a cluster.", [nodes], async (call, cluster, password) =>
        {
            var answer = await call.Api.ResizeAsync(cluster, call.Parsed.GetRequiredValue(nodes), password, call.Cancellation);
            return await call.PrintAsync(answer, a =>
                string.Create(CultureInfo.InvariantCulture, $"Cluster {cluster} will have {a.NumNodes} nodes.\n"));
        });
    }

    private static ClientCommand Backup(CommandIo io) =>
        WithPassword(io, "backup", "Starts a backup of a cluster and prints its id. It returns before the backup is done; see 'mysos get'.", [], async (call, cluster, password) =>
            await call.PrintAsync(await call.Api.BackupAsync(cluster, password, call.Cancellation), a => $"{Table.Printable(a.BackupId)}\n"));

    private static ClientCommand Delete(CommandIo io) =>
        WithPassword(io, "delete", "Removes a cluster with its data. It returns before the instances have ended; see 'mysos wait --for deleted'.", [], async (call, cluster, password) =>
            await call.PrintAsync(await call.Api.DeleteAsync(cluster, password, call.Cancellation),
                a => $"Cluster {cluster} is being removed; {Table.Printable(a.ClusterUrl)} goes away when it is gone.\n"));

    private static ClientCommand WithPassword(
        CommandIo io, string command, string description, Option[] more, Func<ClientCall, string, string, Task<int>> action)
    {
        var name = ClientOptions.Name();
        var password = ClientOptions.Password("The cluster's password, from its creation.");
        var file = ClientOptions.PasswordFile();
        var result = new ClientCommand(io, command, description) { name, password, file };
        foreach (var option in more)
            result.Options.Add(option);
        return result.Does(async call =>
        {
            var secret = await ClientOptions.ReadPasswordAsync(call.Parsed.GetValue(password), call.Parsed.GetValue(file), io);
            return string.IsNullOrEmpty(secret)
                ? throw new UsageException("the cluster's password is needed: --password-file, --password or MYSOS_PASSWORD.")
                : await action(call, call.Parsed.GetRequiredValue(name), secret);
        });
    }

    /// <summary>The JSON dictionary of what is given; the server says what is wrong with it.</summary>
    private static string? Size(params (string Key, string? Value)[] parts)
    {
        var given = parts.Where(p => p.Value is not null).ToArray();
        return given.Length == 0
            ? null
            : $"{{{string.Join(", ", given.Select(p => $"\"{p.Key}\": \"{JsonEncodedText.Encode(p.Value!)}\""))}}}";
    }
}
