using System.Diagnostics;
using MySqlConnector;
using Mysos.Core.Processes;

namespace Mysos.Bench;

/// <summary>
/// The floor: the same server with the options Mysos gives it, started by hand from a copy of a ready data directory,
/// until a user can log in and write.
/// </summary>
internal sealed class Floor : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysos-floor-").FullName;
    private readonly string _template;
    private readonly string _options;

    /// <param name="runningInstance">The generated my.cnf of an instance of the same run: its options are used, paths aside.</param>
    public Floor(string runningInstance)
    {
        _template = Path.Combine(_directory, "template");
        var own = new[] { "datadir", "socket", "port", "bind-address", "pid-file", "log-error", "init-file", "report-host", "server-id", "user", "read-only", "read_only" };
        _options = string.Join('\n', File.ReadLines(runningInstance)
            .Where(l => !own.Any(o => l.TrimStart().StartsWith(o, StringComparison.Ordinal))
                && !l.Contains(Path.GetDirectoryName(runningInstance)!, StringComparison.Ordinal)));
        Run("mariadb-install-db", $"--no-defaults --datadir={_template} --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve"
            + (Environment.UserName == "root" ? " --user=root" : ""));
    }

    public async Task<double> MeasureAsync(int round, int port)
    {
        var directory = Path.Combine(_directory, $"r{round}");
        Directory.CreateDirectory(directory);
        var init = Path.Combine(directory, "init.sql");
        File.WriteAllText(init, "CREATE USER 'bench'@'%' IDENTIFIED BY 'bench-password';\nGRANT ALL ON *.* TO 'bench'@'%';\n");
        var config = Path.Combine(directory, "my.cnf");
        File.WriteAllText(config, $"{_options}\n[mysqld]\ndatadir={directory}/data\nsocket={directory}/s\nport={port}\nbind-address=127.0.0.1\n"
            + $"pid-file={directory}/pid\nlog-error={directory}/err\nserver-id=1\nuser={Environment.UserName}\n");
        var clock = Stopwatch.StartNew();
        Run("cp", $"-a --sparse=always --reflink=auto {_template} {directory}/data");
        using var server = Process.Start(new ProcessStartInfo("mariadbd", $"--defaults-file={config} --init-file={init}"))!;
        try
        {
            while (true)
            {
                try
                {
                    await Writer.WriteAsync("127.0.0.1", port, "bench", "bench-password");
                    break;
                }
                catch (MySqlException) when (clock.Elapsed < TimeSpan.FromSeconds(20))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
                }
            }
            return clock.Elapsed.TotalMilliseconds;
        }
        finally
        {
            await ChildProcesses.StopAsync(server, TimeSpan.FromSeconds(20), TimeProvider.System);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static void Run(string program, string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
    }
}
