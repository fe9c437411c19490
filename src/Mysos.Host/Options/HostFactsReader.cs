using System.Net;

namespace Mysos.Host.Options;

/// <summary>Asks the machine.</summary>
internal static class HostFactsReader
{
    public static HostFacts Read() => new(
        Dns.GetHostName(), Environment.UserName, Path.GetTempPath(), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Package());

    /// <summary>Beside the program, or beside its directory, as <c>make publish</c> leaves it.</summary>
    private static string? Package()
    {
        string[] places = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "..")];
        return places.Select(p => Path.GetFullPath(Path.Combine(p, Executor.ExecutorPackage.FileName))).FirstOrDefault(File.Exists);
    }
}
