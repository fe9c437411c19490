using Mysos.Host.Commands;

namespace Mysos.Host;

internal static class Program
{
    public static Task<int> Main(string[] args) => CommandLineApp.RunAsync(args, CommandIo.OfProcess());
}
