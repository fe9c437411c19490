using Mysos.Host.Commands;

namespace Mysos.Tests.Cli;

/// <summary>One run of the program's command line in this process.</summary>
internal sealed record CliRun(int Code, string Out, string Error)
{
    public static async Task<CliRun> OfAsync(string api, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var io = new CommandIo(output, TextWriter.Synchronized(error), TextReader.Null,
            new Dictionary<string, string> { ["MYSOS_API"] = api, ["MYSOS_PASSWORD"] = "secret" }, TimeProvider.System);
        return new CliRun(await CommandLineApp.RunAsync(args, io), output.ToString(), error.ToString());
    }
}
