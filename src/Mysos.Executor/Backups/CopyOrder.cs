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
        // The password goes by the environment, which other users cannot read, unlike a command line.
        var secret = new Dictionary<string, string> { ["MYSQL_PWD"] = order.Admin.Password };
        await RunAsync(["--no-defaults", "--backup", $"--target-dir={order.Target}", $"--socket={order.Server.Socket}",
            $"--user={order.Admin.User}", $"--datadir={order.Server.DataDirectory}"], secret, cancellation).ConfigureAwait(false);
        await RunAsync(["--no-defaults", "--prepare", $"--target-dir={order.Target}"], [], cancellation).ConfigureAwait(false);
        return ReadGtid(order.Target);
    }

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

    /// <summary>With low priority: clients come first.</summary>
    private static Task RunAsync(IEnumerable<string> arguments, Dictionary<string, string> secret, CancellationToken cancellation)
    {
        var program = ((string[])["/usr/bin/mariadb-backup", "/usr/bin/mariabackup", "/usr/local/mysql/bin/mariadb-backup"])
            .FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("there is no mariadb-backup; install the package mariadb-backup");
        string[] line = File.Exists("/usr/bin/ionice") ? ["ionice", "-c2", "-n7", program] : [program];
        return Programs.RunAsync("nice", ["-n", "10", .. line, .. arguments], cancellation, secret);
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
