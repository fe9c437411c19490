using Mysos.Host.Access;
using Mysos.Host.Composition;
using Mysos.Host.Local;
using Mysos.Host.Options;
using Mysos.Host.Scheduler;
using Mysos.LocalMesos;

namespace Mysos.Host.Commands;

/// <summary><c>mysos scheduler</c>.</summary>
internal static class SchedulerCommand
{
    private const string Name = "scheduler";

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Runs a scheduler for a Mesos cluster. Any number can run at a time; one leads.",
        Uses.Scheduler, OptionsReader.Scheduler, RunAsync);

    private static async Task<int> RunAsync(SchedulerOptions options, CommandIo io, CancellationToken cancellation)
    {
        var (secrets, problems) = SecretFiles.Load(options.SchedulerKeypath!, options.AdminKeypath!, options.FrameworkAuthenticationFile);
        var (access, more) = AccessFiles.Load(options, secrets?.Key);
        if (secrets is null || access is null)
            return await RunCommand.RefuseAsync(io, Name, [.. problems, .. more]);
        if (options.MesosMaster is not MesosMaster.Local)
            return await RunAsync(options, secrets, access, io, cancellation);
        using var loggers = HostLogging.Create(options.Verbose);
        await using var stack = await LocalStack.StartAsync(
            new LocalMesosOptions { WorkDir = Path.Combine(options.WorkDir, "mesos") }, options.ZkUrl, options.WorkDir, loggers, io.Time, cancellation);
        return await RunAsync(
            options with { MesosMaster = new MesosMaster.Listed([stack.Mesos.MasterEndpoint]) }, secrets, access, io, cancellation);
    }

    private static Task<int> RunAsync(SchedulerOptions options, Secrets secrets, WebAccess access, CommandIo io, CancellationToken cancellation) =>
        SchedulerHost.RunAsync(options, secrets, access, io, port => io.Error.WriteLine($"Ready: {options.Scheme}://{options.AdvertiseHost}:{port}/"), cancellation);
}
