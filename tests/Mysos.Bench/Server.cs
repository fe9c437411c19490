using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mysos.Core.Processes;
using MySqlConnector;

namespace Mysos.Bench;

/// <summary>One mariadbd, run as Mysos runs it: durable, GTIDs, semi-synchronous replication, read-only at first.</summary>
internal sealed class Server : IAsyncDisposable
{
    private const string User = "bench";
    private const string Password = "bench";
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _directory;

    private Server(Process process, string directory, int port) => (_process, _directory, Port) = (process, directory, port);

    public int Port { get; }

    /// <summary>Makes a data directory to copy.</summary>
    public static async Task MakeTemplateAsync(string directory)
    {
        var install = new ProcessStartInfo("mariadb-install-db",
        [
            "--no-defaults", $"--datadir={directory}", $"--user={Environment.UserName}", "--auth-root-authentication-method=normal",
            "--skip-test-db", "--skip-name-resolve",
        ]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = await ChildProcesses.StartAsync(install);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"mariadb-install-db ended with {process.ExitCode}: {await output}{errors}");
    }

    /// <summary>Copies the template and starts a server on the copy.</summary>
    public static async Task<Server> StartAsync(string template, string directory, int number)
    {
        using (var copy = Process.Start("cp", ["-a", "--sparse=always", template, directory]))
            await copy.WaitForExitAsync();
        var accounts = Path.Combine(directory, "accounts.sql");
        await File.WriteAllTextAsync(accounts, $"""
            SET sql_log_bin=0;
            CREATE USER '{User}'@'%' IDENTIFIED BY '{Password}';
            GRANT ALL PRIVILEGES ON *.* TO '{User}'@'%';
            """);
        var port = FreePort();
        var process = await ChildProcesses.StartAsync(new ProcessStartInfo("/usr/sbin/mariadbd",
        [
            "--no-defaults", $"--datadir={directory}", $"--user={Environment.UserName}", $"--port={port}", "--bind-address=127.0.0.1",
            $"--socket={directory}/s", $"--pid-file={directory}/pid", $"--log-error={directory}/log", $"--init-file={accounts}",
            $"--server-id={number}", "--log-bin", "--log-slave-updates", "--gtid-strict-mode=ON", "--read-only=1",
            "--skip-slave-start", "--skip-name-resolve", "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1",
            "--sync-relay-log=1", "--innodb-buffer-pool-size=64M", "--rpl-semi-sync-slave-enabled=ON",
            "--rpl-semi-sync-master-wait-point=AFTER_SYNC", "--rpl-semi-sync-master-timeout=3600000",
        ]) { RedirectStandardError = true }); // What it has to say is in its log; a warning or two come here first.
        process.BeginErrorReadLine();
        var server = new Server(process, directory, port);
        await UntilAsync(() => TryAsync(Connection(port), "SELECT 1"), $"mariadbd at {port} to answer");
        return server;
    }

    public static string Connection(int port, string user = User, string password = Password) =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1", Port = (uint)port, UserID = user, Password = password, Pooling = false, ConnectionTimeout = 5,
            SslMode = MySqlSslMode.None,
        }.ConnectionString;

    public Task RunAsync(string sql) => RunAsync(Connection(Port), sql);

    public Task FollowAsync(Server master) => RunAsync(
        $"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={master.Port}, MASTER_USER='{User}', MASTER_PASSWORD='{Password}', "
        + "MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_HEARTBEAT_PERIOD=0.5; START SLAVE");

    /// <summary>Kills it with SIGKILL and returns at once.</summary>
    public void Kill() => ChildProcesses.Signal(_process, UnixSignal.Kill);

    public static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<bool> TryAsync(string connectionString, string sql)
    {
        try
        {
            await RunAsync(connectionString, sql);
            return true;
        }
        catch (MySqlException)
        {
            return false;
        }
    }

    /// <summary>Asks every 2 ms: the resolution of all times here.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds:F0} s for {what}.");
            await Task.Delay(Step, TimeProvider.System);
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
