using Mysos.Host.Commands;

namespace Mysos.Tests.Cli;

/// <summary>One run of the program's command line in this process.</summary>
internal sealed record CliRun(int Code, string Out, string Error)
{
    public static Task<CliRun> OfAsync(string api, params string[] args) => OfAsync(api, args, new() { ["MYSOS_PASSWORD"] = "secret" });

    /// <param name="api">Where the environment does not say another one.</param>
    /// <param name="error">Takes what is said meanwhile.</param>
    public static async Task<CliRun> OfAsync(
        string api, string[] args, Dictionary<string, string> environment, string input = "", TimeProvider? time = null, StringWriter? error = null)
    {
        environment.TryAdd("MYSOS_API", api);
        var output = new StringWriter();
        error ??= new StringWriter();
        var io = new CommandIo(output, TextWriter.Synchronized(error), new StringReader(input), environment, time ?? TimeProvider.System);
        return new CliRun(await CommandLineApp.RunAsync(args, io), output.ToString(), error.ToString());
    }
}
