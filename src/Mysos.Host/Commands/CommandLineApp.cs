using System.CommandLine;
using System.CommandLine.Parsing;
using Mysos.Host.Client.Completion;
using Mysos.Host.Doctor;

namespace Mysos.Host.Commands;

/// <summary>The program <c>mysos</c>: all its commands.</summary>
internal static class CommandLineApp
{
    private const string Description = """
        MySQL as a service on Apache Mesos.

        Run it:   mysos local                     everything on this machine, to try it
                  mysos scheduler --help          a scheduler for a Mesos cluster
        Use it:   mysos create shop --user app --nodes 3
                  mysos wait shop
                  mysos explain shop
                  mysos top
        Mend it:  mysos doctor --help             checks what a scheduler needs, with its flags
        Guard it: mysos hash-password             for the users in the file of --auth_file
                  mysos make-token ci --role operator

        Each option of scheduler, local and local-mesos can also be given as an environment variable (in brackets in their
        help) or in a file (--config); flags win over variables, and variables over the file.

        Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 timed out, 4 Mysos cannot be reached.
        """;

    public static async Task<int> RunAsync(string[] args, CommandIo io)
    {
        var root = Root(io);
        // Neither a password that starts with '@' is a file of options, nor -abc three of them.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        var command = parsed.CommandResult.Command;
        // A command line that a shell wants to have completed is no complete one.
        var completes = root.Directives.Any(d => parsed.GetResult(d) is not null);
        if (parsed.Errors.Count > 0 && !completes)
        {
            if (command is RunCommand refused)
                return await refused.RefuseAsync(parsed);
            foreach (var error in parsed.Errors.Select(e => e.Message).Distinct())
                await io.Error.WriteLineAsync($"mysos: {error}");
            await io.Error.WriteLineAsync($"See: {CommandPath(parsed.CommandResult)} --help");
            return ExitCodes.Usage;
        }

        var configuration = new InvocationConfiguration { Output = io.Out, Error = io.Error, EnableDefaultExceptionHandler = false };
        if (command is RunCommand)
            configuration.ProcessTerminationTimeout = null; // Its host ends it, and knows how long that may take.
        return await parsed.InvokeAsync(configuration);
    }

    internal static RootCommand Root(CommandIo io)
    {
        var root = new RootCommand(Description);
        root.Subcommands.Add(SchedulerCommand.Create(io));
        root.Subcommands.Add(LocalCommand.Create(io));
        root.Subcommands.Add(LocalMesosCommand.Create(io));
        foreach (var command in Client.ClientCommands.Create(io).Concat(AccessCommands.Create(io)))
            root.Subcommands.Add(command);
        root.Subcommands.Add(CompletionCommand.Create(io));
        root.Subcommands.Add(DoctorCommand.Create(io));
        return root;
    }

    private static string CommandPath(CommandResult result) =>
        result.Parent is CommandResult ? $"mysos {result.Command.Name}" : "mysos";
}
