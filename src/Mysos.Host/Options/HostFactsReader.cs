using System.Net;

namespace Mysos.Host.Options;

/// <summary>Asks the machine.</summary>
internal static class HostFactsReader
{
    public static HostFacts Read() => new(
        Dns.GetHostName(), Environment.UserName, Path.GetTempPath(), StateDirectory(), Package());

    /// <summary>Of the XDG base directories, the one for what a program keeps.</summary>
    private static string StateDirectory() => Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");

    /// <summary>Beside the program, or beside its directory, as <c>make publish</c> leaves it.</summary>
    private static string? Package()
    {
        string[] places = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "..")];
        return places.Select(p => Path.GetFullPath(Path.Combine(p, Executor.ExecutorPackage.FileName))).FirstOrDefault(File.Exists);
    }
}
