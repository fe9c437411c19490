using Mysos.Host.Options;
using Mysos.Host.Scheduler;

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
        if (secrets is null)
            return await RunCommand.RefuseAsync(io, Name, problems);
        return await SchedulerHost.RunAsync(options, secrets, io,
            port => io.Error.WriteLine($"Ready: http://{options.AdvertiseHost}:{port}/"), cancellation);
    }
}
