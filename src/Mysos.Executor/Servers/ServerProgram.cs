using System.Diagnostics;
using System.Globalization;
using Mysos.Core.Processes;
using Mysos.Executor.Data;

namespace Mysos.Executor.Servers;

/// <summary>The mysqld of this machine.</summary>
internal sealed record ServerProgram
{
    private static readonly Version OldestMariaDb = new(10, 6);
    private static readonly Version OldestMySql = new(8, 0, 26);

    public required string Path { get; init; }
    public required IFlavor Flavor { get; init; }
    public required string Version { get; init; }
    /// <summary>Changes when the program is another one.</summary>
    public required string Fingerprint { get; init; }

    /// <summary><c>MariaDB 10.11.6</c>.</summary>
    public string Label => $"{Flavor.Name} {Version}";

    /// <summary><c>MYSOS_MYSQLD</c>, or the first of <c>mariadbd</c> and <c>mysqld</c> in PATH and the usual places.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="NotSupportedException">It is older than what this executor can run.</exception>
    public static async Task<ServerProgram> FindAsync(Func<string, string?> variable, CacheDirectory cache, CancellationToken cancellation)
    {
        var path = Locate(variable);
        var file = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        var identity = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}");
        var fingerprint = Fingerprint64(identity).ToString("x16", CultureInfo.InvariantCulture);
        // Asking mysqld costs some milliseconds at each start of a node, and the answer never changes for the same file.
        var line = cache.Read($"version-{fingerprint}");
        if (line is null || !TryParse(line, out _, out _))
        {
            line = await AskAsync(path, cancellation).ConfigureAwait(false);
            cache.Write($"version-{fingerprint}", line);
        }
        if (!TryParse(line, out var flavor, out var version))
            throw new NotSupportedException($"'{path} --version' says '{line}', which names neither a MySQL nor a MariaDB version.");
        var oldest = flavor is MariaDbFlavor ? OldestMariaDb : OldestMySql;
        if (System.Version.Parse(version) < oldest)
            throw new NotSupportedException($"'{path}' is {flavor.Name} {version}; {oldest} or later is needed.");
        return new ServerProgram { Path = path, Flavor = flavor, Version = version, Fingerprint = fingerprint };
    }

    /// <summary>Reads <c>mysqld  Ver 10.11.6-MariaDB-0+deb12u1 for …</c>.</summary>
    internal static bool TryParse(string line, out IFlavor flavor, out string version)
    {
        flavor = line.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? new MariaDbFlavor() : new MySqlFlavor();
        var at = line.IndexOf(" Ver ", StringComparison.Ordinal);
        var number = at < 0 ? [] : line[(at + 5)..].TrimStart().TakeWhile(c => char.IsAsciiDigit(c) || c == '.').ToArray();
        version = new string(number);
        return System.Version.TryParse(version, out _);
    }

    /// <summary>FNV-1a: it tells versions of a file apart, and needs no cryptographic library loaded before mysqld can start.</summary>
    private static ulong Fingerprint64(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = unchecked((hash ^ c) * 1099511628211UL);
        return hash;
    }

    private static string Locate(Func<string, string?> variable)
    {
        if (variable("MYSOS_MYSQLD") is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? System.IO.Path.GetFullPath(named)
                : throw new FileNotFoundException($"MYSOS_MYSQLD is '{named}', and there is no such file.", named);
        }
        string[] places = [.. (variable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/libexec"];
        string[] names = ["mariadbd", "mysqld"];
        return places.SelectMany(place => names.Select(name => System.IO.Path.Combine(place, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                "No mariadbd or mysqld was found in PATH, /usr/sbin or /usr/libexec; install one or set MYSOS_MYSQLD to its path.");
    }

    private static async Task<string> AskAsync(string path, CancellationToken cancellation)
    {
        using var process = await ChildProcesses.StartAsync(new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true })
            .ConfigureAwait(false);
        var line = await process.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        return line.Trim();
    }
}
