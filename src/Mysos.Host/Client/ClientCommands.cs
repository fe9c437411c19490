using System.CommandLine;
using System.Text.Json;
using Mysos.Core.Clusters;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Client.Events;
using Mysos.Host.Client.Explaining;
using Mysos.Host.Client.Top;
using Mysos.Host.Commands;

namespace Mysos.Host.Client;

/// <summary>All commands that talk to a scheduler; <see cref="ChangeCommands"/> has those that change a cluster.</summary>
internal static class ClientCommands
{
    public static IEnumerable<Command> Create(CommandIo io) =>
        [
            CreateCluster(io), List(io), Get(io), ExplainCommand.Create(io), EventsCommand.Create(io), TopCommand.Create(io), WaitCommand.Create(io),
            .. ChangeCommands.Create(io),
        ];

    private static ClientCommand CreateCluster(CommandIo io)
    {
        var name = ClientOptions.Name();
        var user = new Option<string>("--user") { Description = "The MySQL account to make, with all privileges.", HelpName = "USER", Required = true };
        var nodes = new Option<int?>("--nodes") { Description = "How many MySQL instances. [default: 1]", HelpName = "NUMBER" };
        var cpus = new Option<string?>("--cpus") { Description = "Cores of each instance. [default: 1.0]", HelpName = "NUMBER" };
        var mem = new Option<string?>("--mem") { Description = "Memory of each instance. [default: 512mb]", HelpName = "SIZE" };
        var disk = new Option<string?>("--disk") { Description = "Disk of each instance. [default: 2gb]", HelpName = "SIZE" };
        var backup = new Option<string?>("--backup-id") { Description = "The backup to restore from.", HelpName = "ID" };
        var policy = ClientOptions.ElectionPolicy();
        var timeout = ClientOptions.ElectionTimeout();
        var count = ClientOptions.SyncReplicas();
        var password = ClientOptions.Password("The account's password. [default: one is generated and printed]");
        var file = ClientOptions.PasswordFile();
        var key = ClientOptions.IdempotencyKey();
        var dryRun = ClientOptions.DryRun();
        var create = new ClientCommand(io, "create", "Creates a cluster and prints its password and URL. It returns before the instances run, unless --wait is given.")
        {
            name, user, nodes, cpus, mem, disk, backup, policy, timeout, count, password, file, key, dryRun,
        };
        var wait = create.AddWait();
        return create.Does(async call =>
        {
            var parsed = call.Parsed;
            var request = new CreateRequest
            {
                Name = parsed.GetRequiredValue(name), User = parsed.GetRequiredValue(user), NumNodes = parsed.GetValue(nodes) ?? 1,
                Size = Size(("cpus", parsed.GetValue(cpus)), ("mem", parsed.GetValue(mem)), ("disk", parsed.GetValue(disk))),
                BackupId = parsed.GetValue(backup),
                ElectionPolicy = parsed.GetValue(policy) is { } word ? ElectionText.ParsePolicy(word).Own : null,
                ElectionTimeout = parsed.GetValue(timeout) is { } time ? ElectionText.ParseTimeout(time).Own : null,
                SyncReplicas = parsed.GetValue(count) is { } number ? ElectionText.ParseSyncReplicas(number).Own : null,
                Password = await ClientOptions.ReadPasswordAsync(parsed.GetValue(password), parsed.GetValue(file), io),
                IdempotencyKey = ClientOptions.KeyOf(parsed.GetValue(key)),
            };
            return await call.DoAsync(request, parsed.GetValue(dryRun),
                a => $"Cluster {request.Name} is accepted.\npassword {Table.Printable(a.ClusterPassword)}\nurl      {Table.Printable(a.ClusterUrl)}\n",
                _ => wait(call, request.Name, Goals.Healthy));
        });
    }

    private static ClientCommand List(CommandIo io) =>
        new ClientCommand(io, "list", "Lists all clusters.").Does(async call =>
            await call.PrintAsync(await call.Api.ListAsync(call.Cancellation), ClusterText.List));

    private static ClientCommand Get(CommandIo io)
    {
        var name = ClientOptions.ExistingName();
        return new ClientCommand(io, "get", "Shows a cluster with its nodes, backups and last events.") { name }.Does(async call =>
            await call.PrintAsync(await call.Api.GetAsync(call.Parsed.GetRequiredValue(name), call.Cancellation), ClusterText.Whole));
    }

    /// <summary>The defaults with what is given in their place.</summary>
    private static ClusterSize Size(params (string Key, string? Value)[] parts) => ClusterSizeText.Parse(
        $"{{{string.Join(", ", parts.Where(p => p.Value is not null).Select(p => $"\"{p.Key}\": \"{JsonEncodedText.Encode(p.Value!)}\""))}}}");
}
