using Mysos.Host.Options;

namespace Mysos.Host.Commands;

/// <summary><c>mysos local</c>.</summary>
internal static class LocalCommand
{
    private const string Name = "local";

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Runs everything on this machine: ZooKeeper, a Mesos master with agents, and a scheduler. The MySQL instances are real.",
        Uses.Local, OptionsReader.Local, RunAsync);

    private static Task<int> RunAsync(LocalOptions options, CommandIo io, CancellationToken cancellation)
    {
        LocalKeyFiles.Ensure(options.Scheduler);
        throw new NotSupportedException("The local services are not composed.");
    }
}
