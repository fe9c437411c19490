using Mysos.Host.Options;

namespace Mysos.Host.Commands;

/// <summary><c>mysos local-mesos</c>.</summary>
internal static class LocalMesosCommand
{
    private const string Name = "local-mesos";

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Plays a Mesos master and agents on this machine, with the HTTP APIs of the real ones.",
        Uses.LocalMesos, OptionsReader.LocalMesos, RunAsync);

    private static Task<int> RunAsync(LocalMesosOptions options, CommandIo io, CancellationToken cancellation) =>
        throw new NotSupportedException("The local Mesos is not composed.");
}
