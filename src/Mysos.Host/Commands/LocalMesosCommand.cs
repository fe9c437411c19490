using Mysos.Host.Composition;
using Mysos.Host.Local;
using Mysos.Host.Options;
using Mysos.LocalMesos;

namespace Mysos.Host.Commands;

/// <summary><c>mysos local-mesos</c>.</summary>
internal static class LocalMesosCommand
{
    private const string Name = "local-mesos";

    public static RunCommand Create(CommandIo io) => RunCommand.Create(io, Name,
        "Plays a Mesos master and agents on this machine, with the HTTP APIs of the real ones, for a mysos scheduler beside it.",
        Uses.LocalMesos, OptionsReader.LocalMesos, RunAsync);

    private static async Task<int> RunAsync(StandInOptions options, CommandIo io, CancellationToken cancellation)
    {
        var (framework, problems) = SecretFiles.LoadFramework(options.FrameworkAuthenticationFile);
        if (problems.Count > 0)
            return await RunCommand.RefuseAsync(io, Name, problems);
        using var loggers = HostLogging.Create(options.Verbose);
        using var ending = Termination.Watch(cancellation);
        Directory.CreateDirectory(options.WorkDir);
        await using var stack = await LocalStack.StartAsync(
            new LocalMesosOptions
            {
                Masters = options.Masters, Agents = options.Agents, AgentHostnames = options.AgentHostnames,
                AgentResources = options.AgentResources, Bind = options.Bind, MasterPort = options.Port,
                WorkDir = Path.Combine(options.WorkDir, "mesos"),
                Credentials = framework is null
                    ? new Dictionary<string, string>()
                    : new Dictionary<string, string> { [framework.User] = framework.Password },
            },
            options.ZkUrl, options.WorkDir, loggers, io.Time, ending.Token);
        await io.Out.WriteLineAsync($"""
            Mesos master and {options.Agents} agents run on this machine. A scheduler for them:
              mysos scheduler --mesos_master={stack.Masters?.ToString() ?? stack.Mesos.MasterEndpoint} --zk_url={stack.ZooKeeper} --bind=127.0.0.1 --scheduler_keypath=FILE --admin_keypath=FILE
            """);
        await io.Out.FlushAsync(ending.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, io.Time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Ok;
    }
}
