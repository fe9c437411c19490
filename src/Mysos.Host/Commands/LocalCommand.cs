using Mysos.Host.Access;
using Mysos.Host.Composition;
using Mysos.Host.Local;
using Mysos.Host.Options;
using Mysos.Host.Scheduler;
using Mysos.LocalMesos;

namespace Mysos.Host.Commands;

/// <summary><c>mysos local</c>.</summary>
internal static class LocalCommand
{
    private const string Name = "local";

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Runs everything on this machine: ZooKeeper, a Mesos master with agents, and a scheduler. The MySQL instances are real.",
        Uses.Local, OptionsReader.Local, RunAsync);

    private static async Task<int> RunAsync(LocalOptions local, CommandIo io, CancellationToken cancellation)
    {
        var options = LocalKeyFiles.Ensure(local.Scheduler);
        var (secrets, problems) = SecretFiles.Load(options.SchedulerKeypath!, options.AdminKeypath!, options.FrameworkAuthenticationFile);
        var (access, more) = AccessFiles.Load(options, secrets?.Key);
        if (secrets is null || access is null)
            return await RunCommand.RefuseAsync(io, Name, [.. problems, .. more]);
        options = options with
        {
            ExecutorCmd = options.ExecutorCmd ?? (options.ExecutorUri is null ? LocalExecutor.Find() : null),
            BackupStoreArgs = options.BackupStoreArgs ?? Directory.CreateDirectory(Path.Combine(options.WorkDir, "backups")).FullName,
        };
        using var loggers = HostLogging.Create(options.Verbose);
        await using var stack = await LocalStack.StartAsync(
            new LocalMesosOptions
            {
                Agents = local.Agents, AgentHostnames = local.AgentHostnames, AgentResources = local.AgentResources, MasterPort = local.MesosPort, WorkDir = Path.Combine(options.WorkDir, "mesos"),
            },
            options.ZkUrl, options.WorkDir, loggers, io.Time, cancellation);
        options = options with { MesosMaster = new MesosMaster.Listed([stack.Mesos.MasterEndpoint]), ZkUrl = stack.ZooKeeper };
        return await SchedulerHost.RunAsync(options, secrets, access, io, port => LocalBanner.Write(io.Out, options, stack, port), cancellation);
    }
}
