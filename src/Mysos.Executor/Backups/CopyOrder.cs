using System.Diagnostics;
using Mysos.Core.Protocol;
using Mysos.Executor.Data;
using Mysos.Executor.Servers;

namespace Mysos.Executor.Backups;

/// <summary>A physical copy of a running server's data that is to be made at <paramref name="Target"/>, which does not exist yet.</summary>
internal sealed record CopyOrder(string Target, InstancePaths Server, Account Admin);

/// <summary>The two ways to copy a server's data while it works.</summary>
internal static class PhysicalCopy
{
    private static readonly string[] BinlogInfos = ["mariadb_backup_binlog_info", "xtrabackup_binlog_info"];
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(5);

    /// <summary>mariadb-backup; the copy is prepared, so a server can start on it. Returns its GTID position.</summary>
    public static async Task<string?> WithMariaBackupAsync(CopyOrder order, CancellationToken cancellation)
    {
        await RunAsync(Backup(order), Secret(order), cancellation).ConfigureAwait(false);
        return await PrepareAsync(order.Target, cancellation).ConfigureAwait(false);
    }

    /// <summary>mariadb-backup that writes the copy, not prepared, to its standard output for <c>mbstream</c>.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static ProcessStartInfo Streaming(CopyOrder order)
    {
        var line = Line([.. Backup(order), "--stream=mbstream"]);
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Secret(order))
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Makes what mariadb-backup has copied ready for a server. Returns its GTID position.</summary>
    public static async Task<string?> PrepareAsync(string target, CancellationToken cancellation)
    {
        await RunAsync(["--no-defaults", "--prepare", $"--target-dir={target}"], [], cancellation).ConfigureAwait(false);
        return ReadGtid(target);
    }

    private static string[] Backup(CopyOrder order) => ["--no-defaults", "--backup", $"--target-dir={order.Target}",
        $"--socket={order.Server.Socket}", $"--user={order.Admin.User}", $"--datadir={order.Server.DataDirectory}"];

    /// <summary>The password goes by the environment, which other users cannot read, unlike a command line.</summary>
    private static Dictionary<string, string> Secret(CopyOrder order) => new() { ["MYSQL_PWD"] = order.Admin.Password };

    /// <summary>
    /// MySQL's clone plugin, in the server itself. The copy knows its GTIDs; when a server starts on it, it recovers as after
    /// a crash.
    /// </summary>
    public static async Task<string?> WithCloneAsync(CopyOrder order, CancellationToken cancellation)
    {
        await using var connection = await ServerConnection.OpenAsync(order.Server.Socket, order.Admin, LoginTimeout, cancellation)
            .ConfigureAwait(false);
        await connection.ExecuteAsync($"CLONE LOCAL DATA DIRECTORY = {SqlText.Literal(order.Target)}", cancellation, timeoutSeconds: 0)
            .ConfigureAwait(false);
        return null;
    }

    private static Task RunAsync(IEnumerable<string> arguments, Dictionary<string, string> secret, CancellationToken cancellation)
    {
        var line = Line(arguments);
        return Programs.RunAsync(line[0], line[1..], cancellation, secret);
    }

    /// <summary>With low priority: clients come first.</summary>
    private static string[] Line(IEnumerable<string> arguments)
    {
        var program = ((string[])["/usr/bin/mariadb-backup", "/usr/bin/mariabackup", "/usr/local/mysql/bin/mariadb-backup"])
            .FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("there is no mariadb-backup; install the package mariadb-backup");
        string[] line = File.Exists("/usr/bin/ionice") ? ["ionice", "-c2", "-n7", program] : [program];
        return ["nice", "-n", "10", .. line, .. arguments];
    }

    /// <summary>The file has the binary log's name and position, and the GTIDs, separated by tabs.</summary>
    private static string ReadGtid(string directory)
    {
        var path = BinlogInfos.Select(name => Path.Combine(directory, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidDataException($"mariadb-backup left no {BinlogInfos[^1]} in '{directory}': is the binary log on?");
        var fields = File.ReadAllText(path).Trim().Split('\t');
        return fields.Length > 2 ? fields[2].Trim() : "";
    }
}
